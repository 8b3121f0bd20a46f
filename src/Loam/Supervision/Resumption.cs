using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>After a reboot or a crash, what was approved runs again: containers that are there
/// and only need starting are started, with their secret files, which live in memory, put back.
/// Anything more is drift, and waits for <c>loam heal</c>.</summary>
internal static class Resumption
{
    public static async Task RunAsync(
        Machine machine, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        var change = await machine.PlanAsync(new(ChangeKind.Heal, "start of the daemon"), cancel);
        var actions = change.Plan?.Steps.SelectMany(s => s.Actions).ToList() ?? [];
        var onlyStarts = actions.Count > 0 && change.Plan!.Steps.All(s => s.Retires.IsEmpty)
            && actions.All(a => a.Kind is ActionKind.Start or ActionKind.Gate);
        if (!change.CanApply || !onlyStarts)
        {
            return;
        }
        var now = time.GetUtcNow();
        var result = await machine.ApplyAsync(change, new("loam", "start of the daemon", now,
            now.AddMinutes(1), change.Plan!.Digest, []), _ => { }, cancel);
        say(result.Status == ApplyStatus.Applied
            ? $"started again: {string.Join(", ", change.Plan.Steps.Select(s => s.Id.Name))}"
            : $"not everything runs: {result.Error}");
    }
}
