using System.Globalization;
using Loam.Core.Reconciling;

namespace Loam.Cli.Views;

/// <summary>How the machine is.</summary>
internal static class StatusView
{
    public static IEnumerable<Line> Of(MachineStatus status, DateTimeOffset now, Look look)
    {
        if (status.Starting is { } starting)
        {
            yield return new Line(status.Host, Ink.Bold)
                .Add($" · Loam {status.Version} is starting: {starting}");
            yield break;
        }
        yield return new Line(status.Host, Ink.Bold)
            .Add($" · {GenerationText(status.Generation)} · {status.Engine}")
            .Add($" · Loam {status.Version}");
        if (status.LastChange is { } change)
        {
            var when = status.LastChangeAt is { } at ? $", {Units.Age(now - at)} ago" : "";
            foreach (var line in Paragraph.Of(
                new Line("last change: ", Ink.Dim), change + when, look))
            {
                yield return line;
            }
        }
        if (status.Services.Length > 0)
        {
            yield return Line.Empty;
            foreach (var line in Services(status, now, look))
            {
                yield return line;
            }
        }
        else
        {
            yield return new Line("No services yet. Say what you need: ")
                .Add("loam \"set up a web server\"", Ink.Accent);
        }
        foreach (var line in Volumes(status, look).Concat(Backups(status, now, look))
            .Concat(OsView.Summary(status.Os, look)).Concat(Alerts(status, look)))
        {
            yield return line;
        }
    }

    /// <summary>How full the volumes with a size are.</summary>
    private static IEnumerable<Line> Volumes(MachineStatus status, Look look)
    {
        if (status.Volumes.IsEmpty)
        {
            return [];
        }
        return Paragraph.Of(new Line("volumes: ", Ink.Dim), string.Join(", ",
            status.Volumes.Select(v => $"{v.Name} " + (v.Used is { } used
                ? Units.MemoryOf(used, v.Total!.Value) : "not attached"))), look)
            .Prepend(Line.Empty);
    }

    /// <summary>When the last copies were made and when one was last proven good.</summary>
    private static IEnumerable<Line> Backups(
        MachineStatus status, DateTimeOffset now, Look look)
    {
        if (status.Backups is not { } backups)
        {
            yield break;
        }
        string Ago(DateTimeOffset? at) => at is { } time ? $"{Units.Age(now - time)} ago" : "never";
        yield return Line.Empty;
        var said = new Line($"{Units.Count(backups.Things, "thing")}, ")
            .Add($"last whole copy {Ago(backups.Copied)}", backups.Copied is null
                ? Ink.Warn : Ink.Plain)
            .Add(", ").Add($"last proven restore {Ago(backups.Proven)}", backups.Proven is null
                ? Ink.Warn : Ink.Plain)
            .Add(backups.Next is { } next ? $", next {next.ToLocalTime():yyyy-MM-dd HH:mm}" : "");
        foreach (var line in Paragraph.Of(new Line("backups: ", Ink.Dim), said, look)
            .Concat(backups.Warnings.SelectMany(w => Paragraph.Of(
                new Line("backups: ", Ink.Warn), w, look))))
        {
            yield return line;
        }
    }

    /// <summary>The machine in one line, for the shell.</summary>
    public static Line Summary(MachineStatus status)
    {
        var line = new Line(status.Host, Ink.Bold).Add(" · " + GenerationText(status.Generation));
        var well = status.Services.Count(s => s.Health == ServiceHealth.Healthy);
        var wanted = status.Services.Count(s => s.Health != ServiceHealth.Stopped);
        if (status.Services.Length > 0)
        {
            line.Add($" · {Units.Count(status.Services.Length, "service")}");
            line.Add(wanted == 0 ? ", stopped" : wanted < status.Services.Length
                ? $", {well} of {wanted} healthy, {status.Services.Length - wanted} stopped"
                : well == wanted ? ", all healthy" : $", {well} healthy",
                well == wanted ? Ink.Good : Ink.Warn);
        }
        if (status.Proposals > 0)
        {
            line.Add(" · ").Add($"{Units.Count(status.Proposals, "proposal")}: `proposals` says "
                + "more", Ink.Accent);
        }
        var alerts = Alerting(status);
        return alerts == 0 ? line
            : line.Add(" · ").Add($"{Units.Count(alerts, "alert")}: `status` says more", Ink.Warn);
    }

    private static int Alerting(MachineStatus status) =>
        status.Alerts.Length + status.Drift.Length + status.Problems.Count(p => p.IsError)
        + (status.Pending.IsEmpty ? 0 : 1) + (status.Recovery is null ? 0 : 1)
        + status.Services.Count(s => s.Health is ServiceHealth.Unhealthy or ServiceHealth.Missing);

    private static string GenerationText(int number) =>
        number == 0 ? "nothing applied yet" : $"generation {number}";

    public static IEnumerable<Line> Services(
        MachineStatus status, DateTimeOffset now, Look look)
    {
        var table = new Table("", "SERVICE", "HEALTH", "IMAGE", "PORTS", "MEMORY", "CPU", "SINCE");
        foreach (var service in status.Services)
        {
            var (mark, ink) = Mark(service.Health);
            table.Add(new(mark, ink), new(service.Name, Ink.Bold), new(HealthText(service), ink),
                new(StepRow.ImageText(service.Image)), new(PortsText(service), Ink.Accent),
                new(MemoryText(service)),
                new(service.CpuPercent is { } cpu
                    ? cpu.ToString("0.0", CultureInfo.InvariantCulture) + " %" : ""),
                new(service.Since is { } since ? Units.Age(now - since) : ""));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
        foreach (var service in status.Services)
        {
            if (service.Health is ServiceHealth.Unhealthy or ServiceHealth.Missing
                or ServiceHealth.Starting && service.Detail.Length > 0)
            {
                var restarts = service.Restarts == 0 ? ""
                    : $"; {Units.Count(service.Restarts, "restart")}";
                foreach (var line in Paragraph.Of(new Line($"  {service.Name}: ", Ink.Warn),
                    service.Explained + restarts, look))
                {
                    yield return line;
                }
            }
        }
    }

    public static (string Mark, Ink Ink) Mark(ServiceHealth health) => health switch
    {
        ServiceHealth.Healthy => ("●", Ink.Good),
        ServiceHealth.Unhealthy or ServiceHealth.Missing => ("✗", Ink.Bad),
        ServiceHealth.Starting => ("◐", Ink.Warn),
        _ => ("○", Ink.Dim),
    };

    private static string HealthText(ServiceStatus service)
    {
        var word = service.Health.ToString().ToLowerInvariant();
        if (service.Wanted > 1 || service.Running != service.Wanted)
        {
            word += $" {service.Running}/{service.Wanted}";
        }
        return word;
    }

    private static string PortsText(ServiceStatus service) => string.Join(", ",
        service.Ports.Where(p => p.Host is not null).Select(p => p.ToString()));

    private static string MemoryText(ServiceStatus service) =>
        (service.MemoryUsed, service.MemoryLimit) switch
        {
            ({ } used, { } limit) => Units.MemoryOf(used, limit),
            ({ } used, null) => Units.Memory(used),
            (null, { } limit) => $"≤ {Units.Memory(limit)}",
            _ => "",
        };

    /// <summary>What wants attention: a change in hand, edits, problems, drift.</summary>
    private static IEnumerable<Line> Alerts(MachineStatus status, Look look)
    {
        var said = new List<(string Lead, Ink Ink, string Text)>();
        if (status.Busy is { } busy)
        {
            said.Add(("in hand: ", Ink.Accent, busy));
        }
        if (status.Recovery is { } recovery)
        {
            said.Add(("recovered: ", Ink.Warn, recovery));
        }
        if (status.Proposals > 0)
        {
            said.Add(("proposed: ", Ink.Accent, $"{Units.Count(status.Proposals, "change")} "
                + $"{(status.Proposals == 1 ? "waits" : "wait")} for somebody to decide. "
                + "`loam proposals` shows them."));
        }
        said.AddRange(status.Alerts.Select(a => ("alert: ", Ink.Bad, a)));
        if (status.Drift.Length > 0)
        {
            said.Add(("drifted: ", Ink.Warn,
                string.Join("; ", status.Drift) + ". `loam heal` makes it as approved."));
        }
        if (status.Pending.Length > 0)
        {
            var files = string.Join(", ", status.Pending);
            said.Add(("not applied: ", Ink.Warn, status.Problems.Any(p => p.IsError)
                ? $"edits in {files} have errors; the machine goes on as it was."
                : $"edits in {files}. `loam diff` shows them, `loam apply` approves them."));
        }
        if (said.Count > 0 || status.Problems.Length > 0)
        {
            yield return Line.Empty;
        }
        foreach (var (lead, ink, text) in said)
        {
            foreach (var line in Paragraph.Of(new Line(lead, ink), text, look))
            {
                yield return line;
            }
        }
        foreach (var line in FailureView.Of(status.Problems, null, look))
        {
            yield return line;
        }
    }
}
