using System.Buffers.Binary;

namespace Loam.NamesHost;

/// <summary>Messages over TCP: each behind its length in two bytes.</summary>
internal static class DnsStream
{
    /// <returns>Null: the other side has ended.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[2];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel)
            .ConfigureAwait(false) < head.Length)
        {
            return null;
        }
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        return await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false,
            cancel).ConfigureAwait(false) == message.Length ? message : null;
    }

    public static Task WriteAsync(Stream stream, byte[] message, CancellationToken cancel) =>
        stream.WriteAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message],
            cancel).AsTask();
}
