using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Cli.Views;

/// <summary>What the interpreter came to, before any plan.</summary>
internal static class ProposalView
{
    public static IEnumerable<Line> Message(Proposal proposal, Look look)
    {
        var (lead, ink) = proposal.Outcome switch
        {
            Outcome.Refusal => ("✗ ", Ink.Bad),
            Outcome.Question => ("? ", Ink.Accent),
            _ => ("", Ink.Plain),
        };
        foreach (var line in Paragraph.Of(new Line(lead, ink), proposal.Message, look))
        {
            yield return line;
        }
        if (proposal.Outcome == Outcome.Question && proposal.Suggestions.Length > 0)
        {
            foreach (var line in Paragraph.Of(new Line("  "),
                "for instance: " + string.Join(" · ", proposal.Suggestions), look, Ink.Dim))
            {
                yield return line;
            }
        }
    }

    /// <summary>With the changed texts as differences.</summary>
    public static IEnumerable<Line> Of(Proposal proposal, StateSet before, Look look)
    {
        foreach (var line in Message(proposal, look))
        {
            yield return line;
        }
        if (proposal.Files.Count == 0)
        {
            yield break;
        }
        var after = proposal.Files.Aggregate(before, (files, text) => text.Value.Length == 0
            ? files.Without(text.Key) : files.With(text.Key, text.Value));
        yield return Line.Empty;
        foreach (var line in DiffView.Of(before, after, [], look))
        {
            yield return line;
        }
        yield return Line.Empty;
        yield return new Line($"risk: {proposal.Risk.ToString().ToLowerInvariant()}", Ink.Dim);
    }
}
