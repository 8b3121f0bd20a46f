using Loam.Core.Auditing;
using Loam.Drivers.Auditing;

namespace Loam.Cli.Views;

/// <summary>The record of who did what, for people.</summary>
internal static class AuditView
{
    private const int MostNames = 3;

    public static IEnumerable<Line> Of(
        IReadOnlyCollection<AuditLine> lines, TimeZoneInfo zone, Look look)
    {
        var shown = lines.Where(l => AuditEvents.All.Contains(l.Event)).ToList();
        if (shown.Count == 0)
        {
            return [new Line("Nothing was recorded yet.")];
        }
        var table = new Table("WHEN", "WHO", "EVENT", "WHAT", "");
        foreach (var line in shown)
        {
            var ink = line.What.Contains("failed", StringComparison.Ordinal) ? Ink.Bad
                : line.Event is AuditEvents.SecurityModified or AuditEvents.SecretRead
                    ? Ink.Warn : Ink.Plain;
            table.Add(new(HistoryView.When(line.At, zone), Ink.Dim), new(line.Who),
                new(line.Event, ink), new(line.What), new(Names(line), Ink.Dim));
        }
        return table.Render(look);
    }

    private static string Names(AuditLine line)
    {
        var names = line.Names ?? [];
        var few = string.Join(", ", names.Take(MostNames));
        return names.Length > MostNames ? $"{few} and {names.Length - MostNames} more" : few;
    }

    /// <param name="isKept">The key is not the one that lies beside the record.</param>
    public static IEnumerable<Line> Verdict(AuditVerdict verdict, string fingerprint, bool isKept,
        TimeZoneInfo zone, Look look) => verdict switch
        {
            { Broken: { } where } => Broken(verdict, where, look),
            { Lines: 0 } => [new Line("Nothing was recorded yet.")],
            _ => Intact(verdict, fingerprint, isKept, zone, look),
        };

    private static IEnumerable<Line> Broken(AuditVerdict verdict, AuditBreak where, Look look) =>
    [
        new Line("✗ ", Ink.Bad).Add("The record is broken.", Ink.Bold),
        .. Below($"{where.File}, line {where.Line}: {where.Why}.", look),
        .. Below($"{Units.Count((int)verdict.Lines, "line")} before it stand as they were written. "
            + "Compare with a backup of that directory.", look),
    ];

    private static IEnumerable<Line> Intact(AuditVerdict verdict, string fingerprint, bool isKept,
        TimeZoneInfo zone, Look look) =>
    [
        .. Paragraph.Of(new Line("✓ ", Ink.Good),
            $"{Units.Count((int)verdict.Lines, "line")} stand as they were written, from "
            + $"{HistoryView.When(verdict.From!.Value, zone)} to "
            + $"{HistoryView.When(verdict.To!.Value, zone)}.", look),
        .. verdict.First == 1 ? [] : Below($"It begins with line {verdict.First}: what was before "
            + "was older than retention_days, and went with a signed note.", look),
        .. Below($"{Units.Count(verdict.Checkpoints, "signature")}; "
            + $"{Units.Count((int)verdict.Unsigned, "line")} after the last.", look),
        .. Below($"Key {fingerprint}", look),
        .. isKept ? [] : Below("That key lies beside the record. Whoever has root's rights could "
            + "make both anew: keep what `loam audit key` prints elsewhere, and give it with "
            + "--key.", look),
    ];

    private static IEnumerable<Line> Below(string text, Look look) =>
        Paragraph.Of(new Line("  "), text, look, Ink.Dim);
}
