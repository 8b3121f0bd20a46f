using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Supervision;

/// <summary>After a reboot or a crash, what was approved runs again: containers that are there
/// and only need starting are started, with their secret files, which live in memory, put back.
/// What they stand on is attached before, and those that the engine started too early are started
/// again on it. Before all come the firewall and addresses, which a reboot takes away. Anything
/// more is drift, and waits for <c>loam heal</c>.</summary>
internal static class Resumption
{
    private const string Reason = "start of the daemon";

    public static async Task RunAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        await PutUpFirewallAsync(machine, time, say, cancel);
        await RaiseInterfacesAsync(machine, time, say, cancel);
        var lost = await AttachAsync(machine, time, say, cancel);
        var change = await machine.PlanAsync(new(ChangeKind.Heal, Reason)
        {
            Names = lost.Count == 0 ? [] : Standing(machine, lost),
        }, cancel);
        var actions = change.Plan?.Steps.SelectMany(s => s.Actions).ToList() ?? [];
        var onlyStarts = actions.Count > 0 && change.Plan!.Steps.All(s => s.Retires.IsEmpty)
            && actions.All(a => a.Kind is ActionKind.Start or ActionKind.Gate);
        if (!change.CanApply || !onlyStarts)
        {
            return;
        }
        var result = await ApplyAsync(machine, change, time, cancel);
        say(result.Status == ApplyStatus.Applied
            ? $"started again: {string.Join(", ", change.Plan!.Steps.Select(s => s.Id.Name))}"
            : $"not everything runs: {result.Error}");
    }

    /// <summary>All at once, so that a service on two of them is started on both. Where that does
    /// not go, one after the other: a server that is away stands in no other's way.</summary>
    /// <returns>What is not attached.</returns>
    private static async Task<List<ResourceId>> AttachAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        List<ResourceId> declared =
        [
            .. machine.Desired.Resources.Keys.Where(
                id => id.Kind == ResourceKind.Mount || (id.Kind == ResourceKind.Volume
                    && machine.Desired.Volumes[id.Name].Size is not null))
                .OrderByDescending(id => id.Kind).ThenBy(id => id.Name, StringComparer.Ordinal),
        ];
        if (declared.Count > 1
            && await AttachAsync(machine, declared, time, say, cancel) is null)
        {
            return [];
        }
        var lost = new List<ResourceId>();
        foreach (var id in declared)
        {
            if (await AttachAsync(machine, [id], time, say, cancel) is { } why)
            {
                lost.Add(id);
                say($"{id.Name} is not attached: {why}");
            }
        }
        return lost;
    }

    /// <returns>Why not; null: it is, as far as attaching is all that is to be done.</returns>
    private static async Task<string?> AttachAsync(Machine machine, List<ResourceId> ids,
        TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        var change = await machine.PlanAsync(new(ChangeKind.Heal, Reason)
        {
            Names = [.. ids.Select(i => i.ToString())],
        }, cancel);
        if (!change.CanApply)
        {
            return change.Findings.FirstOrDefault(f => f.IsError)?.Message ?? "";
        }
        var actions = change.Plan!.Steps.SelectMany(s => s.Actions).ToList();
        if (!actions.Exists(a => a.Kind == ActionKind.Attach))
        {
            return null;
        }
        if (!actions.TrueForAll(a => a.Kind is ActionKind.Attach or ActionKind.Stop
            or ActionKind.Start or ActionKind.Gate or ActionKind.SetAccess))
        {
            return ids.Count > 1 ? "" : null;
        }
        var result = await ApplyAsync(machine, change, time, cancel);
        if (result.Status != ApplyStatus.Applied)
        {
            return result.Error ?? "";
        }
        say("attached again: " + string.Join(", ", ids.Where(
            i => change.Plan.Steps.Any(s => s.Id == i)).Select(i => i.Name)));
        return null;
    }

    /// <summary>The services that stand on none of these, nor on a service that does.</summary>
    private static ImmutableArray<string> Standing(
        Machine machine, List<ResourceId> lost)
    {
        var services = machine.Desired.Resources.Values
            .Where(r => r.Id.Kind == ResourceKind.Service).ToList();
        var fallen = lost.ToHashSet();
        while (services.RemoveAll(r => r.DependsOn.Any(fallen.Contains)
            && fallen.Add(r.Id)) > 0)
        {
            // Until nothing more falls.
        }
        return [.. services.Select(r => r.Id.ToString())];
    }

    /// <summary>Only a table that is gone: one that somebody changed is drift.</summary>
    private static async Task PutUpFirewallAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        var id = ResourceId.Firewall;
        var change = await machine.PlanAsync(
            new(ChangeKind.Heal, Reason) { Names = [id.ToString()] }, cancel);
        if (change.CanApply && change.Plan!.Steps is [{ Verb: Verb.Create } step] && step.Id == id)
        {
            var result = await ApplyAsync(machine, change, time, cancel);
            say(result.Status == ApplyStatus.Applied ? "the firewall is up again"
                : $"the firewall is not up: {result.Error}");
        }
    }

    /// <summary>Only those that nobody else configures and that have no address at all.</summary>
    private static async Task RaiseInterfacesAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        foreach (var name in machine.Desired.Interfaces.Keys)
        {
            var id = new ResourceId(ResourceKind.Interface, name);
            var change = await machine.PlanAsync(
                new(ChangeKind.Heal, Reason) { Names = [id.ToString()] }, cancel);
            if (change.CanApply && change.Plan!.Steps is [{ Verb: Verb.Create } step]
                && step.Id == id && step.Actions is [{ Interface.Manager: LinksBy.Kernel }])
            {
                var result = await ApplyAsync(machine, change, time, cancel);
                say(result.Status == ApplyStatus.Applied ? $"{name} has its address again"
                    : $"{name} has no address: {result.Error}");
            }
        }
    }

    private static Task<ApplyResult> ApplyAsync(
        Machine machine, PlannedChange change, TimeProvider time, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return machine.ApplyAsync(change, new("loam", Reason, now, now.AddMinutes(1),
            change.Plan!.Digest, []), _ => { }, cancel);
    }
}
