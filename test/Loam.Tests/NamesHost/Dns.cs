using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Loam.Tests.NamesHost;

/// <summary>Questions and answers as a resolver writes and reads them.</summary>
internal static class Dns
{
    public const ushort A = 1, Pointer = 12, Mail = 15, V6 = 28;

    public static byte[] Question(
        string name, ushort type = A, ushort id = 0x1234, int? room = null)
    {
        var message = new List<byte>
        {
            (byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(room is null ? 0 : 1),
        };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }
        message.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        if (room is { } bytes)
        {
            message.AddRange([0, 0, 41, (byte)(bytes >> 8), (byte)bytes, 0, 0, 0, 0, 0, 0]);
        }
        return [.. message];
    }

    public static int Code(byte[] answer) => answer[3] & 0xf;

    public static bool IsCut(byte[] answer) => (answer[2] & 2) != 0;

    public static int Count(byte[] answer) =>
        BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6));

    /// <summary>Of an answer whose records have four bytes each and names of two.</summary>
    public static string[] Addresses(byte[] question, byte[] answer)
    {
        var at = question.Length - (question[11] == 1 ? 11 : 0);
        return [.. Enumerable.Range(0, Count(answer)).Select(i => new IPAddress(
            answer.AsSpan(at + 16 * i + 12, 4)).ToString())];
    }
}
