using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>Forms of texts that only services have.</summary>
internal static class ServiceFormats
{
    public static readonly FormatType Source = new(
        "a volume's name or an absolute path", null,
        text => text.StartsWith('/') ? Formats.AbsolutePath.Judge(text)
            : text.StartsWith('.') || text.StartsWith('~')
                ? Verdict.Bad("not an absolute path", "Write the path from / on.")
                : Formats.Name.Judge(text));

    public static readonly FormatType HttpPath = new(
        "a path such as /health", "^/",
        text => text.StartsWith('/') && text.AsSpan().IndexOfAny(" \t\r\n") < 0
            && Formats.Text.Judge(text).Normal is not null
            ? Verdict.Good(text)
            : Verdict.Bad("not a path of a URL", "Write it from / on, without blanks."));

    public static readonly FormatType User = new(
        "a user name, a uid, or uid:gid", null,
        text => text.Length is > 0 and <= 65 && text.Split(':') is { Length: <= 2 } parts
            && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c)
                || c is '_' or '-' or '.'))
            ? Verdict.Good(text)
            : Verdict.Bad("not a user", "Write a name such as www-data, or uid:gid such as "
                + "1000:1000."));

    public static readonly FormatType Capability = new(
        "a Linux capability such as NET_ADMIN", "^[A-Za-z_]+$", JudgeCapability);

    /// <summary><c>HOST[:CONTAINER[:rwm]]</c></summary>
    public static readonly FormatType Device = new(
        "a device such as /dev/ttyUSB0", "^/", JudgeDevice);

    public static Verdict VariableName(string name) =>
        name.Length is > 0 and <= 256 && !name.Contains('=', StringComparison.Ordinal)
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? Verdict.Good(name)
            : Verdict.Bad("not a name for a variable",
                "Write letters, digits and _, such as TZ.");

    public static Verdict LabelName(string name) =>
        name.StartsWith("loam.", StringComparison.Ordinal)
            ? Verdict.Bad("Loam marks its own things with such labels",
                "Choose a name that does not begin with loam.")
            : name.Length is > 0 and <= 256
                && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
                ? Verdict.Good(name)
                : Verdict.Bad("not a name for a label", "Write it without blanks.");

    /// <summary>Normal form: upper case without <c>CAP_</c>.</summary>
    private static Verdict JudgeCapability(string text)
    {
        if (Capabilities.Named(text) is { } known)
        {
            return Verdict.Good(known);
        }
        var meant = Capabilities.Like(text);
        return Verdict.Bad("no such capability", meant is null
            ? "Write one such as NET_ADMIN." : $"Write {meant}.");
    }

    private static Verdict JudgeDevice(string text)
    {
        var parts = text.Split(':');
        var rights = parts.Length == 3 ? parts[2] : "rwm";
        if (parts.Length > 3 || Formats.AbsolutePath.Judge(parts[0]).Normal is not { } host
            || Formats.AbsolutePath.Judge(parts.Length > 1 ? parts[1] : parts[0]).Normal
                is not { } inside
            || rights.Length is 0 or > 3 || rights.Any(c => c is not ('r' or 'w' or 'm')))
        {
            return Verdict.Bad("not a device",
                "Write a path such as /dev/ttyUSB0, or /dev/HOST:/dev/CONTAINER:rw.");
        }
        return Verdict.Good(parts.Length == 1 ? host
            : parts.Length == 2 ? $"{host}:{inside}" : $"{host}:{inside}:{rights}");
    }
}
