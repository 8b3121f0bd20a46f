using System.Globalization;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>Forms of texts that only the manifest has.</summary>
internal static class ManifestFormats
{
    public static readonly FormatType Timezone = new(
        "a time zone such as Europe/Berlin", "^[A-Za-z0-9_+/-]+$",
        text => text.Length is > 0 and <= 64 && char.IsAsciiLetter(text[0])
            && text.Split('/').All(part => part.Length > 0
                && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+'))
            ? Verdict.Good(text)
            : Verdict.Bad("not a time zone", "Write one such as Europe/Berlin or UTC."));

    public static readonly FormatType Hours = new(
        "hours such as 22:00-07:00", "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
        text => text.Length == 11 && text[5] == '-' && IsTime(text.AsSpan(0, 5))
            && IsTime(text.AsSpan(6))
            ? Verdict.Good(text)
            : Verdict.Bad("not hours of a day", "Write them as in 22:00-07:00."));

    /// <summary>They stand in a mail's head and in commands to its server.</summary>
    public static readonly FormatType MailAddresses = new(
        "mail addresses with commas between", null,
        text => text.Split(',').All(a => IsMailAddress(a.Trim())) ? Verdict.Good(text)
            : Verdict.Bad("not a mail address", "Write one such as ops@example.com."));

    private static bool IsMailAddress(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 && text.LastIndexOf('@') == at && text.Length <= 254
            && text.All(c => c is > ' ' and < '\x7f' and not ('<' or '>' or '"' or '\\'));
    }

    /// <summary>A host with port, or a URL.</summary>
    public static readonly FormatType Mirror = new(
        "a URL or a host with port", null,
        text => text.Contains("://", StringComparison.Ordinal) ? Formats.Url.Judge(text)
            : Formats.HostPort.Judge(text));

    /// <summary>Where a model answers. It is written into messages and tables as it is, so nothing
    /// secret belongs into it.</summary>
    public static readonly FormatType Endpoint = new(
        "an endpoint such as https://models.example.com/v1",
        "^https?://[^/?#@\\s]+([/?#].*)?$", JudgeEndpoint)
    {
        Hidden = true,
    };

    private static Verdict JudgeEndpoint(string text)
    {
        if (text.Contains("${", StringComparison.Ordinal))
        {
            return Verdict.Bad("it refers to a secret", "Write the address itself; a key is named "
                + "in api_key_secret.");
        }
        var isWhole = Uri.TryCreate(text, UriKind.Absolute, out var url);
        if (isWhole && url!.UserInfo.Length > 0)
        {
            return Verdict.Bad("it holds a user or a password", "Write the address alone; a key is "
                + "named in api_key_secret.");
        }
        return isWhole && url!.Host.Length > 0 && text.AsSpan().IndexOfAny(" \t\r\n\\") < 0
            && (text.StartsWith("https://", StringComparison.Ordinal)
                || text.StartsWith("http://", StringComparison.Ordinal)) ? Verdict.Good(text)
            : Verdict.Bad("not a URL", "Write one that begins with https:// or http://.");
    }

    private static bool IsTime(ReadOnlySpan<char> text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out _);
}
