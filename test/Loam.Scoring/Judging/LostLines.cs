using Loam.Core.StateFiles;
using Loam.Scoring.Facts;

namespace Loam.Scoring.Judging;

/// <summary>Lines and comments of a state file that are gone although what they say, or what they
/// stand at, is still so.</summary>
public static class LostLines
{
    public static IEnumerable<string> Find(Result result, IReadOnlyList<ThingChange> changes) =>
        FileKinds.All.SelectMany(kind =>
            result.Before.Files[kind.File] is { } old && result.After.Files[kind.File] is { } made
            && old != made ? InFile(kind, old, made, result, changes) : []);

    private static IEnumerable<string> InFile(FileKind kind, string old, string made,
        Result result, IReadOnlyList<ThingChange> changes)
    {
        var (before, after) = (old.Split('\n'), made.Split('\n'));
        var (lost, gained) = LineChange.Between(before, after);
        var map = new FileMap(result.Before.Root(kind.File), result.After.Root(kind.File));
        var fresh = gained.Select(g => after[g]).ToList();
        foreach (var line in lost)
        {
            if (Problem(map, before[line], line + 1, fresh, changes) is { } problem)
            {
                yield return $"{kind.File}:{line + 1} {problem}: {before[line].Trim()}";
            }
        }
    }

    private static string? Problem(FileMap map, string text, int line,
        List<string> fresh, IReadOnlyList<ThingChange> changes)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0 || fresh.Exists(f => f.Trim() == trimmed))
        {
            return null;
        }
        var comment = CommentIn(text);
        var isKept = comment is null
            || fresh.Exists(f => f.Contains(comment, StringComparison.Ordinal));
        var section = map.SectionAt(line);
        if (section is null)
        {
            return !trimmed.StartsWith("spec:", StringComparison.Ordinal) ? "is lost"
                : isKept ? null : "lost its comment";
        }
        var here = changes.Where(c => c.Thing.Topic == section.Thing.Topic
            && (section.IsHeader || c.Thing == section.Thing)).ToList();
        if (trimmed[0] == '#')
        {
            return isKept || here.Exists(c => c.IsRemoved) || IsGone(map.SectionAfter(line), changes)
                || (here.Count > 0 && map.HasLeft(section, line, exactly: false))
                    ? null : "is lost";
        }
        if (here.Count == 0)
        {
            return "was changed";
        }
        if (section.IsHeader || here.Exists(c => c.IsRemoved))
        {
            return isKept || here.Exists(c => c.IsRemoved) ? null : "lost its comment";
        }
        return map.SaysTheSame(section, line) ? "was rewritten"
            : isKept || map.HasLeft(section, line, exactly: true) ? null : "lost its comment";
    }

    private static bool IsGone(Section? section, IReadOnlyList<ThingChange> changes) =>
        section is not null && changes.Any(c => c.IsRemoved && c.Thing == section.Thing);

    /// <summary>From the <c>#</c> on; null without a comment.</summary>
    private static string? CommentIn(string text)
    {
        var quote = '\0';
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '#' && (at == 0 || char.IsWhiteSpace(text[at - 1])))
            {
                return text[at..].TrimEnd();
            }
        }
        return null;
    }
}
