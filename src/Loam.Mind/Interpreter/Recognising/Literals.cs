using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>Values that are recognised by their form: numbers with units, ports, versions,
/// images, paths, assignments, networks.</summary>
internal static class Literals
{
    /// <summary>Larger numbers are no amounts of anything here.</summary>
    private const decimal MostSaid = 1_000_000_000;

    /// <summary>Null when the word has no such form.</summary>
    public static Lexeme? Read(Word word, Lexicon lexicon)
    {
        var text = word.Text;
        if (word.Quoted)
        {
            return Of(word, text.StartsWith('/') ? Part.Path
                : IsKeyText(word.Original) ? Part.Key : Part.Quoted);
        }
        if (text.Length == 0 || word.IsMark)
        {
            return Of(word, Part.Stop);
        }
        return Address(word) ?? Numeric(word, lexicon) ?? Located(word) ?? Assigned(word)
            ?? Path(word) ?? Image(word) ?? Domain(word) ?? Field(word, lexicon);
    }

    /// <summary><c>start_period</c>: as the state files write it.</summary>
    private static Lexeme? Field(Word word, Lexicon lexicon)
    {
        var said = word.Text.Replace('_', ' ');
        return said != word.Text && word.Original == word.Text
            && lexicon.Readings(said) is { Length: > 0 } readings
            && readings[0].Part == Part.Field
            ? new(said, word.Original, readings) { Possessive = word.Possessive } : null;
    }

    /// <summary>A host or a network, v4 or v6: <c>10.0.0.0/8</c>, <c>2001:db8::1</c>.</summary>
    private static Lexeme? Address(Word word)
    {
        var text = word.Text;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        var colons = host.Count(c => c == ':');
        if (!(colons >= 2 && host.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.'))
            && !(colons == 0 && host.Split('.').Length == 4
                && host.All(c => char.IsAsciiDigit(c) || c == '.')))
        {
            return null;
        }
        if (slash >= 0)
        {
            return IPAddress.TryParse(host, out var inside)
                && Whole(text[(slash + 1)..]) is { } bits 
                && bits <= (inside.GetAddressBytes().Length * 8) ? Of(word, Part.Cidr) : null;
        }
        return !IPAddress.TryParse(host, out _) ? null : Of(word, Part.Address) with
        {
            // Where a port is published, an address says on which of the machine's.
            Readings = [new(Part.Address, text), new(Part.Field, "localhost")],
        };
    }

    /// <summary><c>anna@example.com</c>, <c>https://example.com/x</c>.</summary>
    private static Lexeme? Located(Word word)
    {
        var text = word.Text;
        if (text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && equals < scheme && IsIdentifier(text[..equals]) ? null
                : Of(word, Part.Url);
        }
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var named = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && !(named > 0 && named < at && IsKey(word.Original[..named]))
            && text.AsSpan().IndexOfAny('/', ':') < 0 && IsDomain(text[(at + 1)..])
            ? Of(word, Part.Email) : null;
    }

    private static Lexeme? Domain(Word word) =>
        IsDomain(word.Text.StartsWith("*.", StringComparison.Ordinal) ? word.Text[2..] : word.Text)
            ? Of(word, Part.Domain) : null;

    private static readonly HashSet<string> s_endingsOfFiles = new(
        ["sh", "py", "js", "php", "pl", "rb", "yaml", "yml", "conf", "cfg", "ini", "json", "txt",
         "log", "sql", "gz", "zip", "tar", "tgz", "pem", "crt", "key", "sock", "xml", "html", "md",
         "service", "gguf", "db", "env", "bak", "exe", "img", "iso"], StringComparer.Ordinal);

    private static bool IsDomain(string text)
    {
        var labels = text.Split('.');
        return labels.Length >= 2 && text.Length <= 253
            && labels.All(l => l.Length is > 0 and <= 63
                && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            && labels[^1].Length >= 2 && labels[^1].All(char.IsAsciiLetter)
            && !s_endingsOfFiles.Contains(labels[^1]);
    }

    /// <summary>The first word of an SSH public key.</summary>
    public static bool IsKeyType(string text) =>
        text is "ssh-ed25519" or "ssh-rsa" or "ssh-dss" or "sk-ssh-ed25519@openssh.com"
            or "sk-ecdsa-sha2-nistp256@openssh.com"
        || text.StartsWith("ecdsa-sha2-", StringComparison.Ordinal);

    /// <summary>The second word of an SSH public key.</summary>
    public static bool IsKeyBody(string text) => text.Length >= 16
        && text.StartsWith("AAAA", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=');

    private static bool IsKeyText(string text) =>
        text.Split(' ') is [var type, var body, ..] && IsKeyType(type) && IsKeyBody(body);

    private static Lexeme Of(Word word, Part part) =>
        new(word.Text, word.Original, [new Reading(part, word.Text)])
        {
            Possessive = word.Possessive,
        };

    private static Lexeme? Numeric(Word word, Lexicon lexicon)
    {
        var text = word.Text.TrimStart('#');
        text = text.Length > 2 && text[0] == '+' && char.IsAsciiDigit(text[1])
            && char.IsAsciiLetter(text[^1]) ? text[1..] : text;
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0])
            || (text.Length > 1 && text[0] is 'v' or ':' && char.IsAsciiDigit(text[1]))))
        {
            return null;
        }
        if (text[0] == ':')
        {
            text = text[1..];
        }
        if (IsPortPair(text))
        {
            return Of(word, Part.PortPair);
        }
        if (text.Contains('/', StringComparison.Ordinal))
        {
            return PortWithProtocol(word, text);
        }
        return PortRange(word, text) ?? WithUnit(word, text, lexicon) ?? Version(word, text);
    }

    /// <summary><c>8000-8100</c>; it may be a version too.</summary>
    private static Lexeme? PortRange(Word word, string text) =>
        text.Split('-') is [var first, var last] && Whole(first) is { } low
            && Whole(last) is > 0 and <= 65535 and var high && low < high
            ? Of(word, Part.PortRange) with
            {
                Readings = [new(Part.PortRange, text), new(Part.Version, text)],
            }
            : null;

    private static Lexeme? PortWithProtocol(Word word, string text)
    {
        var cut = text.IndexOf('/', StringComparison.Ordinal);
        return text[cut..] is "/tcp" or "/udp" && Whole(text[..cut]) is { } port
            ? Of(word, Part.Number) with { Value = port, Unit = text[(cut + 1)..] } : null;
    }

    /// <summary><c>8080:80</c>, with a protocol or an address at most.</summary>
    private static bool IsPortPair(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && text[slash..] is not ("/tcp" or "/udp"))
        {
            return false;
        }
        var parts = (slash < 0 ? text : text[..slash]).Split(':');
        if (parts.Length == 2 && parts[0].Contains('.', StringComparison.Ordinal))
        {
            return IPAddress.TryParse(parts[0], out _) && Whole(parts[1]) is not null;
        }
        return parts.Length is 2 or 3 && Whole(parts[^1]) is not null
            && Whole(parts[^2]) is not null
            && (parts.Length == 2 || IPAddress.TryParse(parts[0], out _));
    }

    public static int? Whole(string text) =>
        text.Length <= 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : null;

    private static Lexeme? WithUnit(Word word, string text, Lexicon lexicon)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end])
            || (text[end] is '.' or ',' && end + 1 < text.Length
                && char.IsAsciiDigit(text[end + 1]))))
        {
            end++;
        }
        var figures = text[..end].Replace(',', '.');
        if (end == 0 || !decimal.TryParse(figures, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var value) || value > MostSaid)
        {
            return null;
        }
        var rest = text[end..].TrimStart('-');
        if (rest.Length == 0)
        {
            return Of(word, Part.Number) with { Value = value };
        }
        if (rest == "x" && value is > 1 and < 10)
        {
            return new(text, word.Original, [new Reading(Part.Amount, $"x{value:0}")]);
        }
        if (rest is "st" or "nd" or "rd" or "th")
        {
            return null;
        }
        if (rest.StartsWith("core", StringComparison.Ordinal)
            || rest.StartsWith("cpu", StringComparison.Ordinal))
        {
            return Of(word, Part.Number) with { Value = value, Unit = "core" };
        }
        return lexicon.Unit(rest) is { } unit
            ? Of(word, Part.Number) with { Value = value, Unit = rest == "m" ? "m" : unit } : null;
    }

    private static Lexeme? Version(Word word, string text)
    {
        var looksRight = ImageReference.IsTag(text)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        return looksRight ? Of(word, Part.Version) : null;
    }

    /// <summary><c>LOG_LEVEL=debug</c>, <c>/host:/container:ro</c>, <c>NAME</c>.</summary>
    private static Lexeme? Assigned(Word word)
    {
        var text = word.Original;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && IsKey(text[..equals]))
        {
            return Of(word, Part.Assignment);
        }
        var upper = text.Any(char.IsAsciiLetterUpper) && !text.Any(char.IsAsciiLetterLower);
        return IsIdentifier(text) && upper
            && (text.Contains('_', StringComparison.Ordinal) || text.Length >= 5
                || text is "TZ" or "PUID" or "PGID" or "LANG")
            ? Of(word, Part.Identifier) : null;
    }

    public static bool IsIdentifier(string text) => text.Length is > 0 and <= 128
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');

    /// <summary>The name of a label may hold dots, dashes and slashes.</summary>
    private static bool IsKey(string text) => text.Length <= 128
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '/');

    private static Lexeme? Path(Word word)
    {
        var text = word.Original;
        var colon = text.IndexOf(":/", StringComparison.Ordinal);
        if (text.StartsWith('/') && colon < 0)
        {
            return Of(word, Part.Path);
        }
        return colon > 0 && !text[(colon + 1)..].StartsWith("//", StringComparison.Ordinal)
            ? Of(word, Part.Mount) : null;
    }

    private static Lexeme? Image(Word word)
    {
        var text = word.Text;
        if (text.StartsWith("localhost:", StringComparison.Ordinal)
            && Whole(text["localhost:".Length..]) is not null)
        {
            return Of(word, Part.PortPair);
        }
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // Europe/Berlin is a place.
        var place = slash > 0 && colon < 0 && slash + 1 < word.Original.Length
            && char.IsAsciiLetterUpper(word.Original[0])
            && char.IsAsciiLetterUpper(word.Original[slash + 1]);
        var days = slash > 0 && text.Split('/').All(
            d => Parsing.Times.TimeWords.English.Of(d, "day") is not null);
        if (days || place || slash <= 0 && colon <= 0
            || text.Contains("://", StringComparison.Ordinal)
            || text is "and/or" or "he/she" or "his/her" or "w/o")
        {
            return null;
        }
        return ImageReference.Parse(text, out _) is { } image
            && image.Product.Any(char.IsAsciiLetter) ? Of(word, Part.Image) : null;
    }
}
