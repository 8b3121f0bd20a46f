namespace Loam.Core.Reconciling;

/// <content>After a crash, or after what broke off without one.</content>
public sealed partial class Machine
{
    /// <summary>What broke off in the middle, by a fault of ours or where the host failed after the
    /// commit point, ends as after a crash: before anything else changes.</summary>
    private async Task MendAsync()
    {
        if (!_isBroken)
        {
            return;
        }
        if (_parts.Journal.Open() is { Count: > 0 } open)
        {
            _recovery = await RecoverAsync(open, CancellationToken.None);
            Tell(new(0, Now, "recovery") { Message = _recovery });
        }
        await LoadAsync(CancellationToken.None);
        _isBroken = false;
    }

    private async Task TryMendAsync()
    {
        try
        {
            await MendAsync();
        }
        catch (HostException)
        {
            // The next change begins with it.
        }
    }

    private async Task<string> RecoverAsync(
        IReadOnlyList<JournalRecord> open, CancellationToken cancel)
    {
        var begun = open.First(r => r.Mark == JournalMark.Begun);
        var closed = open.LastOrDefault(r => r.Mark == JournalMark.Closed);
        var what = $"the change «{begun.Trigger}»";
        if (closed?.Outcome == Outcome.Applied)
        {
            await _record.RecoveredAsync(begun.Generation, Outcome.Applied);
            await FinishAsync(begun.Generation, begun.Plan!, begun.Commit is null or "");
            return $"After a crash: {what} had been applied, and is in force.";
        }
        if (closed?.Outcome == Outcome.RolledBack)
        {
            await _record.RecoveredAsync(begun.Generation, Outcome.RolledBack);
            await SettleAsync(begun.Generation);
            return $"After a crash: {what} had been taken back.";
        }
        var result = await _reconciler.RecoverAsync(open, what => Tell(what));
        await _record.RecoveredAsync(begun.Generation, result.Outcome);
        if (result.Outcome == Outcome.RolledBack)
        {
            await SettleAsync(begun.Generation);
            return $"After a crash in the middle of it, {what} was taken back: nothing of it "
                + "is left.";
        }
        cancel.ThrowIfCancellationRequested();
        return $"After a crash, {what} could not be taken back wholly: {result.Error}";
    }
}
