using System.Buffers.Binary;
using System.Text;

namespace Loam.NamesHost;

/// <summary>What is asked, out of bytes that a container sent. RFC 1035, 6891.</summary>
/// <param name="Id">The asker's number of it.</param>
/// <param name="Name">In small letters, labels with dots between; empty: the root.</param>
/// <param name="Type">Such as <see cref="Address"/>.</param>
/// <param name="Class">Such as <see cref="Internet"/>.</param>
/// <param name="Section">The question as it was written.</param>
/// <param name="MostBytes">Of an answer over UDP.</param>
internal sealed record DnsQuestion(ushort Id, bool WantsRecursion, string Name, ushort Type,
    ushort Class, byte[] Section, int MostBytes)
{
    public const int HeadBytes = 12;
    public const ushort Address = 1, Pointer = 12, Any = 255, Internet = 1;

    private const ushort Extension = 41;
    private const int LeastBytes = 512, MostNameBytes = 255, MostLabelBytes = 63;

    /// <summary>Bytes of an answer that pass every network whole.</summary>
    private const int SafeBytes = 1232;

    /// <summary>Reads a question.</summary>
    /// <param name="fault">What it is answered with where it is none to be answered: a code, or
    /// <see cref="DnsCode.Silence"/>.</param>
    /// <returns>Null: see <paramref name="fault"/>.</returns>
    public static DnsQuestion? Read(ReadOnlySpan<byte> message, out DnsCode fault)
    {
        fault = DnsCode.Silence;
        if (message.Length < HeadBytes || (message[2] & 0x80) != 0)
        {
            // Answering an answer could go on for ever.
            return null;
        }
        fault = (message[2] & 0x78) != 0 ? DnsCode.NotImplemented : DnsCode.FormatError;
        if (fault == DnsCode.NotImplemented || Number(message, 4) != 1)
        {
            return null;
        }
        var at = HeadBytes;
        if (NameAt(message, ref at) is not { } name || message.Length < at + 4)
        {
            return null;
        }
        var (type, of) = (Number(message, at), Number(message, at + 2));
        at += 4;
        return new(Number(message, 0), (message[2] & 1) != 0, name, type, of,
            message[HeadBytes..at].ToArray(), Room(message, at));
    }

    /// <summary>Without pointers to elsewhere, which no question needs.</summary>
    private static string? NameAt(ReadOnlySpan<byte> message, ref int at)
    {
        var text = new StringBuilder();
        var begin = at;
        while (at < message.Length)
        {
            int length = message[at++];
            if (length == 0)
            {
                return text.ToString();
            }
            if (length > MostLabelBytes || at + length > message.Length
                || at + length + 1 - begin > MostNameBytes)
            {
                return null;
            }
            text.Append(text.Length == 0 ? "" : ".");
            foreach (var letter in message.Slice(at, length))
            {
                text.Append(letter is >= (byte)'A' and <= (byte)'Z'
                    ? (char)(letter + 32) : (char)letter);
            }
            at += length;
        }
        return null;
    }

    /// <summary>Whoever says that he takes more than the least gets it, where that alone is what
    /// stands behind the question.</summary>
    private static int Room(ReadOnlySpan<byte> message, int at) =>
        Number(message, 6) == 0 && Number(message, 8) == 0 && Number(message, 10) == 1
        && message.Length >= at + 11 && message[at] == 0 && Number(message, at + 1) == Extension
            ? Math.Clamp((int)Number(message, at + 3), LeastBytes, SafeBytes) : LeastBytes;

    private static ushort Number(ReadOnlySpan<byte> message, int at) =>
        BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
