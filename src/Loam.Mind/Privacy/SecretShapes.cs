using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Loam.Core.StateFiles;

namespace Loam.Mind.Privacy;

/// <summary>Forms that secrets have. Each expression takes time in proportion to the text; group
/// <c>v</c>, where there is one, is the secret within what is found.</summary>
internal static partial class SecretShapes
{
    public static ImmutableArray<Regex> Certain { get; } =
        [PrivateKeys(), InAddresses(), Headers(), Tokens(), Hashes(), Ciphertext()];

    /// <summary>Found by the name beside them, so what they are is looked at too.</summary>
    public static ImmutableArray<Regex> Named { get; } = [Assigned(), Flags(), Told()];

    /// <summary>What is told of a secret's name, or refers to one, is none.</summary>
    public static bool IsHarmless(string key, string value, RedactionFacts facts) =>
        value.Length == 0 || facts.SecretNames.Contains(value)
        || value[0] is '$' or '/' or '(' or '<' or '[' or '{' or '|' or '>'
        || value.StartsWith("generate:", StringComparison.Ordinal)
        || IsKept(value) || bool.TryParse(value, out _)
        || value is "null" or "none" or "yes" or "no" or "~"
        || (value.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && IsAmount(key))
        || IsList(key, value);

    private static bool IsAmount(string key) =>
        key.EndsWith("tokens", StringComparison.OrdinalIgnoreCase)
        || key.Contains("expir", StringComparison.OrdinalIgnoreCase)
        || key.Contains("length", StringComparison.OrdinalIgnoreCase)
        || key.Contains("ttl", StringComparison.OrdinalIgnoreCase);

    /// <summary>"secrets: 3 declared".</summary>
    private static bool IsList(string key, string value) =>
        key.EndsWith('s') && value.Length < 4 && value.All(char.IsAsciiDigit);

    private static bool IsKept(string value) =>
        SecretHandles.IsHandle(value) || KeptValue().IsMatch(value);

    /// <summary>Characters as only chance puts them together.</summary>
    public static bool IsRandom(ReadOnlySpan<char> text)
    {
        var (lower, upper, digits, changes, runs) = (0, 0, 0, 0, 0);
        var before = ' ';
        foreach (var c in text)
        {
            var sort = char.IsAsciiLetterLower(c) ? 'a' : char.IsAsciiLetterUpper(c) ? 'A'
                : char.IsAsciiDigit(c) ? '1' : '-';
            (lower, upper, digits) = (lower + (sort == 'a' ? 1 : 0), upper + (sort == 'A' ? 1 : 0),
                digits + (sort == '1' ? 1 : 0));
            runs += sort == '-' ? 1 : 0;
            changes += sort != before && sort != '-' && before != '-' ? 1 : 0;
            before = sort;
        }
        var letters = text.Length - runs;
        if (runs == 0 && letters >= 32 && text.IndexOfAnyExcept(Hexadecimal) < 0)
        {
            return digits > 3 && lower + upper > 3;
        }
        return upper > 1 && lower > 1 && digits > 0 ? changes >= Math.Max(6, letters / 4)
            : digits > 3 && lower + upper > 3 && runs < 2 && letters >= 24
                && changes >= letters / 3;
    }

    private static readonly System.Buffers.SearchValues<char> Hexadecimal =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    [GeneratedRegex("-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|SECRET KEY|ENCRYPTED FILE)"
        + "[A-Z ]{0,10}-----[^⟦⟧]*?(?:-----END [A-Z0-9 ]{0,50}-----|(?=⟦)|\\z)"
        + "|AGE-SECRET-KEY-1[0-9A-Za-z]{8,}")]
    private static partial Regex PrivateKeys();

    [GeneratedRegex(@"://[^\s/:@'""⟦⟧]{0,256}:(?!kept-|\$)(?<v>[^\s/@'""⟦⟧]{1,256})@")]
    private static partial Regex InAddresses();

    [GeneratedRegex(@"(?i)(?<![a-z0-9])(?:bearer|basic)[ \t]{1,3}(?<v>[a-z0-9._~+/=-]{8,})")]
    private static partial Regex Headers();

    [GeneratedRegex("(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{20,}"
        + "|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{15,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
        + "|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,}|ya29\\.[A-Za-z0-9_.-]{20,}"
        + "|SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,}"
        + "|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}|dop_v1_[0-9a-f]{40,}"
        + "|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,}"
        + "|eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*|tskey-[A-Za-z0-9-]{10,}"
        + "|tk_[a-z0-9]{29}|[0-9]{8,10}:[A-Za-z0-9_-]{35}|hvs\\.[A-Za-z0-9_-]{20,}"
        + "|whsec_[A-Za-z0-9_]{20,}"
        + "|[MN][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}"
        + "|hooks\\.slack\\.com/services/[A-Za-z0-9_/-]{8,}"
        + "|discord(?:app)?\\.com/api/webhooks/[A-Za-z0-9_/-]{8,})")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\$(?:1|2[abxy]?|5|6|7|y|argon2(?:id|i|d)|pbkdf2[a-z0-9-]{0,20})"
        + @"\$[^\s:'""⟦⟧]{8,}")]
    private static partial Regex Hashes();

    [GeneratedRegex("encrypted:v1:(?!kept/)[A-Za-z0-9+/=]+")]
    private static partial Regex Ciphertext();

    [GeneratedRegex(@"(?i)(?<![a-z0-9_.-])(?<k>[a-z0-9_.-]{0,60}?(?:passw(?:or)?d|passwort"
        + @"|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key"
        + @"|auth[_-]?key|credential|psk|[_.-]pass)"
        + @"[a-z0-9_.-]{0,30})['""]?[ \t]{0,3}[=:][ \t]{0,3}(?:""(?<v>[^""\n⟦⟧]{1,400})"
        + @"|'(?<v>[^'\n⟦⟧]{1,400})|(?<v>[^\s,;&'""⟦⟧]{1,400}))")]
    private static partial Regex Assigned();

    [GeneratedRegex(@"(?i)(?<![a-z0-9_-])--?(?<k>password|passwd|pass|token|secret|api-?key)"
        + @"[= \t]{1,3}['""]?(?<v>[^\s'""⟦⟧]{1,400})")]
    private static partial Regex Flags();

    [GeneratedRegex(@"(?i)(?<![a-z0-9_-])(?<k>passw(?:or)?d|passwort|passphrase|pin|token|key)"
        + @"[ \t]{1,3}(?:is|ist|to|auf|as|lautet)[ \t]{1,3}['""]?"
        + @"(?<v>(?=[^\s'""⟦⟧]{0,400}?[0-9!@#$%^&*])[^\s'""⟦⟧,]{4,400})")]
    private static partial Regex Told();

    [GeneratedRegex("^kept-(?:x-)*[0-9]+$")]
    private static partial Regex KeptValue();
}
