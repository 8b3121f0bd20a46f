using Loam.Api;
using Loam.Core.Backups;

namespace Loam.Cli.Views;

/// <summary>Copies for people.</summary>
internal static class BackupView
{
    public static IEnumerable<Line> List(BackupsAnswer answer, DateTimeOffset now,
        TimeZoneInfo zone, Look look)
    {
        yield return new Line("backups in ", Ink.Dim).Add(answer.Where);
        if (answer.Items.IsEmpty)
        {
            yield return new Line("No copies, and none are asked for. Say what you want: ").Add(
                "loam \"daily backups of everything at 2\"", Ink.Accent);
            yield break;
        }
        foreach (var item in answer.Items)
        {
            yield return Line.Empty;
            foreach (var line in Item(item, answer, now, zone, look))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<Line> Item(BackupStatus item, BackupsAnswer answer,
        DateTimeOffset now, TimeZoneInfo zone, Look look)
    {
        var next = item.Next is { } at ? $", next {Local(at, zone)}" : "";
        yield return new Line(BackupItem.WordsOf(item.Item), Ink.Bold).Add(item.When is null
            ? "  only when asked for" : $"  {item.When}, keeps {item.Retain}{next}", Ink.Dim);
        if (item.Running is { } since)
        {
            yield return new Line("◐ ", Ink.Warn).Add($"runs for {Units.Age(now - since)}");
        }
        if (item.Error is { } error)
        {
            foreach (var line in Paragraph.Of(new Line("✗ ", Ink.Bad), error, look))
            {
                yield return line;
            }
        }
        var copies = answer.Copies.Where(c => c.Item == item.Item).ToList();
        if (copies.Count == 0)
        {
            yield return new Line("○ ", Ink.Dim).Add("no copy yet");
            yield break;
        }
        var table = new Table("", "COPY", "WHEN", "WHAT", "FILES", "SIZE");
        foreach (var copy in copies)
        {
            table.Add(copy.IsWhole ? new("●", Ink.Good) : new Line("✗", Ink.Bad),
                new(copy.ShortId, Ink.Accent), new(Local(copy.At, zone)),
                new((copy.App is null ? "files" : $"dump of {copy.App}")
                    + (copy.IsWhole ? "" : ", not whole")),
                new(copy.Files is { } files ? $"{files}" : ""),
                new(copy.Bytes is { } bytes ? Units.Download(bytes) : ""));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
    }

    /// <summary>One line that stays.</summary>
    public static IEnumerable<Line> Ended(BackupLine line, string done, Look look)
    {
        if (line.Error is { } problem)
        {
            var lead = new Line("  ✗ ", Ink.Bad).Add(line.Item.Length > 0 ? $"{line.Item}: " : "");
            return Paragraph.Of(lead, $"{problem.Error} {problem.Remedy}".TrimEnd(), look);
        }
        var copy = line.Copy!;
        var size = copy.Bytes is { } bytes ? $"   {Units.Download(bytes)}" : "";
        return [new Line("  ✓ ", Ink.Good).Add($"{line.Item} {done}")
            .Add($"   {copy.ShortId}{size}", Ink.Dim)];
    }

    /// <summary>What happens now.</summary>
    public static Line Running(BackupLine line) => new Line("  ◐ ", Ink.Warn)
        .Add($"{line.Item} ").Add(line.Doing ?? "", Ink.Dim)
        .Add(line.Done > 0 ? $" {Units.Download(line.Done.Value)}"
            + (line.Total is { } total ? $" of {Units.Download(total)}" : "") : "", Ink.Dim);

    public static IEnumerable<Line> Plan(RestorePlan plan, DateTimeOffset now, TimeZoneInfo zone,
        Look look)
    {
        var copy = plan.Copy;
        yield return new Line($"I'll restore {BackupItem.WordsOf(copy.Item)}", Ink.Bold)
            .Add($" as it was at {Local(copy.At, zone)}, {Units.Age(now - copy.At)} ago.");
        yield return Line.Empty;
        var table = new Table("", "", "");
        void Say(string mark, string what, string text) =>
            table.Add(new("  " + mark, Ink.Accent), new(what, Ink.Dim), new(text));
        Say("+", "copy", copy.ShortId + (copy.Files is { } files
            ? $"   {Units.Count((int)Math.Min(files, int.MaxValue), "file")}" : "")
            + (copy.Bytes is { } bytes ? $", {Units.Download(bytes)}" : "")
            + (copy.App is null ? "" : $", a dump of {copy.App}"));
        Say("→", "into", plan.Target);
        if (!plan.Stops.IsEmpty)
        {
            Say("~", "stops", string.Join(", ", plan.Stops) + " meanwhile");
        }
        if (plan.Replaces)
        {
            Say("~", "replaces", BackupItem.VolumeOf(copy.Item) is null
                ? "what is there; it is kept beside"
                : "what is there; it is put aside until all is healthy, else put back");
        }
        if (!copy.IsWhole)
        {
            Say("!", "beware", "this copy is not whole");
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
    }

    private static string Local(DateTimeOffset at, TimeZoneInfo zone) =>
        $"{TimeZoneInfo.ConvertTime(at, zone):yyyy-MM-dd HH:mm}";
}
