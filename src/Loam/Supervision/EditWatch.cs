using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Notices edits in the state directory. An edit waits for approval as a pending plan
/// (decision 4); only where the manifest says so it is applied at once.</summary>
internal sealed class EditWatch(
    InstancePaths paths, Machine machine, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private string _seen = "";
    private string _said = "";
    private string? _fault;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var watcher = new StateWatcher(paths.StateDir, time);
        await FollowAsync(watcher.SignalsAsync(cancel), cancel);
    }

    /// <summary>Looks at each signal; and without one where the last look led to nothing for a
    /// reason that passes, ever more seldom.</summary>
    internal async Task FollowAsync(
        IAsyncEnumerable<StateTouched> signals, CancellationToken cancel)
    {
        var touches = signals.GetAsyncEnumerator(cancel);
        Task<bool>? touched = null;
        try
        {
            var pause = s_pause;
            while (true)
            {
                var isOpen = await LookAsync(cancel);
                touched ??= touches.MoveNextAsync().AsTask();
                if (isOpen && !await WithinAsync(touched, pause, cancel))
                {
                    pause = pause * 2 < s_longest ? pause * 2 : s_longest;
                    continue;
                }
                if (!await touched)
                {
                    return;
                }
                (touched, pause) = (null, s_pause);
            }
        }
        finally
        {
            await Task.WhenAny(touched ?? Task.FromResult(false));
            await touches.DisposeAsync();
        }
    }

    private async Task<bool> WithinAsync(Task touched, TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await touched.WaitAsync(pause, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <returns>It is to be looked at again, also if nobody edits.</returns>
    private async Task<bool> LookAsync(CancellationToken cancel)
    {
        try
        {
            var edits = await machine.EditedAsync(cancel);
            if (edits.Digest == _seen)
            {
                return false;
            }
            Tell(edits);
            var settings = machine.Desired.Settings;
            if (!edits.Files.IsEmpty && edits.Problems.IsEmpty
                && (!settings.RequireApproval || !settings.SelfApproving.IsEmpty)
                && !await ApplyAsync(cancel))
            {
                return true;
            }
            // Only now: what ended before is looked at again.
            (_seen, _fault) = (edits.Digest, null);
            return false;
        }
        catch (HostException fault)
        {
            Reject($"{fault.Message} {fault.Remedy}".TrimEnd());
            return true;
        }
    }

    /// <summary>What is as it was said before is not said again.</summary>
    private void Tell(Edits edits)
    {
        var now = string.Join('\n', edits.Files.Concat(edits.Problems.Select(p => p.ToString())));
        if (now == _said)
        {
            return;
        }
        _said = now;
        foreach (var problem in edits.Problems)
        {
            Tell("state.rejected", problem.At?.File, problem.ToString());
        }
        if (!edits.Files.IsEmpty && edits.Problems.IsEmpty)
        {
            Tell("state.edited", string.Join(", ", edits.Files), "Edited and not applied: `loam "
                + "diff` shows the edit, `loam apply` approves it.");
        }
    }

    private void Reject(string why)
    {
        if (why != _fault)
        {
            Tell("state.rejected", null, why);
        }
        _fault = why;
    }

    /// <returns>False: nothing came of it, and it may another time.</returns>
    private async Task<bool> ApplyAsync(CancellationToken cancel)
    {
        var isAway = false;
        var result = await machine.ChangeAsync(new(ChangeKind.WorkTree, "an edit by hand"),
            change =>
            {
                if (!change.CanApply)
                {
                    var faults = change.Findings.Where(f => f.IsError).ToList();
                    isAway = faults.TrueForAll(f => f.Code == Codes.Unresolvable);
                    Reject(string.Join(" ", faults));
                }
                var now = time.GetUtcNow();
                return change is { CanApply: true, SelfApproval: { } policy }
                    ? new("an editor", Approval.ByPolicy(policy), now, now + Limits.PlanLifetime,
                        change.Plan!.Digest, [])
                    : null;
            }, _ => { }, cancel);
        // A registry was away, another change came in between, or too many waited.
        return !isAway && result?.Status is not (ApplyStatus.Changed or ApplyStatus.NotApproved);
    }

    private void Tell(string type, string? name, string message) =>
        events.Add(new(0, time.GetUtcNow(), type) { Name = name, Message = message });
}
