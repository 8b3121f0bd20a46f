using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Makes containers as planned: create, start, stop, limits, names on networks, and the
/// wait for health. Every action looks first, so that doing it again does nothing.</summary>
public sealed class ContainerDriver(IContainerEngine engine, string instance, IProber prober,
    ISecretVault vault, HealthBoard health, TimeProvider time) : IDriver
{
    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.Create, ActionKind.Remove, ActionKind.Start, ActionKind.Stop,
        ActionKind.Update, ActionKind.GiveAlias, ActionKind.TakeAlias, ActionKind.Gate,
    };

    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel) =>
        soFar with { Containers = await engine.ListAsync(instance, cancel) };

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel) => action.Kind switch
        {
            ActionKind.Create => CreateAsync(action.Container!, cancel),
            ActionKind.Remove => RemoveAsync(action.Target, cancel),
            ActionKind.Start => StartAsync(action, cancel),
            ActionKind.Stop => StopAsync(action.Target, cancel),
            ActionKind.Update => engine.UpdateAsync(
                action.Target, action.Limits!.After, action.Limits.PolicyAfter, cancel),
            ActionKind.GiveAlias => SetAliasesAsync(action, given: true, cancel),
            ActionKind.TakeAlias => SetAliasesAsync(action, given: false, cancel),
            ActionKind.Gate => new HealthGate(engine, prober, health, time)
                .WaitAsync(action.Target, action.Probe!, progress, cancel),
            _ => throw new InvariantException($"the container driver does not {action.Kind}"),
        };

    private async Task CreateAsync(ContainerSpec spec, CancellationToken cancel)
    {
        var present = await engine.FindAsync(spec.Name, cancel);
        if (present is not null && present.Revision == spec.Revision)
        {
            return;
        }
        if (present is not null)
        {
            throw new HostException(Fault.Conflict,
                $"A container named {spec.Name} exists that Loam did not make like this.",
                "Rename or remove that container.");
        }
        await engine.CreateAsync(SecretReferences.Fill(spec, vault,
            EngineLabels.Owned(instance, spec.Generation)), cancel);
    }

    private async Task RemoveAsync(string name, CancellationToken cancel)
    {
        await engine.RemoveAsync(name, cancel);
        vault.Discard(name);
    }

    private async Task StartAsync(PlannedAction action, CancellationToken cancel)
    {
        var present = await engine.FindAsync(action.Target, cancel)
            ?? throw new HostException(Fault.NotFound,
                $"The container {action.Target} is gone.", "Run `loam heal` to make it again.");
        if (present.State == ContainerState.Running)
        {
            return;
        }
        if (action.Container is { SecretFiles.IsEmpty: false } spec)
        {
            // After a reboot the files, which live in memory, are no longer there.
            vault.Place(spec.Name, spec.SecretFiles, s => vault.Reveal(spec.Sealed[s]));
        }
        health.Forget(action.Target);
        await engine.StartAsync(action.Target, cancel);
    }

    private async Task StopAsync(string name, CancellationToken cancel)
    {
        var present = await engine.FindAsync(name, cancel);
        // One that crashes again and again is at its end most of the time, and starts once more.
        var again = present is { State: ContainerState.Exited, RestartCount: > 0,
            Restart: not RestartPolicy.Never };
        if (again || present?.State is ContainerState.Running or ContainerState.Restarting
            or ContainerState.Paused)
        {
            await engine.StopAsync(name, Limits.StopTimeout, cancel);
        }
    }

    /// <summary>An engine gives names on a network only at connection, so a container that gets
    /// or loses one is connected anew. It serves nobody by that name meanwhile.</summary>
    private async Task SetAliasesAsync(PlannedAction action, bool given, CancellationToken cancel)
    {
        var present = await engine.FindAsync(action.Target, cancel);
        if (present is null)
        {
            if (given)
            {
                throw new HostException(Fault.NotFound,
                    $"The container {action.Target} is gone.");
            }
            return;
        }
        foreach (var use in action.Aliases)
        {
            var wanted = given ? use.Aliases : [];
            var connected = present.Networks.TryGetValue(use.Network, out var aliases);
            if (connected && use.Aliases.All(a => aliases.Contains(a)) == given)
            {
                continue;
            }
            if (connected)
            {
                await engine.DisconnectAsync(use.Network, action.Target, cancel);
            }
            await engine.ConnectAsync(use.Network, action.Target, wanted, cancel);
        }
    }
}
