namespace Loam.Cli.Views;

/// <summary>Prose broken to the width.</summary>
internal static class Paragraph
{
    /// <summary>A lead on the first line; what follows is set in as far as the lead is wide.
    /// </summary>
    public static IEnumerable<Line> Of(Line lead, string text, Look look, Ink ink = Ink.Plain)
    {
        var start = lead.Runs.Sum(r => Glyphs.Width(look.Clean(r.Text)));
        var room = Math.Max(20, look.Width - start);
        var first = true;
        foreach (var paragraph in text.Split('\n'))
        {
            foreach (var part in Glyphs.Wrap(look.Clean(paragraph), room))
            {
                var line = first ? new Line().Add(lead) : new Line(new string(' ', start));
                yield return line.Add(part, ink);
                first = false;
            }
        }
        if (first)
        {
            yield return lead;
        }
    }

    public static IEnumerable<Line> Of(string text, Look look, Ink ink = Ink.Plain) =>
        Of(new Line(), text, look, ink);
}
