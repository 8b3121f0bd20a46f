using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>Lines and comments of a state file that are gone although what they say, or what they
/// stand at, is still so.</summary>
public static class LostLines
{
    public static IEnumerable<string> Find(Result result, IReadOnlyList<ThingChange> changes) =>
        FileKinds.All.SelectMany(kind =>
            result.Before.Files[kind.File] is { } old && result.After.Files[kind.File] is { } made
            && old != made ? InFile(kind.File, new(result.Before.Root(kind.File), old),
                new(result.After.Root(kind.File), made), changes) : []);

    /// <summary>Section by section, because equal lines of different things are not the same.
    /// </summary>
    private static IEnumerable<string> InFile(
        string file, FileMap before, FileMap after, IReadOnlyList<ThingChange> changes)
    {
        foreach (var section in before.Sections)
        {
            var made = after.Find(section);
            var lines = before.LinesOf(section);
            var fresh = made is null ? [] : after.LinesOf(made);
            var (lost, gained) = LineChange.Between(lines, fresh);
            var comparison = new Comparison(section, made, lines,
                [.. gained.Select(g => fresh[g])], before, after, changes);
            foreach (var line in lost)
            {
                if (comparison.Problem(line) is { } problem)
                {
                    yield return $"{file}:{section.Line + line} {problem}: {lines[line].Trim()}";
                }
            }
        }
    }

    /// <param name="Made">Null: the thing was removed.</param>
    /// <param name="Fresh">Lines of the section that are new.</param>
    private sealed record Comparison(Section Section, Section? Made, string[] Lines,
        List<string> Fresh, FileMap Before, FileMap After, IReadOnlyList<ThingChange> Changes)
    {
        /// <summary>What is wrong with a line being gone; null: nothing is.</summary>
        public string? Problem(int line)
        {
            var text = Lines[line].Trim();
            var comment = CommentIn(Lines[line]);
            if (text.Length == 0 || Fresh.Exists(f => f.Trim() == text))
            {
                return null;
            }
            if (text[0] == '#')
            {
                return After.Has(text) || MayGo(line) ? null : "is lost";
            }
            if (Made is null)
            {
                return null;
            }
            var isKept = comment is null
                || Fresh.Exists(f => f.Contains(comment, StringComparison.Ordinal));
            if (Section.Thing is not { } thing)
            {
                return !text.StartsWith("spec:", StringComparison.Ordinal) ? "is lost"
                    : isKept ? null : "lost its comment";
            }
            if (!Changes.Any(c => c.Thing == thing || SharesLine(c.Thing)
                || (Section.IsHeader && c.Thing.Topic == thing.Topic)))
            {
                return "was changed";
            }
            var at = Section.Line + line;
            return Section.IsHeader ? isKept ? null : "lost its comment"
                : !Section.IsFlow && Section.SaysTheSame(Made, at) ? "was rewritten"
                : isKept || Section.HasLeft(Made, at, exactly: true) ? null : "lost its comment";
        }

        /// <summary>In <c>[{name: a}, {name: b}]</c> the line of the one is that of the other.
        /// </summary>
        private bool SharesLine(Thing other) =>
            Before.Sections.Any(s => s.Line == Section.Line && s.Thing == other);

        /// <summary>A comment goes with what it stands at, or with what it stands below.</summary>
        private bool MayGo(int line)
        {
            var next = Before.After(Section);
            var isLast = Lines.Skip(line).All(l => l.Trim() is "" or ['#', ..]);
            var nextIsGone = next is not null && After.Find(next) is null;
            if (Made is null)
            {
                // Right above the next thing it is the next thing's.
                return !isLast || nextIsGone || next is null
                    || Lines.Skip(line).Any(l => l.Trim().Length == 0);
            }
            return isLast ? nextIsGone
                : Section.HasLeft(Made, Section.Line + line, exactly: false);
        }
    }

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
