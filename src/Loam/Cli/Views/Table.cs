namespace Loam.Cli.Views;

/// <summary>Columns aligned over all rows. Where the terminal is too narrow, the widest columns
/// are cut first; in a pipe nothing is cut.</summary>
internal sealed class Table(params string[] headers)
{
    private const int Gap = 2;
    private const int Narrowest = 6;
    private readonly List<Line[]> _rows = [];

    public void Add(params Line[] cells) => _rows.Add(cells);

    public IEnumerable<Line> Render(Look look)
    {
        var widths = new int[headers.Length];
        for (var column = 0; column < headers.Length; column++)
        {
            widths[column] = Math.Max(Glyphs.Width(headers[column]),
                _rows.Select(r => WidthOf(r[column], look)).DefaultIfEmpty(0).Max());
        }
        if (look.Cuts)
        {
            Shrink(widths, look.Width);
        }
        if (headers.Any(h => h.Length > 0))
        {
            yield return Row([.. headers.Select(h => new Line(h, Ink.Dim))], widths, look);
        }
        foreach (var row in _rows)
        {
            yield return Row(row, widths, look);
        }
    }

    private static void Shrink(int[] widths, int total)
    {
        while (widths.Where(w => w > 0).Sum(w => w + Gap) - Gap > total)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= Narrowest)
            {
                return;
            }
            widths[widest]--;
        }
    }

    private static Line Row(Line[] cells, int[] widths, Look look)
    {
        var line = new Line();
        var column = 0;
        for (var i = 0; i < cells.Length; i++)
        {
            if (widths[i] == 0)
            {
                continue;
            }
            line.PadTo(column);
            AddCell(line, cells[i], widths[i], look);
            column += widths[i] + Gap;
        }
        return line;
    }

    private static void AddCell(Line line, Line cell, int width, Look look)
    {
        var left = width;
        foreach (var run in cell.Runs)
        {
            var text = Glyphs.Fit(look.Clean(run.Text), left);
            line.Add(look.Unicode ? text : Glyphs.Ascii(text), run.Ink);
            left -= Glyphs.Width(text);
            if (left <= 0)
            {
                return;
            }
        }
    }

    private static int WidthOf(Line cell, Look look) =>
        cell.Runs.Sum(r => Glyphs.Width(look.Clean(r.Text)));
}
