using System.Buffers.Binary;
using System.Net;

namespace Loam.NamesHost;

/// <summary>How an answer begins; in the numbers of RFC 1035, but for the last.</summary>
internal enum DnsCode
{
    Done = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
    /// <summary>No answer at all.</summary>
    Silence = 16,
}

/// <summary>Answers as bytes.</summary>
internal static class DnsAnswer
{
    /// <summary>Whoever is well may not be a moment later.</summary>
    private const uint LastsSeconds = 5;

    private const int RecordHead = 12;
    private const int MostBytes = ushort.MaxValue;

    /// <summary>To what could not be read.</summary>
    public static byte[] Of(ReadOnlySpan<byte> message, DnsCode code)
    {
        var answer = new byte[DnsQuestion.HeadBytes];
        message[..2].CopyTo(answer);
        answer[2] = (byte)(0x80 | (message[2] & 0x79));
        answer[3] = (byte)(0x80 | (int)code);
        return answer;
    }

    public static byte[] Of(DnsQuestion question, DnsCode code) => Of(question, code, [], true);

    /// <summary>With addresses, as many as there is room for.</summary>
    public static byte[] Of(
        DnsQuestion question, IReadOnlyList<string> addresses, bool isStream) =>
        Of(question, DnsCode.Done,
            [.. addresses.Select(a => (DnsQuestion.Address, IPAddress.Parse(a).GetAddressBytes()))],
            isStream);

    /// <summary>With a name, for an address.</summary>
    public static byte[] Named(DnsQuestion question, string name) =>
        Of(question, DnsCode.Done, [(DnsQuestion.Pointer, NameBytes(name))], true);

    private static byte[] Of(DnsQuestion question, DnsCode code,
        IReadOnlyList<(ushort Type, byte[] Data)> records, bool isStream)
    {
        var room = isStream ? MostBytes : question.MostBytes;
        var answer = new List<byte>(DnsQuestion.HeadBytes + question.Section.Length);
        answer.AddRange(new byte[DnsQuestion.HeadBytes]);
        answer.AddRange(question.Section);
        ushort count = 0;
        foreach (var (type, data) in records)
        {
            if (answer.Count + RecordHead + data.Length > room)
            {
                break;
            }
            // The name is the one that stands behind the head.
            answer.AddRange([0xc0, DnsQuestion.HeadBytes]);
            Add(answer, type);
            Add(answer, DnsQuestion.Internet);
            Add(answer, (ushort)(LastsSeconds >> 16));
            Add(answer, (ushort)LastsSeconds);
            Add(answer, (ushort)data.Length);
            answer.AddRange(data);
            count++;
        }
        var all = answer.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(all, question.Id);
        // An answer, from who knows best, cut short or not, asking on where that was wanted.
        all[2] = (byte)(0x84 | (count < records.Count ? 2 : 0) | (question.WantsRecursion ? 1 : 0));
        all[3] = (byte)(0x80 | (int)code);
        BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(6), count);
        return all;
    }

    private static void Add(List<byte> answer, ushort number) =>
        answer.AddRange([(byte)(number >> 8), (byte)number]);

    private static byte[] NameBytes(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.'))
        {
            var letters = label[..Math.Min(label.Length, 63)];
            bytes.Add((byte)letters.Length);
            bytes.AddRange(letters.Select(c => (byte)c));
        }
        bytes.Add(0);
        return [.. bytes];
    }
}
