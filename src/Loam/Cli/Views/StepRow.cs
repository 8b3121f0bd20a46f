using System.Text.Json;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <summary>Widths of a service's cells; zero: the cells do not fit beside each other.</summary>
internal readonly record struct ServiceColumns(int Image, int Ports);

/// <summary>What a plan card says to the right of a step's name.</summary>
internal static class StepRow
{
    private const string Between = "   ";

    public static ServiceColumns Columns(IReadOnlyList<Step> steps, int room, Look look)
    {
        var cells = steps.Where(IsNewService).Select(Cells).ToList();
        if (cells.Count == 0)
        {
            return default;
        }
        var image = cells.Max(c => Glyphs.Width(look.Clean(c.Image)));
        var ports = cells.Max(c => Glyphs.Width(look.Clean(c.Ports)));
        var limits = cells.Max(c => Glyphs.Width(look.Clean(c.Limits)));
        return image + ports + limits + 2 * Between.Length <= room
            ? new(image, ports) : default;
    }

    public static IEnumerable<Line> Of(Step step, Plan plan, ServiceColumns columns,
        bool fromWords, int room, Look look)
    {
        var lines = step.Id.Kind switch
        {
            ResourceKind.Service when IsNewService(step) =>
                NewService(step, columns, fromWords, look),
            ResourceKind.Service when step.Verb == Verb.Delete => Deleted(step),
            ResourceKind.Service => ChangedService(step, room, look),
            ResourceKind.Volume when step.Verb == Verb.Create => Volume(step),
            ResourceKind.Network when step.Verb == Verb.Create => Network(step),
            ResourceKind.Secret when step.Verb == Verb.Create => Secret(step, plan),
            // What it means for each port says more than the fields that changed.
            ResourceKind.Firewall when !step.Actions.IsEmpty => [],
            _ => Changes(step, room, look),
        };
        foreach (var line in lines)
        {
            yield return line;
        }
        foreach (var note in step.Notes)
        {
            yield return new Line(note);
        }
    }

    private static bool IsNewService(Step step) => step.Id.Kind == ResourceKind.Service
        && step.Verb == Verb.Create && Container(step) is not null;

    private static ContainerSpec? Container(Step step) => step.Actions
        .Where(a => a.Kind == ActionKind.Create && a.Container is { Rehearsal: false })
        .Select(a => a.Container).FirstOrDefault();

    private static (string Image, string Ports, string Limits) Cells(Step step)
    {
        var container = Container(step)!;
        var ports = container.Ports.Where(p => p.Host is not null).Select(p => p.ToString());
        return (ImageText(container.ImageReference), string.Join(", ", ports),
            Units.Of(container.Limits));
    }

    public static string ImageText(string reference) =>
        ImageReference.Parse(reference, out _)?.Short ?? reference;

    private static IEnumerable<Line> NewService(
        Step step, ServiceColumns columns, bool fromWords, Look look)
    {
        var cells = Cells(step);
        if (columns.Image > 0)
        {
            var line = new Line().Add(look.Clean(cells.Image)).PadTo(columns.Image);
            var rest = new Line();
            if (columns.Ports > 0)
            {
                rest.Add(Between).Add(look.Clean(cells.Ports), Ink.Accent)
                    .PadTo(Between.Length + columns.Ports);
            }
            yield return line.Add(rest).Add(Between).Add(cells.Limits);
        }
        else
        {
            yield return new Line(cells.Image);
            var more = new[] { cells.Ports, cells.Limits }.Where(c => c.Length > 0);
            yield return new Line(string.Join(" · ", more));
        }
        var copies = step.Actions.Count(a =>
            a.Kind == ActionKind.Create && a.Container is { Rehearsal: false });
        if (copies > 1)
        {
            yield return new Line($"{copies} replicas");
        }
        foreach (var (source, target) in Volumes(step.After))
        {
            yield return new Line("keeps ", Ink.Dim).Add(target).Add(" in ", Ink.Dim).Add(source);
        }
        if (Gate(step) is { Synthesised: false } probe)
        {
            yield return new Line("probe: ", Ink.Dim).Add(
                $"{ProbeText(probe)} every {Units.Every(probe.Interval)}"
                + (fromWords ? " (from the catalogue)" : ""));
        }
    }

    private static Probe? Gate(Step step) =>
        step.Actions.FirstOrDefault(a => a.Kind == ActionKind.Gate)?.Probe;

    // The usual port goes without saying.
    private static string ProbeText(Probe probe) =>
        probe is { Kind: ProbeKind.Http, Port: 80 } ? $"HTTP GET {probe.Path}" : probe.ToString();

    private static IEnumerable<Line> ChangedService(Step step, int room, Look look)
    {
        var any = false;
        foreach (var line in Changes(step, room, look))
        {
            any = true;
            yield return line;
        }
        if (!any && Container(step) is { } container)
        {
            yield return new Line(ImageText(container.ImageReference));
        }
        yield return new Line(WayText(step));
    }

    private static string WayText(Step step)
    {
        if (step.Actions.IsEmpty)
        {
            return "only the record changes";
        }
        if (step.Actions.All(a => a.Kind == ActionKind.Stop))
        {
            return "stopped; its data and declaration are kept";
        }
        var gap = step.Gap > TimeSpan.Zero ? $"about {Units.Every(step.Gap)} gap" : "no gap";
        return step.Way switch
        {
            Way.Overlap => $"overlap: the new one runs beside the old until it is healthy; {gap}",
            Way.Rehearse =>
                $"rehearse: a copy without ports is tried first, then swapped in; {gap}",
            Way.Swap => "swap: the old one is stopped, kept, and taken up again on failure; "
                + gap,
            Way.InPlace => $"in place: the running container takes the new values; {gap}",
            _ => step.Summary,
        };
    }

    private static IEnumerable<Line> Deleted(Step step)
    {
        yield return new Line(step.Actions.IsEmpty ? "is not running; its declaration goes"
            : "stopped, then removed when all else is well");
        foreach (var (source, target) in Volumes(step.Before))
        {
            yield return new Line("the data of ", Ink.Dim).Add(target).Add(" stays in ", Ink.Dim)
                .Add(source);
        }
    }

    private static IEnumerable<Line> Volume(Step step)
    {
        var made = step.Actions.FirstOrDefault(a => a.Kind is ActionKind.CreateVolume
            or ActionKind.Attach)?.Volume;
        if (made is not null)
        {
            yield return new Line(made.Path, Ink.Dim);
        }
    }

    private static IEnumerable<Line> Network(Step step)
    {
        if (step.Actions.Any(a => a.Network is { Internal: true }))
        {
            yield return new Line("internal: no way out", Ink.Dim);
        }
    }

    private static IEnumerable<Line> Secret(Step step, Plan plan)
    {
        var generated = plan.Generates.FirstOrDefault(
            g => g.StartsWith(step.Id.Name + ":", StringComparison.Ordinal));
        yield return new Line(generated is null ? "kept encrypted"
            : $"{generated[(step.Id.Name.Length + 1)..]} characters, made on approval, "
                + "never shown");
    }

    public static string Generated(string name, string length) =>
        $"generates {name}: {length} characters, made on approval, never shown";

    private static IEnumerable<Line> Changes(Step step, int room, Look look)
    {
        var labels = step.Changes.Select(c => Label(c.Field)).ToList();
        var width = Math.Min(20, labels.Select(l => Glyphs.Width(l)).DefaultIfEmpty(0).Max());
        foreach (var (change, label) in step.Changes.Zip(labels))
        {
            var lead = new Line(label, Ink.Dim).PadTo(width).Add("  ");
            var inner = look with { Width = Math.Max(40, room) };
            var text = change switch
            {
                { Before: not null, After: not null } when change.Field == "ports" =>
                    $"{change.After} (was {change.Before})",
                { Before: null } => $"{Show(change.Field, change.After)} (new)",
                { After: null } => $"{Show(change.Field, change.Before)} → none",
                _ => $"{Show(change.Field, change.Before)} → {Show(change.Field, change.After)}",
            };
            foreach (var line in Paragraph.Of(lead, text, inner))
            {
                yield return line;
            }
        }
    }

    private static string Label(string field) =>
        field.StartsWith("resources.", StringComparison.Ordinal) ? field[10..] : field;

    private static string Show(string field, string? value) =>
        string.IsNullOrEmpty(value) ? "none"
            : field.EndsWith("image", StringComparison.Ordinal) ? ImageText(value) : value;

    /// <summary>Source and target of the volumes in a service's canonical form.</summary>
    private static List<(string Source, string Target)> Volumes(string? spec)
    {
        var found = new List<(string, string)>();
        if (spec is null)
        {
            return found;
        }
        using var json = JsonDocument.Parse(spec);
        if (json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("volumes", out var volumes)
            && volumes.ValueKind == JsonValueKind.Array)
        {
            foreach (var volume in volumes.EnumerateArray())
            {
                if (volume.TryGetProperty("source", out var source)
                    && volume.TryGetProperty("target", out var target))
                {
                    found.Add((source.GetString() ?? "", target.GetString() ?? ""));
                }
            }
        }
        return found;
    }
}
