using Loam.Core.Reconciling;
using Loam.Drivers.Containers;

namespace Loam.Supervision;

/// <summary>Turns what the engine says into the services' own events.</summary>
/// <param name="ended">Something ended, and perhaps Loam did not end it.</param>
internal sealed class EngineWatch(
    IContainerEngine engine, string instance, Action ended, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

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
                    Report(what);
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

    private void Report(EngineEvent what)
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
                ended();
                break;
            case "oom":
                Tell("service.died", service, $"{service} ran out of memory.");
                break;
            case "destroy":
                ended();
                break;
        }
    }

    private void Tell(string type, string? name, string message) =>
        events.Add(new(0, time.GetUtcNow(), type) { Name = name, Message = message });
}
