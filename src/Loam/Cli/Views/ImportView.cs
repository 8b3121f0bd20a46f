using Loam.Core.Importing;

namespace Loam.Cli.Views;

/// <summary>What a compose file became: what was kept otherwise or not at all, line by line, and
/// what its services may do and see.</summary>
internal static class ImportView
{
    public static IEnumerable<Line> Of(string file, Imported imported, Look look)
    {
        yield return new Line(file, Ink.Bold).Add(imported.Services.IsEmpty
            ? ": nothing of it can be imported"
            : $": {Units.Count(imported.Services.Length, "service")}, "
                + string.Join(", ", imported.Services));
        foreach (var kept in (Kept[])[Kept.LeftOut, Kept.Lost, Kept.Otherwise])
        {
            foreach (var line in Notes(imported, kept, look))
            {
                yield return line;
            }
        }
        if (imported.Rights.IsEmpty)
        {
            yield break;
        }
        yield return Line.Empty;
        yield return new Line("These services ask for more than a container:", Ink.Warn);
        var table = new Table("  SERVICE", "RIGHT", "TO");
        foreach (var right in imported.Rights)
        {
            table.Add(new("  " + right.Service, Ink.Bold), Named(right.Right), new(right.What));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
    }

    /// <summary>Whoever has one of the first two owns the machine.</summary>
    private static Line Named(Right right) => right switch
    {
        Right.Privileged => new("privileged", Ink.Bad),
        Right.EngineSocket => new("engine socket", Ink.Bad),
        Right.Device => new("device", Ink.Warn),
        Right.Capability => new("capability", Ink.Warn),
        _ => new("host directory", Ink.Warn),
    };

    private static IEnumerable<Line> Notes(Imported imported, Kept kept, Look look)
    {
        var (title, mark, ink) = kept switch
        {
            Kept.LeftOut => ("Left out:", "✗ ", Ink.Bad),
            Kept.Lost => ("Not kept:", "! ", Ink.Warn),
            _ => ("Kept in another way:", "· ", Ink.Dim),
        };
        var notes = imported.Notes.Where(n => n.Kept == kept).ToList();
        if (notes.Count == 0)
        {
            yield break;
        }
        yield return Line.Empty;
        yield return new(title, ink);
        foreach (var note in notes)
        {
            var place = note.At is { } at ? $"line {at.Line}  " : "";
            var what = string.Join(" ", new[] { note.Subject, note.Key }.Where(t => t.Length > 0));
            var lead = new Line("  " + mark, ink).Add(place, Ink.Dim).Add(what, Ink.Bold)
                .Add(": ");
            foreach (var line in Paragraph.Of(lead, note.Message, look))
            {
                yield return line;
            }
        }
    }
}
