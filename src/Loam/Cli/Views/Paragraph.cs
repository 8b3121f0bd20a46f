namespace Loam.Cli.Views;

/// <summary>Text broken to the width, each part keeping its meaning.</summary>
internal static class Paragraph
{
    private const int Narrowest = 20;

    /// <summary>A lead on the first line; what follows is set in as far as the lead is wide.
    /// </summary>
    public static IEnumerable<Line> Of(Line lead, Line text, Look look)
    {
        var start = lead.Runs.Sum(r => Glyphs.Width(look.Clean(r.Text)));
        var first = true;
        foreach (var part in Fold(text, Math.Max(Narrowest, look.Width - start), look))
        {
            yield return (first ? new Line().Add(lead) : new Line(new string(' ', start)))
                .Add(part);
            first = false;
        }
        if (first)
        {
            yield return lead;
        }
    }

    public static IEnumerable<Line> Of(Line lead, string text, Look look, Ink ink = Ink.Plain) =>
        text.Split('\n').SelectMany((paragraph, number) => Of(
            number == 0 ? lead : new Line(new string(' ', lead.Width)),
            new Line(paragraph, ink), look));

    public static IEnumerable<Line> Of(string text, Look look, Ink ink = Ink.Plain) =>
        Of(new Line(), text, look, ink);

    /// <summary>Breaks at spaces. A line that fits stays as it is, with all its spaces.
    /// </summary>
    public static IEnumerable<Line> Fold(Line text, int width, Look look)
    {
        if (text.Runs.Sum(r => Glyphs.Width(look.Clean(r.Text))) <= width)
        {
            yield return text;
            yield break;
        }
        var line = new Line();
        var used = 0;
        var spaces = 0;
        foreach (var (word, ink, spaced) in Words(text, width, look))
        {
            spaces += spaced;
            var size = Glyphs.Width(word);
            if (used > 0 && used + spaces + size > width)
            {
                yield return line;
                line = new();
                used = 0;
            }
            if (used > 0 && spaces > 0)
            {
                line.Add(new string(' ', spaces));
                used += spaces;
            }
            line.Add(word, ink);
            used += size;
            spaces = 0;
        }
        if (used > 0)
        {
            yield return line;
        }
    }

    /// <summary>Words with the spaces before them; a word that is too long comes in parts.
    /// </summary>
    private static IEnumerable<(string Word, Ink Ink, int Spaces)> Words(
        Line text, int width, Look look)
    {
        var spaces = 0;
        foreach (var run in text.Runs)
        {
            var first = true;
            foreach (var word in look.Clean(run.Text).Split(' '))
            {
                spaces += first ? 0 : 1;
                first = false;
                foreach (var part in Glyphs.Parts(word, width))
                {
                    yield return (part, run.Ink, spaces);
                    spaces = 0;
                }
            }
        }
    }
}
