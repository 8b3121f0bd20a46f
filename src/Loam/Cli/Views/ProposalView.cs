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
        foreach (var line in Paragraph.Of(new Line(lead, ink),
            proposal.Listing?.Title ?? proposal.Message, look))
        {
            yield return line;
        }
        foreach (var line in proposal.Listing is { } listing ? Rows(listing, look) : [])
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

    private static IEnumerable<Line> Rows(Listing listing, Look look)
    {
        var table = new Table([.. listing.Columns.Select(c => c.ToUpperInvariant())]);
        foreach (var row in listing.Rows)
        {
            table.Add([.. row.Select(c => new Line(c))]);
        }
        return table.Render(look);
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
