using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>The machine in lines: where and when it is, what runs and how it is, what wants
/// looking at, what happened last.</summary>
/// <remarks>Asked for shorter and shorter texts, it writes each line once.</remarks>
internal sealed class StateSummary(MachineView view, ImmutableHashSet<string> names)
{
    private const int LongestLine = 160;

    private readonly Dictionary<string, string> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<MachineEvent, string> _events =
        new(ReferenceEqualityComparer.Instance);

    private string? _machine;
    private string? _rest;

    /// <param name="services">2: each in full; 1: those that are ill or meant in full, the
    /// others by name; 0: only those, and how many others.</param>
    /// <param name="events">How many.</param>
    public string Text(int services, int events)
    {
        var text = new StringBuilder(_machine ??= Written(Machine));
        Services(text, services);
        text.Append(_rest ??= Written(Rest));
        Events(text, events);
        return text.ToString();
    }

    private static string Written(Action<StringBuilder> write)
    {
        var text = new StringBuilder();
        write(text);
        return text.ToString();
    }

    private static string Once<T>(Dictionary<T, string> written, T key, Func<string> line)
        where T : notnull
    {
        if (!written.TryGetValue(key, out var known))
        {
            known = written[key] = Written(text => Add(text, line()));
        }
        return known;
    }

    private void Machine(StringBuilder text)
    {
        var host = view.Host;
        Add(text, $"host {host.Name}: {host.System}, kernel {host.Kernel}, {host.Cores} cores, "
            + $"memory {Size(host.Memory)} ({Size(host.MemoryFree)} free), disk "
            + $"{Size(host.Disk)} ({Size(host.DiskFree)} free)");
        Add(text, string.Create(CultureInfo.InvariantCulture,
            $"now: {host.Now:dddd yyyy-MM-dd HH:mm zzz}, time zone {host.TimeZone}")
            + (host.Locale.Length > 0 ? $", locale {host.Locale}" : ""));
        Add(text, $"loam {view.Status.Version}, engine {view.Status.Engine}, generation "
            + Number(view.Generation)
            + (view.Status.LastChange is { } last ? $", last change: {last}" : ""));
    }

    private void Services(StringBuilder text, int level)
    {
        var all = view.Status.Services;
        bool IsShown(ServiceStatus service) => level == 2 || names.Contains(service.Name)
            || service.Health is not (ServiceHealth.Healthy or ServiceHealth.Stopped);
        text.Append(all.IsEmpty ? "services: none\n" : $"services ({all.Length}):\n");
        foreach (var service in all.Where(IsShown))
        {
            text.Append(Once(_services, service.Name, () => "  " + Line(service)));
        }
        var others = all.Where(s => !IsShown(s)).ToList();
        if (others.Count > 0)
        {
            Add(text, level == 0 ? $"  and {others.Count} others, well or stopped on request"
                : "  well or stopped on request: "
                    + string.Join(", ", others.Select(s => s.Name)), others.Count * 64);
        }
    }

    private static string Line(ServiceStatus s)
    {
        var health = s.Health.ToString().ToLowerInvariant();
        var line = $"{s.Name} {s.Image} {health} {Number(s.Running)}/{Number(s.Wanted)}";
        if (s.Health is not (ServiceHealth.Healthy or ServiceHealth.Stopped))
        {
            line += $" ({s.Detail})";
        }
        var ports = s.Ports.Where(p => p.Host is not null)
            .Select(p => $"{p.Host}->{p.Container}").ToList();
        line += ports.Count > 0 ? $" ports {string.Join(' ', ports)}" : "";
        line += s.MemoryUsed is { } used ? $" memory {Size(used)}"
            + (s.MemoryLimit is { } limit ? $" of {Size(limit)}" : "") : "";
        line += s.Restarts > 0 ? $" restarts {Number(s.Restarts)}" : "";
        return line + (s.Drift is { } drift ? $" drift: {drift}" : "");
    }

    private void Rest(StringBuilder text)
    {
        var status = view.Status;
        foreach (var alert in status.Alerts.Take(5))
        {
            Add(text, $"alert: {alert}");
        }
        foreach (var drift in status.Drift.Take(5))
        {
            Add(text, $"drift: {drift}");
        }
        if (!status.Pending.IsEmpty)
        {
            Add(text, $"edited by hand, not applied: {string.Join(", ", status.Pending)}");
        }
        foreach (var volume in status.Volumes.Where(v => names.Contains(v.Name)
            || (v.Used is { } used && v.Total is > 0 and var total && used * 10 > total * 8)))
        {
            Add(text, $"volume {volume.Name}: {Size(volume.Used ?? 0)} of {Size(volume.Size)}");
        }
        if (status.Backups is { } backups)
        {
            Add(text, $"backups of {Number(backups.Things)} things to {backups.Where}"
                + (backups.Copied is { } at ? $", all copied since {Time(at)}"
                    : ", not all copied"));
        }
    }

    private void Events(StringBuilder text, int most)
    {
        var told = view.Events.Where(e => e.Type != "reconcile.step").ToList();
        if (most == 0 || told.Count == 0)
        {
            return;
        }
        text.Append("events, oldest first:\n");
        foreach (var happened in told.TakeLast(most))
        {
            text.Append(Once(_events, happened, () => Line(happened)));
        }
    }

    private string Line(MachineEvent happened) => $"  {Time(happened.At)} {happened.Type}"
        + (happened.Name is { } name ? $" {name}" : "")
        + ((happened.Error ?? happened.Message) is { } said ? $": {said}" : "");

    private string Time(DateTimeOffset at) => at.ToOffset(view.Host.Now.Offset).ToString(
        at.ToOffset(view.Host.Now.Offset).Date == view.Host.Now.Date ? "HH:mm" : "MM-dd HH:mm",
        CultureInfo.InvariantCulture);

    private static void Add(StringBuilder text, string line, int most = LongestLine)
    {
        var lead = line.StartsWith("  ", StringComparison.Ordinal) ? "  " : "";
        text.Append(lead).Append(PlainText.OneLine(line, Math.Max(most, LongestLine)))
            .Append('\n');
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Size(long bytes) => bytes >= 10L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0}Gi")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0}Mi");
}
