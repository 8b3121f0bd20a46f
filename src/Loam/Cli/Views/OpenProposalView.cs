using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Cli.Views;

/// <summary>What models and programs propose, for people. Their words stand apart from ours, and
/// labelled.</summary>
internal static class OpenProposalView
{
    private const int LongestSaid = 200;

    public static IEnumerable<Line> List(
        IReadOnlyCollection<ProposalLine> proposals, DateTimeOffset now, Look look)
    {
        if (proposals.Count == 0)
        {
            yield return new Line("Nothing is proposed.");
        }
        foreach (var one in proposals)
        {
            var (mark, ink) = Mark(one.Fate.Stage);
            var said = new Line(Words(one.Fate), ink).Add($" · {Author(one.By, one.For)} · "
                + $"{Units.Age(now - one.At)} ago · {string.Join(", ", one.Files)}", Ink.Dim);
            foreach (var line in Paragraph.Of(
                new Line(mark, ink).Add(" ").Add(one.Id, Ink.Bold).Add("  "), said, look))
            {
                yield return line;
            }
            yield return new Line("  │ ", Ink.Dim).Add(Glyphs.Fit(
                look.Clean(one.Words.ReplaceLineEndings(" ").Trim()), look.Width - 4));
            foreach (var line in one.Fate.Stage == ProposalStage.Open ? Unasked(one.Unasked, look)
                : [])
            {
                yield return line;
            }
        }
    }

    /// <summary>Who would like it, and in whose words.</summary>
    public static IEnumerable<Line> Head(Proposed proposed, DateTimeOffset now, Look look)
    {
        var order = proposed.Order;
        foreach (var line in order.Words.Trim().Split('\n').SelectMany(
            w => Paragraph.Fold(new Line(w), look.Width - 2, look)))
        {
            yield return new Line("│ ", Ink.Dim).Add(line);
        }
        yield return new Line($"  — {Author(order.By, order.For)}, "
            + $"{Units.Age(now - proposed.At)} ago · {Words(proposed.Fate)}", Ink.Dim);
        // By a program's word: who approves it knows better.
        var said = Glyphs.Fit(look.Clean(string.Join(" / ", order.Said.Select(
            s => s.ReplaceLineEndings(" ").Trim()))), LongestSaid);
        foreach (var line in (said.Length == 0 ? []
            : Paragraph.Of(new Line("  said: ", Ink.Dim), said, look))
            .Concat(Unasked(order.Unasked, look)))
        {
            yield return line;
        }
        if (proposed.Fate.Why is { } why)
        {
            foreach (var line in Paragraph.Of(new Line("  "), why, look, Ink.Warn))
            {
                yield return line;
            }
        }
        yield return Line.Empty;
    }

    /// <summary>What nobody's words cover.</summary>
    public static IEnumerable<Line> Unasked(IReadOnlyCollection<string> sentences, Look look)
    {
        if (sentences.Count == 0)
        {
            yield break;
        }
        yield return new Line("  What was not asked for:", Ink.Warn);
        foreach (var line in sentences.SelectMany(
            s => Paragraph.Of(new Line("  • "), s, look)))
        {
            yield return line;
        }
    }

    private static string Author(string by, string? person) =>
        person is null ? by : $"{by}, for {person}";

    private static (string, Ink) Mark(ProposalStage stage) => stage switch
    {
        ProposalStage.Open => ("?", Ink.Accent),
        ProposalStage.Approved => ("◐", Ink.Warn),
        ProposalStage.Applied => ("✓", Ink.Good),
        ProposalStage.Declined => ("○", Ink.Dim),
        _ => ("✗", Ink.Bad),
    };

    private static string Words(ProposalFate fate) => fate.Stage switch
    {
        ProposalStage.Open => "waits for approval",
        ProposalStage.Approved => $"approved by {fate.Who}, under way",
        ProposalStage.Applied => $"applied, approved by {fate.Who}",
        ProposalStage.RolledBack => "failed, and everything is as before",
        ProposalStage.Incomplete => "failed, and could not be taken back wholly",
        _ => $"declined by {fate.Who}",
    };
}
