using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Supervision;

/// <summary>After a reboot or a crash, what was approved runs again: containers that are there
/// and only need starting are started, with their secret files, which live in memory, put back.
/// Before them come the firewall and addresses, which a reboot takes away. Anything more is drift,
/// and waits for <c>loam heal</c>.</summary>
internal static class Resumption
{
    private const string Reason = "start of the daemon";

    public static async Task RunAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        await PutUpFirewallAsync(machine, time, say, cancel);
        await RaiseInterfacesAsync(machine, time, say, cancel);
        var change = await machine.PlanAsync(new(ChangeKind.Heal, Reason), cancel);
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
