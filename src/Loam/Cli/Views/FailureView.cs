using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Cli.Views;

/// <summary>What went wrong, and what to do.</summary>
internal static class FailureView
{
    public static IEnumerable<Line> Of(string message, string remedy, Look look)
    {
        foreach (var line in Paragraph.Of(new Line("✗ ", Ink.Bad), message, look))
        {
            yield return line;
        }
        if (remedy.Length > 0)
        {
            foreach (var line in Paragraph.Of(new Line("  "), remedy, look))
            {
                yield return line;
            }
        }
    }

    /// <summary>Findings with their places and, where the text is at hand, the line meant.
    /// </summary>
    public static IEnumerable<Line> Of(
        IEnumerable<Diagnostic> findings, StateSet? texts, Look look)
    {
        foreach (var finding in findings)
        {
            var (word, ink) = finding.Severity switch
            {
                Severity.Error => ("error", Ink.Bad),
                Severity.Warning => ("warning", Ink.Warn),
                _ => ("note", Ink.Accent),
            };
            var lead = new Line();
            if (finding.At is { } at)
            {
                lead.Add($"{at}: ", Ink.Bold);
            }
            lead.Add($"{word} {finding.Code.Id}: ", ink);
            foreach (var line in Hanging(lead, finding.Message, look))
            {
                yield return line;
            }
            foreach (var line in Excerpt(finding, texts, look))
            {
                yield return line;
            }
            if (finding.Remedy.Length > 0)
            {
                foreach (var line in Paragraph.Of(new Line("    "), finding.Remedy, look))
                {
                    yield return line;
                }
            }
        }
    }

    // The lead may be long: what follows it is set in by four, not by its width.
    private static IEnumerable<Line> Hanging(Line lead, string text, Look look)
    {
        var used = lead.Runs.Sum(r => Glyphs.Width(look.Clean(r.Text)));
        if (used + Glyphs.Width(look.Clean(text)) <= look.Width)
        {
            yield return new Line().Add(lead).Add(text);
            yield break;
        }
        yield return lead;
        foreach (var line in Paragraph.Of(new Line("    "), text, look))
        {
            yield return line;
        }
    }

    private static IEnumerable<Line> Excerpt(Diagnostic finding, StateSet? texts, Look look)
    {
        if (finding.At is not { } at || texts?[at.File] is not { } text)
        {
            yield break;
        }
        var lines = text.Split('\n');
        if (at.Line < 1 || at.Line > lines.Length)
        {
            yield break;
        }
        var number = $"{at.Line} │ ".PadLeft(10);
        var shown = Glyphs.Fit(look.Clean(lines[at.Line - 1]), look.Width - number.Length);
        yield return new Line(number, Ink.Dim).Add(shown);
        var length = at.EndLine == at.Line ? Math.Max(1, at.EndColumn - at.Column) : 1;
        var room = look.Width - number.Length - at.Column + 1;
        if (room > 0)
        {
            yield return new Line("│ ".PadLeft(10), Ink.Dim)
                .Add(new string(' ', at.Column - 1))
                .Add(new string('^', Math.Min(length, room)), Ink.Bad);
        }
    }
}
