namespace Loam.Mind.Interpreter.Editing;

/// <summary>Tags of images.</summary>
internal static class Images
{
    /// <summary>The reference as written, with another version: <c>postgres:16-alpine</c> and
    /// <c>17</c> give <c>postgres:17-alpine</c>.</summary>
    public static string WithVersion(string written, string tag, string version)
    {
        var at = written.IndexOf('@', StringComparison.Ordinal);
        var bare = at < 0 ? written : written[..at];
        var slash = bare.LastIndexOf('/');
        var colon = bare.IndexOf(':', slash + 1);
        return $"{(colon < 0 ? bare : bare[..colon])}:{Tag(tag, version)}";
    }

    /// <summary>The tag of another version, with the variant (<c>-alpine</c>) kept.</summary>
    public static string Tag(string present, string version)
    {
        var said = version.TrimStart('v', 'V');
        if (said.Length == 0 || !char.IsAsciiDigit(said[0]) || said.Any(char.IsAsciiLetter)
            || present.Length == 0)
        {
            return version;
        }
        var prefix = present[0] == 'v' && present.Length > 1 && char.IsAsciiDigit(present[1])
            ? "v" : "";
        var rest = present[prefix.Length..];
        if (rest.Length == 0 || !char.IsAsciiDigit(rest[0]))
        {
            return version;
        }
        var end = 0;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] == '.'))
        {
            end++;
        }
        // A date is the whole of its tag.
        return IsDate(rest) && IsDate(said) ? said : prefix + said + rest[end..];
    }

    private static bool IsDate(string tag) => tag.Length == 10 && tag[4] == '-' && tag[7] == '-'
        && tag.All(c => char.IsAsciiDigit(c) || c == '-');

    /// <summary>The leading version of a tag, without its variant: <c>16</c> of
    /// <c>16-alpine</c>.</summary>
    public static string VersionOf(string tag)
    {
        var start = tag.StartsWith('v') ? 1 : 0;
        var end = start;
        while (end < tag.Length && (char.IsAsciiDigit(tag[end]) || tag[end] == '.'))
        {
            end++;
        }
        return end == start ? tag : tag[start..end];
    }
}
