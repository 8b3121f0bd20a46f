using System.Globalization;
using Loam.Api;
using Loam.Core.Approving;

namespace Loam.Cli.Views;

/// <summary>A model's words, apart from everything that Loam says itself, and labelled.</summary>
internal static class MindView
{
    private const double MicrosPerDollar = 1_000_000;

    public static IEnumerable<Line> Said(string words, FromMind end, Look look)
    {
        // Every line has its bar: no padding makes a model's words look like ours.
        foreach (var line in words.Trim().Split('\n').SelectMany(
            w => Paragraph.Fold(new Line(w), look.Width - 2, look)))
        {
            yield return new Line("│ ", Ink.Dim).Add(line);
        }
        yield return new Line("  — " + Label(end), Ink.Dim);
        foreach (var why in end.PassedOver ?? [])
        {
            yield return new Line("  " + why, Ink.Dim);
        }
        if (end.Note is { } note)
        {
            foreach (var line in Paragraph.Of(new Line("  "), look.Clean(note), look, Ink.Warn))
            {
                yield return line;
            }
        }
        yield return Line.Empty;
    }

    /// <summary>What would leave the machine, and what does not.</summary>
    public static IEnumerable<Line> Sending(FromMind asked, Look look)
    {
        foreach (var line in Paragraph.Of(new Line("! ", Ink.Accent),
            $"This would leave the machine, to {asked.By}. {asked.Content}", look))
        {
            yield return line;
        }
        foreach (var replaced in asked.Suggestions ?? [])
        {
            yield return new Line("  " + replaced, Ink.Dim);
        }
        yield return new Line("  `loam privacy show \"…\"` prints exactly what would be sent.",
            Ink.Dim);
    }

    public static IEnumerable<Line> Outside(ScopeSplit parts, Look look)
    {
        yield return Line.Empty;
        yield return new Line("The model would also change what you did not ask for:", Ink.Bold);
        foreach (var line in parts.Outside.SelectMany(
            o => Paragraph.Of(new Line("  • "), o, look)))
        {
            yield return line;
        }
        if (parts.Hindrance is { } hindrance)
        {
            yield return new Line(hindrance, Ink.Dim);
        }
        yield return new Line("None of it is applied unless you ask for it.", Ink.Dim);
    }

    private static string Label(FromMind end)
    {
        var parts = new List<string> { end.By ?? "the interpreter" };
        if (end.TookMs is { } took)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{took / 1000:0.0} s"));
        }
        parts.Add(end.Cost switch
        {
            null => "cost unknown",
            0 => "no cost",
            { } cost => string.Create(
                CultureInfo.InvariantCulture, $"${cost / MicrosPerDollar:0.0000}"),
        });
        return string.Join(" · ", parts);
    }
}
