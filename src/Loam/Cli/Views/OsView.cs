using Loam.Api;
using Loam.Core.Observing;
using Loam.Drivers.Booting.Slots;

namespace Loam.Cli.Views;

/// <summary>The operating system for people.</summary>
internal static class OsView
{
    public static IEnumerable<Line> Slots(OsStatus status, Look look)
    {
        var table = new Table("", "SLOT", "LOAM", "BUILD", "STATE");
        foreach (var slot in status.Slots)
        {
            table.Add(slot.IsRunning ? new("●", Ink.Good) : new Line("○", Ink.Dim),
                new(slot.Name, Ink.Bold), new(slot.Version ?? "empty"),
                new(slot.Build is { } build ? SlotStatus.Short(build) : ""),
                new(StateOf(slot), slot.HasFailed ? Ink.Bad : Ink.Plain));
        }
        return table.Render(look);
    }

    /// <summary>For the status of the machine.</summary>
    public static IEnumerable<Line> Summary(OsStatus? status, Look look)
    {
        var slots = status?.Slots.Where(s => s.Version is not null || s.HasFailed)
            .Select(s => $"slot {s.Name} {s.Words} {StateOf(s)}").ToList() ?? [];
        return slots.Count == 0 ? [] : Paragraph.Of(
            new Line("system: ", Ink.Dim), string.Join("; ", slots), look).Prepend(Line.Empty);
    }

    public static IEnumerable<Line> Plan(OsPlan plan, bool later, Look look)
    {
        yield return new Line("Loam ", Ink.Bold).Add(plan.From).Add(" → ", Ink.Dim)
            .Add(plan.To, Ink.Accent);
        var said = (plan.Bytes is { } bytes
                ? $"{Units.Download(bytes)} are written into slot {plan.Slot}, which is not in "
                    + "use, and read back. " : "")
            + (later ? "From the next start on it is on trial"
                : "Then the machine starts again, which ends what runs, and it is on trial")
            + $": it stays once {Awaited(plan)}, for which it has "
            + $"{Units.Count(plan.Within / 60, "minute")}. Else the one before comes back by "
            + "itself. What is kept is not touched.";
        foreach (var line in Paragraph.Of(said, look))
        {
            yield return line;
        }
    }

    public static IEnumerable<Line> Target(
        TargetDisk disk, UpdateHead update, bool keep, Look look)
    {
        yield return new Line(disk.Path, Ink.Bold)
            .Add($"  {Units.Download(disk.Bytes)}  {disk.Model}");
        foreach (var line in Paragraph.Of(new Line("on it: ", Ink.Dim), disk.Holds, look))
        {
            yield return line;
        }
        var version = SlotStatus.WordsOf(update.Version, update.Build);
        foreach (var line in Paragraph.Of($"Loam {version} is installed on it for BIOS and "
            + "UEFI, in two slots of which one stays free for an update. "
            + (keep ? "What its part for data holds stays." : "The rest becomes the "
                + "part for data. Everything that is on the disk is lost."), look))
        {
            yield return line;
        }
    }

    private static string Awaited(OsPlan plan)
    {
        var services = plan.Awaited.IsEmpty ? "the daemon and its engine answer"
            : $"{string.Join(", ", plan.Awaited)} {Are(plan.Awaited.Length)} healthy again";
        return plan.Ways.IsEmpty ? services : $"{services} and "
            + string.Join(" and ", plan.Ways.Select(SlotTrial.WayOut))
            + $" {Are(plan.Ways.Length)} there";
    }

    private static string Are(int count) => count == 1 ? "is" : "are";

    private static string StateOf(SlotStatus slot) => string.Join(", ", ((string?[])
    [
        slot.IsRunning ? "runs" : null,
        slot.IsOnTrial ? slot.IsRunning ? "on trial" : "on trial at the next start" : null,
        slot.IsConfirmed ? "confirmed" : null,
        slot.HasFailed ? "did not come up" : null,
    ]).Where(s => s is not null).DefaultIfEmpty(slot.Version is null ? "free" : "the one before"));
}
