using System.Globalization;
using System.Text.RegularExpressions;

namespace Loam.Mind.Privacy;

/// <param name="Network">What the addresses of one network have in common: of IPv4 three numbers,
/// of IPv6 four groups.</param>
/// <param name="Self">The address of that network; null: IPv6.</param>
internal readonly record struct FoundAddress(bool IsPrivate, string Network, string? Self);

/// <summary>Addresses in texts.</summary>
internal static partial class Addresses
{
    /// <summary>Null: it is none, or one that every machine has.</summary>
    public static FoundAddress? V4(string text)
    {
        Span<int> parts = stackalloc int[4];
        var count = 0;
        foreach (var part in text.Split('.'))
        {
            if (count == 4 || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture,
                out var number) || number > 255)
            {
                return null;
            }
            parts[count++] = number;
        }
        if (count != 4 || parts[0] is 0 or 127 or >= 224 || IsRange(text))
        {
            return null;
        }
        var isPrivate = parts[0] == 10 || (parts[0] == 172 && parts[1] is >= 16 and < 32)
            || (parts[0] == 192 && parts[1] == 168) || (parts[0] == 169 && parts[1] == 254)
            || (parts[0] == 100 && parts[1] is >= 64 and < 128);
        var network = text[..(text.LastIndexOf('.') + 1)];
        return new(isPrivate, network, network + "0");
    }

    /// <summary>Ranges that say of nobody where he is.</summary>
    private static bool IsRange(string text) => text is "10.0.0.0" or "172.16.0.0"
        or "192.168.0.0" or "169.254.0.0" or "100.64.0.0";

    public static FoundAddress? V6(string text)
    {
        if (Groups(text) is not { } groups)
        {
            return null;
        }
        var isNothing = groups.AsSpan(1).IndexOfAnyExcept(0) < 0
            && (groups[0] == 0 || groups[0] is 0xfc00 or 0xfe80 or 0xff00);
        if (isNothing || (groups[7] == 1 && groups.AsSpan(0, 7).IndexOfAnyExcept(0) < 0)
            || groups[0] >> 8 == 0xff)
        {
            return null;
        }
        var isPrivate = (groups[0] & 0xfe00) == 0xfc00 || (groups[0] & 0xffc0) == 0xfe80;
        return new(isPrivate, string.Join(':', groups.Take(4).Select(
            g => g.ToString("x", CultureInfo.InvariantCulture))), null);
    }

    private static int[]? Groups(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (text.Count(c => c == ':') < 2
            || (gap >= 0 && text.IndexOf("::", gap + 1, StringComparison.Ordinal) >= 0))
        {
            return null;
        }
        var head = Parts(gap < 0 ? text : text[..gap]);
        var tail = gap < 0 ? [] : Parts(text[(gap + 2)..]);
        if (head is null || tail is null
            || (gap < 0 ? head.Count != 8 : head.Count + tail.Count > 7))
        {
            return null;
        }
        return [.. head, .. new int[8 - head.Count - tail.Count], .. tail];
    }

    private static List<int>? Parts(string text)
    {
        var parts = new List<int>();
        foreach (var part in text.Length == 0 ? [] : text.Split(':'))
        {
            if (part.Contains('.', StringComparison.Ordinal))
            {
                if (part.Split('.') is not { Length: 4 } four || !four.All(
                    p => int.TryParse(p, NumberStyles.None, null, out var n) && n < 256))
                {
                    return null;
                }
                parts.AddRange([0, 1]);
            }
            else if (part.Length is 0 or > 4 || !int.TryParse(part, NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var group))
            {
                return null;
            }
            else
            {
                parts.Add(group);
            }
        }
        return parts;
    }

    [GeneratedRegex(@"(?<![\w⟦])(?<![0-9]\.)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w⟧]|\.[0-9])")]
    public static partial Regex V4Shape();

    [GeneratedRegex(@"(?<![\w:.⟦])(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}"
        + @"(?:(?<=:)(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![\w:⟧])")]
    public static partial Regex V6Shape();
}
