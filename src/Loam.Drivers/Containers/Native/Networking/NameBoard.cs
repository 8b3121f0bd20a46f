namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>The newest table of names, for whoever hands it on.</summary>
public sealed class NameBoard
{
    private readonly Lock _gate = new();
    private NameTable _current = NameTable.Empty;
    private TaskCompletionSource _changed = Fresh();

    public NameTable Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>Ends as soon as there is another table than this one.</summary>
    public Task ChangedAsync(NameTable seen)
    {
        lock (_gate)
        {
            return ReferenceEquals(seen, _current) ? _changed.Task : Task.CompletedTask;
        }
    }

    internal void Put(NameTable table)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            (told, _current, _changed) = (_changed, table, Fresh());
        }
        told.SetResult();
    }

    private static TaskCompletionSource Fresh() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
