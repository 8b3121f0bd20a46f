using Loam.Drivers.Linux;

namespace Loam.Cli.Views;

/// <summary>What was looked at, a line each, and what to do about it.</summary>
internal static class DoctorView
{
    private const int Column = 14;

    public static IEnumerable<Line> Of(IReadOnlyCollection<HostCheck> checks, Look look)
    {
        foreach (var check in checks)
        {
            var (mark, ink) = check.Result switch
            {
                CheckResult.Good => ("✓ ", Ink.Good),
                CheckResult.Note => ("! ", Ink.Warn),
                _ => ("✗ ", Ink.Bad),
            };
            var lead = new Line(mark, ink).Add(check.Name, Ink.Bold).PadTo(Column);
            foreach (var line in Paragraph.Of(lead, check.Says, look))
            {
                yield return line;
            }
            foreach (var line in check.Remedy is null ? []
                : Paragraph.Of(new Line().PadTo(Column), check.Remedy, look, Ink.Dim))
            {
                yield return line;
            }
        }
        var bad = checks.Count(c => c.Result == CheckResult.Bad);
        yield return Line.Empty;
        yield return bad == 0 ? new Line("This machine has what Loam needs.", Ink.Good)
            : new Line($"{Units.Count(bad, "thing")} to put right first.", Ink.Bad);
    }

    public static string Json(IEnumerable<HostCheck> checks) => JsonOutput.Write(json =>
    {
        json.WriteStartArray("checks");
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("result", check.Result.ToString().ToLowerInvariant());
            json.WriteString("says", check.Says);
            if (check.Remedy is { } remedy)
            {
                json.WriteString("remedy", remedy);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
