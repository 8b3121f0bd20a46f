using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native;

/// <summary>Keeps containers running as they ask for: containerd alone starts nothing again. One
/// process does it for an engine. It also starts containerd again when that has ended.</summary>
internal sealed class ContainerKeeper : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    /// <summary>One that ran so long has recovered.</summary>
    private static readonly TimeSpan s_well = TimeSpan.FromSeconds(10);

    private readonly ContainerdEngine _engine;
    private readonly PrivateContainerd _containerd;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string> _say;
    private readonly Dictionary<string, Watching> _watched = [];
    private readonly SemaphoreSlim _starting = new(1);

    private ContainerKeeper(ContainerdEngine engine, PrivateContainerd containerd,
        TimeProvider clock, Action<string> say) =>
        (_engine, _containerd, _clock, _say) = (engine, containerd, clock, say);

    /// <summary>Adopts what runs; what does not is let be until <see cref="KeepAll"/>.</summary>
    /// <param name="say">Hears of what could not be done, and is tried again.</param>
    public static async Task<ContainerKeeper> StartAsync(ContainerdEngine engine,
        ContainerdPlace place, TimeProvider clock, Action<string> say, CancellationToken cancel)
    {
        var keeper = new ContainerKeeper(engine, new(place, clock), clock, say);
        try
        {
            AtomicFile.Filing(place.RunRoot, () => Directory.CreateDirectory(place.RunRoot,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            engine.Networks.Prepare();
            await keeper.EnsureAsync(cancel).ConfigureAwait(false);
            foreach (var fault in await engine.Networks.RestoreAsync(cancel)
                .ConfigureAwait(false))
            {
                say($"a network of containers is not as it should be: {fault.Message}");
            }
            await engine.SweepAsync(cancel).ConfigureAwait(false);
            _ = Task.Run(keeper.AttendAsync, CancellationToken.None);
            _ = Task.Run(keeper.TrimAsync, CancellationToken.None);
            foreach (var id in await engine.RunningAsync(cancel).ConfigureAwait(false))
            {
                keeper.Watch(id);
            }
            return keeper;
        }
        catch
        {
            keeper.Dispose();
            throw;
        }
    }

    /// <summary>Ends the keeping; what runs goes on.</summary>
    public void Dispose() => _stop.Cancel();

    /// <summary>From now on: what runs, and what shall run again.</summary>
    public void Watch(string id)
    {
        lock (_watched)
        {
            if (_watched.TryGetValue(id, out var watching))
            {
                watching.Anew = true;
                return;
            }
            _watched[id] = new();
        }
        _ = Task.Run(() => KeepAsync(id));
    }

    /// <summary>From now on what does not run and shall is started, too: the machine is ready for
    /// it.</summary>
    public void KeepAll() => _ = Task.Run(async () =>
    {
        var pause = Pauses();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                foreach (var id in await _engine.OursAsync(_stop.Token).ConfigureAwait(false))
                {
                    Watch(id);
                }
                return;
            }
            catch (Exception error)
            {
                await PauseAsync(pause.After(TimeSpan.Zero), error).ConfigureAwait(false);
            }
        }
    });

    /// <summary>Hears containerd until that ends, and then starts it again.</summary>
    private async Task AttendAsync()
    {
        var pause = Pauses();
        while (!_stop.IsCancellationRequested)
        {
            Exception fault;
            try
            {
                await foreach (var _ in _engine.Client.EventsAsync(_stop.Token)
                    .ConfigureAwait(false))
                {
                    pause.Well();
                }
                fault = new HostException(Fault.Unavailable, "containerd ended.");
            }
            catch (Exception gone)
            {
                fault = gone;
            }
            await PauseAsync(pause.After(TimeSpan.Zero), fault).ConfigureAwait(false);
        }
    }

    /// <summary>containerd's log stays bounded also while it runs for months.</summary>
    private async Task TrimAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(s_longest, _clock, _stop.Token).ConfigureAwait(false);
            _containerd.TrimLog();
        }
    }

    private async Task KeepAsync(string id)
    {
        var pause = Pauses();
        var isDue = false;
        string? said = null;
        while (!_stop.IsCancellationRequested)
        {
            var ran = TimeSpan.Zero;
            Exception? fault = null;
            try
            {
                if (isDue)
                {
                    await _engine.AgainAsync(id, _stop.Token).ConfigureAwait(false);
                    (isDue, said) = (false, null);
                }
                if (await _engine.UntilEndedAsync(id, _stop.Token).ConfigureAwait(false)
                    is not { } lived)
                {
                    if (IsDone(id))
                    {
                        return;
                    }
                    continue;
                }
                (isDue, ran) = (true, lived);
            }
            catch (Exception error)
            {
                Say(error, ref said);
                fault = error;
            }
            await PauseAsync(pause.After(ran), fault).ConfigureAwait(false);
        }
    }

    /// <summary>Once, and again when it is something else.</summary>
    private void Say(Exception error, ref string? said)
    {
        if (!_stop.IsCancellationRequested && error.Message != said)
        {
            said = error.Message;
            _say($"not running as it should, and tried again: {error.Message}");
        }
    }

    private static BackOff Pauses() => new(s_first, s_longest, s_well);

    private bool IsDone(string id)
    {
        lock (_watched)
        {
            if (_watched[id].Anew)
            {
                _watched[id].Anew = false;
                return false;
            }
            _watched.Remove(id);
            return true;
        }
    }

    /// <summary>Until the next try. Whatever went wrong, it is tried again; containerd itself is
    /// started when that was it.</summary>
    /// <param name="fault">Null: nothing did.</param>
    private async Task PauseAsync(TimeSpan pause, Exception? fault)
    {
        try
        {
            await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
            if (fault is not (null or HostException { MayPass: false }))
            {
                await EnsureAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The next round sees.
        }
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        await _starting.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _containerd.StartAsync(_engine.Client, cancel).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    private sealed class Watching
    {
        public bool Anew { get; set; }
    }
}
