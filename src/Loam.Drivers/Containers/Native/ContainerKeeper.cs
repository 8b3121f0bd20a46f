using Loam.Core.Reconciling;

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
            Directory.CreateDirectory(place.RunRoot, UnixFileMode.UserRead
                | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(place.DataRoot);
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
        for (var pause = s_first; !_stop.IsCancellationRequested; pause = Longer(pause))
        {
            try
            {
                foreach (var id in await _engine.WantedAsync(_stop.Token).ConfigureAwait(false))
                {
                    Watch(id);
                }
                return;
            }
            catch (Exception error)
            {
                await MendAsync(error, pause).ConfigureAwait(false);
            }
        }
    });

    /// <summary>Hears containerd until that ends, and then starts it again.</summary>
    private async Task AttendAsync()
    {
        var pause = s_first;
        while (!_stop.IsCancellationRequested)
        {
            Exception fault;
            try
            {
                await foreach (var told in _engine.Client.EventsAsync(_stop.Token)
                    .ConfigureAwait(false))
                {
                    pause = s_first;
                }
                fault = new HostException(Fault.Unavailable, "containerd ended.");
            }
            catch (Exception gone)
            {
                fault = gone;
            }
            await MendAsync(fault, pause).ConfigureAwait(false);
            pause = Longer(pause);
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
        var pause = s_first;
        DateTimeOffset? last = null;
        string? said = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await _engine.UntilEndedAsync(id, _stop.Token).ConfigureAwait(false)
                    is not var (begun, ran))
                {
                    if (IsDone(id))
                    {
                        return;
                    }
                    continue;
                }
                // A start that failed is no run: the former one counts once.
                pause = ran >= s_well && begun != last ? s_first : pause;
                last = begun;
                await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
                pause = Longer(pause);
                await _engine.AgainAsync(id, _stop.Token).ConfigureAwait(false);
                said = null;
            }
            catch (Exception error)
            {
                Say(error, ref said);
                await MendAsync(error, pause).ConfigureAwait(false);
                pause = Longer(pause);
            }
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

    private static TimeSpan Longer(TimeSpan pause) =>
        pause * 2 < s_longest ? pause * 2 : s_longest;

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

    /// <summary>Whatever it was, it is tried again; containerd itself is started when that was it.
    /// </summary>
    private async Task MendAsync(Exception fault, TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
            if (fault is not HostException { MayPass: false })
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
