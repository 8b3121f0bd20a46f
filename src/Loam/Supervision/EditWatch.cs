using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Notices edits in the state directory. An edit waits for approval as a pending plan
/// (decision 4); only where the manifest says so it is applied at once.</summary>
internal sealed class EditWatch(
    InstancePaths paths, Machine machine, EventLog events, TimeProvider time)
{
    private string _seen = "";

    public async Task RunAsync(CancellationToken cancel)
    {
        using var watcher = new StateWatcher(paths.StateDir, time);
        await LookAsync(cancel);
        await foreach (var _ in watcher.SignalsAsync(cancel))
        {
            await LookAsync(cancel);
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            var (files, problems) = await machine.EditedAsync(cancel);
            var now = string.Join('\n', files.Concat(problems.Select(p => p.ToString())));
            if (now == _seen)
            {
                return;
            }
            _seen = now;
            foreach (var problem in problems)
            {
                Tell("state.rejected", problem.At?.File, problem.ToString());
            }
            if (files.IsEmpty || !problems.IsEmpty)
            {
                return;
            }
            Tell("state.edited", string.Join(", ", files), "Edited and not applied: `loam diff` "
                + "shows the edit, `loam apply` approves it.");
            var settings = machine.Desired.Settings;
            if (!settings.RequireApproval || !settings.SelfApproving.IsEmpty)
            {
                await ApplyAsync(cancel);
            }
        }
        catch (HostException fault)
        {
            Tell("state.rejected", null, $"{fault.Message} {fault.Remedy}".TrimEnd());
        }
    }

    private async Task ApplyAsync(CancellationToken cancel)
    {
        var change = await machine.PlanAsync(new(ChangeKind.WorkTree, "an edit by hand"), cancel);
        if (!change.CanApply)
        {
            Tell("state.rejected", null,
                string.Join(" ", change.Findings.Where(f => f.IsError)));
            return;
        }
        if (change.SelfApproval is not { } policy)
        {
            return;
        }
        var now = time.GetUtcNow();
        await machine.ApplyAsync(change, new("an editor", Approval.ByPolicy(policy), now,
            now + Limits.PlanLifetime, change.Plan!.Digest, []), _ => { }, cancel);
    }

    private void Tell(string type, string? name, string message) =>
        events.Add(new(0, time.GetUtcNow(), type) { Name = name, Message = message });
}
