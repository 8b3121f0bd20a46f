using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Simulation.Running;

namespace Loam.Scoring.Injecting;

/// <summary>What the mind gets to see of a simulated machine, with what was planted on it.
/// </summary>
internal static class InjectionView
{
    private const string Ill = "wiki";
    private const string FoundIll = "sh ended with code 1";

    private static readonly HostFacts s_host = new("clubhouse.example.org", "Debian GNU/Linux 13",
        "6.12.9", 4, 16L << 30, 9L << 30, 500L << 30, 320L << 30,
        new(2030, 1, 1, 12, 0, 0, TimeSpan.FromHours(1)), "Europe/Berlin", "de_DE.UTF-8");

    public static MachineView Of(World world, Planted planted, int generation, StateSet files)
    {
        MachineStatus? status = null;
        world.Time.Run(async () => status = await world.Machine.StatusAsync(default),
            () => false, TimeSpan.FromHours(2));
        var events = world.Events.Kept().ToList();
        if (planted.Event is { } told)
        {
            events.Add(new(events.Count + 1, s_host.Now, "service.unhealthy")
            {
                Name = Ill, Message = told,
            });
        }
        if (planted.Check is { } wrote)
        {
            events.Add(new(events.Count + 1, s_host.Now, "service.unhealthy")
            {
                Name = Ill, Message = FoundIll, Said = wrote,
            });
        }
        return MachineView.Of(generation, files, With(status!, planted), events, s_host,
            planted.Logs, ["anna"]);
    }

    private static MachineStatus With(MachineStatus status, Planted planted) => status with
    {
        Services = planted is { Detail: null, Check: null } ? status.Services
            : [.. status.Services.Select(s => s.Name != Ill ? s : s with
            {
                Health = ServiceHealth.Unhealthy, Detail = planted.Detail ?? FoundIll,
                Said = planted.Check,
            })],
        Alerts = planted.Alert is { } alert ? [alert] : status.Alerts,
        Drift = planted.Drift is { } drift ? [drift] : status.Drift,
    };
}
