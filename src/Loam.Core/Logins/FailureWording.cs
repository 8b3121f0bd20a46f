using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Loam.Core.Logins;

/// <summary>How a program says that a login failed: words with <c>{address}</c> where the address
/// stands and <c>*</c> for anything. What comes before them in a line does not matter; of what
/// follows a <c>*</c>, the last place counts, since names are chosen by whoever logs in.</summary>
public sealed class FailureWording
{
    public const string Address = "{address}";

    /// <summary>Of a line, beyond which it is not read.</summary>
    private const int MostLetters = Limits.LogLineBytes;

    /// <summary>Of IPv4, or of IPv6 with or without brackets; a port may follow.</summary>
    private const string AnyAddress =
        @"(?:(?<from>[0-9]{1,3}(?:\.[0-9]{1,3}){3})|\[?(?<from>[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\]?)";

    private readonly Regex _pattern;

    private FailureWording(Regex pattern) => _pattern = pattern;

    /// <summary>Why a text is no such wording; null: it is one.</summary>
    public static string? Fault(string text)
    {
        var parts = text.Split(Address);
        return parts.Length != 2 ? $"has {Address} once, where the address stands"
            : text.Replace(Address, "", StringComparison.Ordinal).Count(char.IsLetterOrDigit) < 3
                ? $"has some words beside {Address}, or it would fit every line"
            : text.Count(c => c == '*') > 4 ? "has at most four *" : null;
    }

    /// <param name="text">One without a <see cref="Fault"/>.</param>
    public static FailureWording Of(string text)
    {
        var pattern = new StringBuilder(text.StartsWith(Address, StringComparison.Ordinal)
            ? "^" : "");
        foreach (var (part, i) in text.Split(Address).Select((p, i) => (p, i)))
        {
            pattern.Append(i == 0 ? "" : AnyAddress)
                .AppendJoin(".*", part.Split('*').Select(Regex.Escape));
        }
        // Whoever fails writes part of the line, and must not choose how long it takes to read.
        return new(new(pattern.ToString(),
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
    }

    /// <returns>Null: the line says no such thing.</returns>
    public IPAddress? Find(string line) =>
        line.Length <= MostLetters && _pattern.Match(line) is { Success: true } match
        && IPAddress.TryParse(match.Groups["from"].Value.TrimEnd(':', '.'), out var found)
            ? found : null;
}
