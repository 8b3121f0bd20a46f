using Loam.Core.Reconciling;
using Loam.Drivers.Containers;

namespace Loam.Supervision;

/// <summary>Turns what the engine says into the services' own events, and looks for drift after
/// something ended that Loam did not end.</summary>
internal sealed class EngineWatch(
    IContainerEngine engine, string instance, Machine machine, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private string _drift = "";

    public async Task RunAsync(CancellationToken cancel)
    {
        var wasAway = false;
        while (true)
        {
            try
            {
                await foreach (var what in engine.EventsAsync(instance, cancel))
                {
                    wasAway = false;
                    await ReportAsync(what, cancel);
                }
            }
            catch (HostException fault)
            {
                if (!wasAway)
                {
                    Tell("engine.away", null, $"{fault.Message} {fault.Remedy}".TrimEnd());
                }
                wasAway = true;
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }

    private async Task ReportAsync(EngineEvent what, CancellationToken cancel)
    {
        var service = what.Attributes.GetValueOrDefault(EngineLabels.Service);
        if (service is null || what.Attributes.ContainsKey(EngineLabels.Rehearsal))
        {
            return;
        }
        switch (what.Action)
        {
            case "start":
                Tell("service.started", service, $"{service} started.");
                break;
            case "die":
                var code = what.Attributes.GetValueOrDefault("exitCode", "?");
                Tell("service.died", service, $"{service} ended with exit code {code}.");
                await FindDriftAsync(cancel);
                break;
            case "oom":
                Tell("service.died", service, $"{service} ran out of memory.");
                break;
            case "destroy":
                await FindDriftAsync(cancel);
                break;
        }
    }

    private async Task FindDriftAsync(CancellationToken cancel)
    {
        if (machine.IsBusy)
        {
            return;
        }
        await Task.Delay(s_pause, time, cancel);
        var steps = await machine.DriftAsync(cancel);
        var now = string.Join("; ", steps.Select(s => s.Summary));
        if (now != _drift && now.Length > 0 && !machine.IsBusy)
        {
            Tell("drift.found", null,
                $"The machine is not as approved: to do: {now}. `loam heal` does it.");
        }
        _drift = now;
    }

    private void Tell(string type, string? name, string message) =>
        events.Add(new(0, time.GetUtcNow(), type) { Name = name, Message = message });
}
