using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Change = Loam.Core.StateFiles.DiffKind;
using Mark = Loam.Core.StateFiles.Editing.DiffKind;

namespace Loam.Cli.Views;

/// <summary>A difference twice: what it means, and the lines.</summary>
internal static class DiffView
{
    private const int Context = 3;

    public static IEnumerable<Line> Of(StateSet before, StateSet after,
        IReadOnlyList<ResourceDiff> meaning, Look look)
    {
        var files = after.ChangedFrom(before).ToList();
        if (files.Count == 0)
        {
            yield return new Line("No difference.");
            yield break;
        }
        foreach (var line in meaning.SelectMany(d => Meaning(d, look)))
        {
            yield return line;
        }
        foreach (var file in files.Where(f => f != StateSet.Lock))
        {
            yield return Line.Empty;
            foreach (var line in Lines(file, before[file], after[file]))
            {
                yield return line;
            }
        }
        if (files.Contains(StateSet.Lock))
        {
            yield return Line.Empty;
            yield return new Line("images.lock: other digests", Ink.Dim);
        }
    }

    private static IEnumerable<Line> Meaning(ResourceDiff difference, Look look)
    {
        var (mark, ink) = difference.Kind switch
        {
            Change.Added => ("+ ", Ink.Good),
            Change.Removed => ("- ", Ink.Bad),
            _ => ("~ ", Ink.Warn),
        };
        yield return new Line(mark, ink).Add(difference.Id.ToString(), Ink.Bold);
        if (difference.Kind != Change.Changed)
        {
            yield break;
        }
        foreach (var field in difference.Fields)
        {
            var text = (field.Before, field.After) switch
            {
                (null, var to) => to ?? "",
                (var from, null) => $"{from} → none",
                var (from, to) => $"{from} → {to}",
            };
            foreach (var line in Paragraph.Of(
                new Line($"    {field.Field}  ", Ink.Dim), text, look))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<Line> Lines(string file, string? before, string? after)
    {
        yield return new Line($"--- {(before is null ? "(none)" : file)}", Ink.Bold);
        yield return new Line($"+++ {(after is null ? "(none)" : file)}", Ink.Bold);
        foreach (var hunk in LineDiff.Of(before ?? "", after ?? "", Context))
        {
            yield return new Line(hunk.Header, Ink.Accent);
            foreach (var line in hunk.Lines)
            {
                var text = line.Text.TrimEnd('\r');
                yield return line.Kind switch
                {
                    Mark.Added => new Line("+" + text, Ink.Good),
                    Mark.Removed => new Line("-" + text, Ink.Bad),
                    _ => new Line(" " + text),
                };
            }
        }
    }
}
