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
    private readonly Dictionary<string, Watching> _watched = [];
    private readonly SemaphoreSlim _starting = new(1);

    private ContainerKeeper(
        ContainerdEngine engine, PrivateContainerd containerd, TimeProvider clock) =>
        (_engine, _containerd, _clock) = (engine, containerd, clock);

    public static async Task<ContainerKeeper> StartAsync(ContainerdEngine engine,
        ContainerdPlace place, TimeProvider clock, CancellationToken cancel)
    {
        var keeper = new ContainerKeeper(engine, new(place, clock), clock);
        try
        {
            Directory.CreateDirectory(place.RunRoot, UnixFileMode.UserRead
                | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(place.DataRoot);
            engine.Networks.Prepare();
            await keeper.EnsureAsync(cancel).ConfigureAwait(false);
            await engine.Networks.RestoreAsync(cancel).ConfigureAwait(false);
            await engine.SweepAsync(cancel).ConfigureAwait(false);
            _ = Task.Run(keeper.AttendAsync, CancellationToken.None);
            foreach (var id in await engine.WantedAsync(cancel).ConfigureAwait(false))
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

    /// <summary>Hears containerd until that ends, and then starts it again.</summary>
    private async Task AttendAsync()
    {
        var pause = s_first;
        while (!_stop.IsCancellationRequested)
        {
            HostException fault;
            try
            {
                await foreach (var told in _engine.Client.EventsAsync(_stop.Token)
                    .ConfigureAwait(false))
                {
                    pause = s_first;
                }
                fault = new(Fault.Unavailable, "containerd ended.");
            }
            catch (Exception error) when (
                error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (HostException gone)
            {
                fault = gone;
            }
            await MendAsync(fault, pause).ConfigureAwait(false);
            pause = Longer(pause);
        }
    }

    private async Task KeepAsync(string id)
    {
        var pause = s_first;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await _engine.UntilEndedAsync(id, _stop.Token).ConfigureAwait(false)
                    is not { } ran)
                {
                    if (IsDone(id))
                    {
                        return;
                    }
                    continue;
                }
                pause = ran >= s_well ? s_first : pause;
                await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
                pause = Longer(pause);
                await _engine.AgainAsync(id, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (
                error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (HostException fault)
            {
                await MendAsync(fault, pause).ConfigureAwait(false);
                pause = Longer(pause);
            }
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
    private async Task MendAsync(HostException fault, TimeSpan pause)
    {
        try
        {
            if (fault.MayPass)
            {
                await EnsureAsync(_stop.Token).ConfigureAwait(false);
            }
            await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HostException or OperationCanceledException)
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
