using System.Globalization;
using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Cli.Views;

/// <summary>One event or log entry on one line.</summary>
internal static class EventView
{
    public static Line Of(MachineEvent what, TimeZoneInfo zone)
    {
        var ink = Severity(what);
        var line = new Line(Clock(what.At, zone) + "  ", Ink.Dim).Add(what.Type.PadRight(20), ink);
        var parts = new List<string>();
        Add(parts, what.Name);
        Add(parts, what.Status);
        Add(parts, what.Trigger);
        if (what.Generation is { } generation)
        {
            parts.Add($"generation {generation}");
        }
        if (what.Changes is { } changes)
        {
            parts.Add(Units.Count(changes, "change"));
        }
        if (what.Duration is { } duration)
        {
            parts.Add(Units.Took(TimeSpan.FromMilliseconds(duration)));
        }
        if (what.RolledBack is { } back)
        {
            parts.Add(back ? "rolled back" : "not rolled back");
        }
        line.Add(" " + string.Join(" · ", parts));
        var words = what.Explained(what.Error ?? what.Message);
        return words is null ? line : line.Add((parts.Count > 0 ? " · " : "") + words);
    }

    public static Line Of(LogEntry entry, TimeZoneInfo zone) =>
        new Line(Clock(entry.At, zone) + "  ", Ink.Dim)
            .Add(entry.Text, entry.IsError ? Ink.Warn : Ink.Plain);

    private static string Clock(DateTimeOffset at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static void Add(List<string> parts, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            parts.Add(text);
        }
    }

    private static Ink Severity(MachineEvent what) => what switch
    {
        { Type: "reconcile.failed" or "service.died" or "service.unhealthy" or "state.rejected" }
            => Ink.Bad,
        { Status: "failed" } or { Success: false } => Ink.Bad,
        { Type: "drift.found" or "recovery" or "reconcile.waiting" } => Ink.Warn,
        { Type: "reconcile.completed" or "service.healthy" } or { Status: "done" } => Ink.Good,
        _ => Ink.Accent,
    };
}
