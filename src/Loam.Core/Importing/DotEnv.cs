using System.Text;

namespace Loam.Core.Importing;

/// <summary>Files of <c>NAME=value</c> lines: <c>.env</c>, and what <c>env_file</c> names.
/// </summary>
public static class DotEnv
{
    /// <summary>The later of two lines with one name counts. A line without a sign of equality says
    /// nothing.</summary>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            var line = raw.Trim();
            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line["export ".Length..].TrimStart();
            }
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                read[line[..equals].TrimEnd()] = Value(line[(equals + 1)..].TrimStart());
            }
        }
        return read;
    }

    private static string Value(string text)
    {
        if (text.Length > 1 && text[0] is '"' or '\'')
        {
            var end = text.IndexOf(text[0], 1);
            if (end > 0)
            {
                return text[0] == '\'' ? text[1..end] : Unescaped(text[1..end]);
            }
        }
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return (comment >= 0 ? text[..comment] : text).TrimEnd();
    }

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at] == '\\' && at + 1 < text.Length ? text[++at] : (char?)null;
            plain.Append(next switch
            {
                null => text[at],
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                { } other => other,
            });
        }
        return plain.ToString();
    }
}
