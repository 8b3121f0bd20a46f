using System.Globalization;
using System.Net;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Types;

/// <summary>The forms texts can have.</summary>
public static class Formats
{
    public static readonly FormatType Text = new("text", null, JudgeText);

    /// <summary>DNS label (RFC 1123): names of everything but secrets.</summary>
    public static readonly FormatType Name = new(
        "a name of lower-case letters, digits and -", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        JudgeName);

    /// <summary>Names of secrets; they may become names of variables.</summary>
    public static readonly FormatType Identifier = new(
        "a name of letters, digits and _", "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        text => IsIdentifier(text) ? Verdict.Good(text)
            : Verdict.Bad("not a name for a secret",
                "Write letters, digits and _, not beginning with a digit."))
    {
        Hidden = true,
    };

    public static readonly FormatType AbsolutePath = new(
        "an absolute path", "^/", JudgePath);

    public static readonly FormatType Permissions = new(
        "octal permissions such as 0755", "^[0-7]{3,4}$",
        text => text.Length is 3 or 4 && text.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0
            ? Verdict.Good(text.PadLeft(4, '0'))
            : Verdict.Bad("not octal permissions", "Write three or four digits from 0 to 7, "
                + "such as 0755."));

    public static readonly FormatType Cron = new(
        "a schedule of five fields such as 0 2 * * *", null, CronFormat.Judge);

    public static readonly FormatType Image = new(
        "an image reference such as nginx:1.27", null, JudgeImage)
    {
        Shorten = text => text.StartsWith(Official, StringComparison.Ordinal)
            && !text.AsSpan(Official.Length).Contains('/') ? text[Official.Length..] : text,
    };

    private const string Official = "docker.io/library/";

    public static readonly FormatType Tag = new(
        "an image tag such as 1.27", "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$",
        text => ImageReference.IsTag(text) ? Verdict.Good(text)
            : Verdict.Bad("not an image tag", "Write letters, digits, _ . and -, such as 1.27."));

    public static readonly FormatType Url = new(
        "a URL such as https://example.com", "^(https?://.+|.*\\$\\{secrets\\..+)$", JudgeUrl);

    public static readonly FormatType Address = new(
        "an IP address", null,
        text => TryAddress(text, out var address) ? Verdict.Good(address.ToString())
            : Verdict.Bad("not an IP address", "Write one such as 192.168.1.10 or fd00::10."));

    /// <summary>A network: host bits are cleared, so that one network has one form.</summary>
    public static readonly FormatType Cidr = new(
        "a network such as 10.0.0.0/8", null, text => JudgeCidr(text, keepHost: false));

    /// <summary>An interface's own address with its prefix length.</summary>
    public static readonly FormatType InterfaceAddress = new(
        "an address with prefix such as 192.168.1.10/24", null,
        text => text.Contains('/', StringComparison.Ordinal) ? JudgeCidr(text, keepHost: true)
            : Verdict.Bad("without a prefix length", "Write it as in 192.168.1.10/24."));

    /// <summary>A port or a range of ports.</summary>
    public static readonly FormatType PortRange = new(
        "a port such as 443 or a range such as 8000-8100", "^[0-9]{1,5}(-[0-9]{1,5})?$",
        JudgePorts);

    public static readonly FormatType HostName = new(
        "a host name", null,
        text => IsHostName(text) ? Verdict.Good(text.ToLowerInvariant())
            : Verdict.Bad("not a host name", "Write labels of letters, digits and - with dots "
                + "between, such as web.example.com."));

    /// <summary>A host name, or <c>*.</c> and one.</summary>
    public static readonly FormatType Domain = new(
        "a domain such as example.com", null,
        text => IsHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text)
            ? Verdict.Good(text.ToLowerInvariant())
            : Verdict.Bad("not a domain", "Write one such as example.com or *.example.com."));

    /// <summary>A host with an optional port: a registry, a mail server, where to listen.</summary>
    public static readonly FormatType HostPort = new(
        "a host with an optional port such as registry.example.com:5000", null,
        text => SplitHostPort(text) is not null ? Verdict.Good(text)
            : Verdict.Bad("not a host with an optional port",
                "Write it as in registry.example.com:5000."));

    public static bool IsIdentifier(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 128 && !char.IsAsciiDigit(text[0])
        && !text.ContainsAnyExcept(IdentifierLetters);

    /// <summary>Short enough and plain enough to stand in a message without quotes.</summary>
    public static bool IsShort(string text) =>
        text.Length <= 63 && !text.AsSpan().ContainsAnyExcept(PlainLetters);

    private static readonly System.Buffers.SearchValues<char> IdentifierLetters =
        System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly System.Buffers.SearchValues<char> PlainLetters =
        System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@");

    private static Verdict JudgeText(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\t' or '\r'))
            {
                return Verdict.Bad("it holds a control character", "Remove the character.");
            }
        }
        return Verdict.Good(text);
    }

    private static Verdict JudgeName(string text)
    {
        if (IsLabel(text))
        {
            return Verdict.Good(text);
        }
        var meant = string.Concat(text.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return text.Length > 63
            ? Verdict.Bad("longer than 63 characters", "Choose a shorter name.")
            : Verdict.Bad("not a name", IsLabel(meant) ? $"Write {meant}."
                : "Write lower-case letters, digits and -, such as web-1.");
    }

    private static bool IsLabel(string text)
    {
        if (text.Length is 0 or > 63 || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Normal form: no doubled and no last slash.</summary>
    private static Verdict JudgePath(string text)
    {
        if (!text.StartsWith('/'))
        {
            return Verdict.Bad("not an absolute path", "Write the path from / on.");
        }
        if (JudgeText(text).Normal is null || text.AsSpan().ContainsAny('\n', '\r')
            || text.Contains(':', StringComparison.Ordinal) || text.Length > 4096)
        {
            return Verdict.Bad("not a usable path",
                "Use a path without colons, line ends and control characters.");
        }
        var plain = true;
        var from = 1;
        while (from <= text.Length && text.Length > 1)
        {
            var end = text.IndexOf('/', from);
            var part = text.AsSpan(from, (end < 0 ? text.Length : end) - from);
            if (part is "." or "..")
            {
                return Verdict.Bad("it holds . or ..", "Write the path it leads to.");
            }
            plain &= part.Length > 0;
            from = end < 0 ? text.Length + 1 : end + 1;
        }
        return Verdict.Good(plain ? text
            : "/" + string.Join('/', text.Split('/', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Normal form: with registry and path, and with what is written of tag and digest.
    /// </summary>
    private static Verdict JudgeImage(string text)
    {
        var image = ImageReference.Parse(text, out var reason);
        if (image is not null && SplitHostPort(image.Registry) is null)
        {
            reason = $"{Wording.Quote(image.Registry)} is not a registry";
            image = null;
        }
        return image is not null ? Verdict.Good(ImageText(image))
            : Verdict.Bad(reason, "Write a reference such as nginx:1.27 or ghcr.io/owner/app:2.");
    }

    private static string ImageText(ImageReference image)
    {
        var path = $"{image.Registry}/{image.Repository}";
        var tag = image.TagIsImplied || image.Tag.Length == 0 ? "" : $":{image.Tag}";
        return image.Digest is null ? path + tag : $"{path}{tag}@{image.Digest}";
    }

    private static Verdict JudgeUrl(string text)
    {
        // The address itself may be a secret: webhooks carry their key in the path.
        if (text.StartsWith("${secrets.", StringComparison.Ordinal))
        {
            return Verdict.Good(text);
        }
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" && url.Host.Length > 0
            && text.AsSpan().IndexOfAny(" \t\r\n") < 0
            ? Verdict.Good(text)
            : Verdict.Bad("not a URL", "Write one that begins with https:// or http://.");
    }

    /// <summary>The four-part form only: 127.1 and 0x7f000001 are addresses to some programs and
    /// names to others.</summary>
    public static bool TryAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains('%', StringComparison.Ordinal)
            || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out var read))
        {
            return false;
        }
        address = read;
        return text.Contains(':', StringComparison.Ordinal) || text == read.ToString();
    }

    private static Verdict JudgeCidr(string text, bool keepHost)
    {
        const string remedy = "Write one such as 10.0.0.0/8, 192.168.1.5 or fd00::/8.";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryAddress(slash < 0 ? text : text[..slash], out var address))
        {
            return Verdict.Bad("not a network", remedy);
        }
        var bytes = address.GetAddressBytes();
        var bits = bytes.Length * 8;
        var prefix = bits;
        if (slash >= 0 && (!Numbers.IsPlainWhole(text[(slash + 1)..])
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None,
                CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            return Verdict.Bad($"the prefix length is not a number from 0 to {bits}", remedy);
        }
        for (var bit = prefix; bit < bits && !keepHost; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return Verdict.Good(
            string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{prefix}"));
    }

    private static Verdict JudgePorts(string text)
    {
        var cut = text.IndexOf('-', StringComparison.Ordinal);
        var first = cut < 0 ? text : text[..cut];
        var last = cut < 0 ? text : text[(cut + 1)..];
        return TryPort(first, out var low) && TryPort(last, out var high) && low <= high
            ? Verdict.Good(text)
            : Verdict.Bad("not a port or a range of ports",
                "Write a number from 1 to 65535, or a range such as 8000-8100.");
    }

    public static bool TryPort(string text, out int port)
    {
        port = 0;
        return Numbers.IsPlainWhole(text) && int.TryParse(text, NumberStyles.None,
            CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
    }

    public static bool IsHostName(string text) => text.Length is > 0 and <= 253
        && text.Split('.').All(part => part.Length is > 0 and <= 63 && part[0] != '-'
            && part[^1] != '-' && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    /// <summary>Null when it is not <c>host</c>, <c>host:port</c> or <c>[v6]:port</c>.</summary>
    public static (string Host, int? Port)? SplitHostPort(string text)
    {
        var colon = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        var host = colon > bracket ? text[..colon] : text;
        int? port = null;
        if (colon > bracket)
        {
            if (!TryPort(text[(colon + 1)..], out var number))
            {
                return null;
            }
            port = number;
        }
        var good = host.StartsWith('[') && host.EndsWith(']')
            ? TryAddress(host[1..^1], out _) : IsHostName(host);
        return good ? (host, port) : null;
    }
}
