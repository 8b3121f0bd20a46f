using System.Text;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Secrets;

/// <summary>One recipient's wrapping of the file key.</summary>
/// <param name="Arguments">The first is the kind.</param>
internal sealed record AgeStanza(IReadOnlyList<string> Arguments, byte[] Body);

/// <summary>The textual head of an age file. Read strictly: there is one way to write each
/// header, so that it cannot be changed without being noticed.</summary>
/// <param name="SignedBytes">Bytes from the start, up to and with <c>---</c>, that the MAC covers.
/// </param>
/// <param name="Bytes">Bytes of the whole head; the payload follows.</param>
internal sealed record AgeHeader(
    IReadOnlyList<AgeStanza> Stanzas, int SignedBytes, byte[] Mac, int Bytes)
{
    private const string Version = "age-encryption.org/v1";
    private const int Columns = 64;
    private const int MacBytes = 32;
    private const int MaxStanzas = 64;
    private const int MaxLine = 4096;

    /// <summary>The part that the MAC covers.</summary>
    public static byte[] Unsigned(IEnumerable<AgeStanza> stanzas)
    {
        var text = new StringBuilder(Version).Append('\n');
        foreach (var stanza in stanzas)
        {
            text.Append("-> ").AppendJoin(' ', stanza.Arguments).Append('\n');
            var body = ToText(stanza.Body);
            for (var at = 0; at < body.Length; at += Columns)
            {
                var line = body.AsSpan(at, Math.Min(Columns, body.Length - at));
                text.Append(line).Append('\n');
            }
            // A line shorter than full ends the body, even when it is empty.
            text.Append(body.Length % Columns == 0 ? "\n" : "");
        }
        return Encoding.ASCII.GetBytes(text.Append("---").ToString());
    }

    public static byte[] Signed(byte[] unsigned, byte[] mac) =>
        [.. unsigned, .. Encoding.ASCII.GetBytes($" {ToText(mac)}\n")];

    public static AgeHeader Parse(ReadOnlySpan<byte> data)
    {
        var at = 0;
        if (Line(data, ref at) != Version)
        {
            throw Malformed("does not begin as an age file of version 1");
        }
        var stanzas = new List<AgeStanza>();
        while (true)
        {
            var start = at;
            var line = Line(data, ref at);
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                var mac = FromText(line[4..]);
                return mac is { Length: MacBytes } && stanzas.Count > 0
                    ? new(stanzas, start + 3, mac, at)
                    : throw Malformed("has no recipient or a wrong checksum line");
            }
            if (!line.StartsWith("-> ", StringComparison.Ordinal) || stanzas.Count == MaxStanzas)
            {
                throw Malformed("has a line where a recipient should stand");
            }
            var arguments = line[3..].Split(' ');
            if (arguments.Any(a => a.Length == 0))
            {
                throw Malformed("has an empty word in a recipient");
            }
            stanzas.Add(new(arguments, Body(data, ref at)));
        }
    }

    /// <summary>Base64 without padding, whose unused bits are zero; null for anything else.
    /// </summary>
    public static byte[]? FromText(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal) || text.Length % 4 == 1)
        {
            return null;
        }
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var result = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, result, out var count)
            && ToText(result.AsSpan(0, count)) == text ? result[..count] : null;
    }

    public static HostException Malformed(string how) =>
        new(Fault.Unsupported, $"The encrypted text {how}.",
            "It was changed or cut off after it was written: take it from the history or from a "
            + "backup, or set the secret anew.");

    private static string ToText(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] Body(ReadOnlySpan<byte> data, ref int at)
    {
        var body = new StringBuilder();
        while (true)
        {
            var line = Line(data, ref at);
            if (line.Length > Columns || body.Length > MaxLine)
            {
                throw Malformed("has too long a line");
            }
            body.Append(line);
            if (line.Length < Columns)
            {
                return FromText(body.ToString())
                    ?? throw Malformed("has a recipient that is not base64");
            }
        }
    }

    /// <summary>The next line of printable ASCII, without its end.</summary>
    private static string Line(ReadOnlySpan<byte> data, ref int at)
    {
        var rest = data[at..];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 || end > MaxLine)
        {
            throw Malformed("ends within its head");
        }
        var line = rest[..end];
        if (line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
        {
            throw Malformed("has a head that is not plain text");
        }
        at += end + 1;
        return Encoding.ASCII.GetString(line);
    }
}
