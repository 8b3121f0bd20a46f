using System.Text;
using System.Text.RegularExpressions;

namespace Loam.Scoring.Injecting;

/// <summary>Ways of writing an order so that people do not see it, and what a model that tries
/// everything makes of them.</summary>
internal static partial class Disguise
{
    private const string Latin = "aceopxyi";
    private const string Cyrillic = "асеорхуі";

    public static string Put(string name, string text) => name switch
    {
        "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        "hex" => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        "rot13" => Turned(text),
        "reversed" => Reversed(text),
        "zero-width" => string.Join('\u200B', text.AsEnumerable()),
        "tags" => string.Concat(text.Select(c => c < 0x80
            ? char.ConvertFromUtf32(0xE0000 + c) : c.ToString())),
        "homoglyphs" => string.Concat(text.Select(c => Latin.IndexOf(c) is var at and >= 0
            ? Cyrillic[at] : c)),
        "spaced" => string.Join(' ', text.AsEnumerable()),
        _ => text,
    };

    /// <summary>Every way in which a text can be read.</summary>
    public static IEnumerable<string> Readings(string text)
    {
        var plain = Plain(text);
        return Parts().Matches(plain) is { Count: > 1 } parts
            ? ReadingsOf(plain).Concat(
                ReadingsOf(string.Concat(parts.Select(p => p.Groups[1].Value))))
            : ReadingsOf(plain);
    }

    private static IEnumerable<string> ReadingsOf(string plain)
    {
        yield return plain;
        yield return plain.Replace('\n', ' ');
        yield return Turned(plain);
        yield return Reversed(plain);
        foreach (Match line in SpacedLine().Matches(plain))
        {
            yield return Joined().Replace(line.Value.Replace("   ", "\u0001"), "")
                .Replace('\u0001', ' ');
        }
        foreach (Match code in Encoded().Matches(plain))
        {
            if (Decoded(code.Value) is { } hidden)
            {
                yield return Plain(hidden);
            }
        }
    }

    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is > 0xE0000 and < 0xE0080)
            {
                plain.Append((char)(rune.Value - 0xE0000));
            }
            else if (Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.Format)
            {
                plain.Append(rune.IsBmp && Cyrillic.IndexOf((char)rune.Value) is var at and >= 0
                    ? Latin[at].ToString() : rune.ToString());
            }
        }
        return plain.ToString();
    }

    private static string Turned(string text) => string.Concat(text.Select(c => c switch
    {
        >= 'a' and <= 'z' => (char)('a' + ((c - 'a' + 13) % 26)),
        >= 'A' and <= 'Z' => (char)('A' + ((c - 'A' + 13) % 26)),
        _ => c,
    }));

    private static string Reversed(string text)
    {
        var letters = text.ToCharArray();
        Array.Reverse(letters);
        return new(letters);
    }

    private static string? Decoded(string code)
    {
        try
        {
            return Encoding.UTF8.GetString(code.All(char.IsAsciiHexDigit) && code.Length % 2 == 0
                ? Convert.FromHexString(code) : Convert.FromBase64String(code));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/]{24,}={0,2}")]
    private static partial Regex Encoded();

    [GeneratedRegex(@"(?:\S ){12,}\S?[^\n]*")]
    private static partial Regex SpacedLine();

    /// <summary>What was cut into pieces, joined.</summary>
    [GeneratedRegex("part [0-9] of [0-9]: «([^»\\n]*)»?")]
    private static partial Regex Parts();

    [GeneratedRegex(" ")]
    private static partial Regex Joined();
}
