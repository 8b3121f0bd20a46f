using System.Threading.Channels;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>Looks whether the machine is still as approved: now and then, and at once when
/// somebody has a reason to think that it is not. Says so once; where the manifest lets healing
/// approve itself, heals.</summary>
internal sealed class DriftWatch(Machine machine, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1)
        {
            FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = true,
        });

    private Task<bool>? _hint;
    private string _said = "";
    private string? _held;
    private string _seen = "";
    private TimeSpan _pause;
    private DateTimeOffset _notBefore;

    /// <summary>Something happened that Loam did not do.</summary>
    public void Hint() => _hints.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await WaitAsync(cancel);
            try
            {
                await LookAsync(cancel);
            }
            catch (HostException)
            {
                // The host cannot be seen: whoever looks after that part says so.
            }
        }
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        _hint ??= _hints.Reader.WaitToReadAsync(cancel).AsTask();
        try
        {
            await _hint.WaitAsync(s_every, time, cancel);
        }
        catch (TimeoutException)
        {
            return;
        }
        _hint = null;
        _hints.Reader.TryRead(out _);
        // What ends for a moment comes back by itself.
        await Task.Delay(s_settle, time, cancel);
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        if (machine.IsBusy)
        {
            return;
        }
        var steps = await machine.DriftAsync(cancel);
        if (machine.IsBusy)
        {
            return;
        }
        var now = string.Join("; ", steps.Select(s => s.Summary));
        if (now != _said && now != _seen && now.Length > 0)
        {
            // What is only for a moment is not told.
            _seen = now;
            Hint();
            return;
        }
        var isNew = now != _said;
        (_said, _seen) = (now, now);
        if (time.GetUtcNow() >= _notBefore + _pause)
        {
            // It was quiet for as long again.
            _pause = TimeSpan.Zero;
        }
        if (now.Length == 0)
        {
            return;
        }
        if (isNew)
        {
            Tell($"The machine is not as approved: to do: {now}. `loam heal` does it.");
        }
        if (machine.Desired.Settings.SelfApproving.Contains(SelfApproval.Heal)
            && time.GetUtcNow() >= _notBefore)
        {
            await HealAsync(cancel);
        }
    }

    /// <summary>What comes again and again is healed ever more seldom.</summary>
    private async Task HealAsync(CancellationToken cancel)
    {
        _pause = _pause == TimeSpan.Zero ? s_every
            : _pause * 2 < s_longest ? _pause * 2 : s_longest;
        _notBefore = time.GetUtcNow() + _pause;
        var wish = new ChangeRequest(ChangeKind.Heal, "what differs is mended");
        var result = await machine.ChangeAsync(wish, change =>
        {
            var now = time.GetUtcNow();
            return change is { CanApply: true, IsNothing: false, SelfApproval: { } policy }
                ? new("loam", Approval.ByPolicy(policy), now, now + Limits.PlanLifetime,
                    change.Plan!.Digest, [])
                : null;
        }, _ => { }, cancel);
        if (result is { Status: ApplyStatus.NotApproved, Error: { } why } && why != _held)
        {
            Tell($"What differs is not mended now. {why}");
        }
        _held = result is { Status: ApplyStatus.NotApproved } ? result.Error : null;
    }

    private void Tell(string message) =>
        events.Add(new(0, time.GetUtcNow(), "drift.found") { Message = message });
}
