using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Loam.Bench.Engines;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;

namespace Loam.Bench.Composing;

/// <summary>The same three services by Loam with the engine of its own; and one container by that
/// engine alone.</summary>
internal sealed class OwnEngine : IAsyncDisposable
{
    private const double UpBar = 0.2, NoopBar = 0.1, StartBar = 150;
    private const int StartsPerRun = 5;
    private const string Instance = "loambench";

    private readonly LoamInstance _loam;
    private readonly LoamSide _side;
    private readonly Stack _stack;
    private readonly ContainerdPlace _place;
    private ContainerdEngine? _engine;
    private IContainerEngine? _seen;
    private string _image = "";

    private OwnEngine(LoamInstance loam, ContainerdPlace place)
    {
        (_loam, _place, _side) = (loam, place, new(loam));
        _stack = new(ContainersAsync);
    }

    public SideFigures Figures { get; } = new();

    /// <summary>Milliseconds until a container takes connections at its published port.</summary>
    public Samples Starts { get; } = new();

    public static async Task<OwnEngine> StartAsync(
        Workplace place, string mirror, CancellationToken cancel)
    {
        var own = new OwnEngine(await LoamInstance.StartOwnAsync(place, mirror, cancel), new(
            Instance, Path.Combine(place.Data, "own"), Path.Combine(place.Run, "own"), mirror,
            place.Loam));
        try
        {
            await own.PrepareAsync(mirror, cancel);
            return own;
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    public async Task RunAsync(bool isPractice, CancellationToken cancel)
    {
        var figures = isPractice ? new() : Figures;
        await _side.PrepareAsync(new("", ""), cancel);
        figures.Add("up", await _stack.MeasureAsync(
            s => _side.ApplyAsync(s, cancel), Stack.IsUp, answers: false, cancel));
        figures.Add("noop", await _stack.MeasureAsync(
            s => _side.ApplyAsync(s, cancel), Stack.IsUp, answers: false, cancel));
        await _side.PrepareAsync(null, cancel);
        await _stack.MeasureAsync(
            s => _side.DownAsync(s, cancel), Stack.IsGone, answers: false, cancel);
        await _side.ForgetAsync(cancel);
        for (var i = 0; i < StartsPerRun; i++)
        {
            var time = await OneAsync(cancel);
            if (!isPractice)
            {
                Starts.Add(time);
            }
        }
    }

    public void Print(double up, double noop)
    {
        Console.WriteLine("engine of our own: " + Report.Milliseconds(Figures["up", "all running"])
            + "  all running");
        Console.WriteLine("                   " + Report.Milliseconds(Starts)
            + "  one container, from create to a connection at its port");
        Console.WriteLine($"{Report.Mark(up, UpBar)} up      {up:0.000} of docker-compose's "
            + $"(bar {UpBar}), engine of our own");
        Console.WriteLine($"{Report.Mark(noop, NoopBar)} noop    {noop:0.000} of docker-compose's "
            + $"(bar {NoopBar}), engine of our own");
        Console.WriteLine($"{Report.Mark(Starts.Median, StartBar)} start   "
            + $"{Starts.Median:0} ms (bar {StartBar}), engine of our own");
    }

    public async ValueTask DisposeAsync()
    {
        _seen?.Dispose();
        _engine?.Dispose();
        await _loam.EndAsync();
        var paths = _loam.Paths;
        await RemoveAsync(_place);
        await RemoveAsync(new(paths.ReadInstanceId() ?? "", Path.Combine(paths.DataDir,
            "containers"), Path.Combine(paths.RunDir, "engine"), null, _place.Program));
        await _loam.DisposeAsync();
    }

    private async Task PrepareAsync(string mirror, CancellationToken cancel)
    {
        _seen = (await EngineFinder.FindAsync($"unix://{Path.Combine(_loam.Paths.RunDir, "engine",
            ContainerdPlace.SocketName)}", cancel)).Engine
            ?? throw new BenchException("the daemon's engine does not answer");
        _engine = await ContainerdEngine.StartAsync(_place, TimeProvider.System, cancel);
        var image = ImageReference.Parse(Declaration.Images[0], out _)!;
        using var registry = new RegistryClient(mirror, _ => null);
        var resolved = await registry.ResolveAsync(image, new(), cancel);
        await _engine.PullAsync(image, resolved.Digest, null, _ => { }, cancel);
        _image = (await _engine.FindImageAsync(
            $"{image.Registry}/{image.Repository}@{resolved.Digest}", cancel))!.Id;
        await _engine.CreateNetworkAsync(new(Instance, "default", "r1", Internal: false), null,
            EngineLabels.Owned(Instance, 1), cancel);
    }

    private async Task<double> OneAsync(CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        await _engine!.CreateAsync(Container(), cancel);
        await _engine.StartAsync(Instance, cancel);
        while (!await TakesAsync(cancel))
        {
            await Task.Delay(1, cancel);
        }
        var time = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await _engine.StopAsync(Instance, TimeSpan.FromSeconds(10), cancel);
        await _engine.RemoveAsync(Instance, cancel);
        return time;
    }

    private EngineContainer Container() => new(
        new()
        {
            Name = Instance,
            Service = "web",
            Revision = "r1",
            Index = 0,
            ImageReference = Declaration.Images[0],
            ImageDigest = _image,
            ImageIsLocalId = true,
            Ports = [new(80, Stack.WebPort, "tcp", "0.0.0.0")],
            Networks = [new(Instance, ["web"])],
            Limits = new(null, 64 << 20, null),
        },
        ImmutableSortedDictionary<string, string>.Empty, [], EngineLabels.Owned(Instance, 1));

    private async Task<bool> TakesAsync(CancellationToken cancel)
    {
        try
        {
            // The container's own: at the host's port the kernel of a balancer might answer.
            var address = (await _engine!.FindAsync(Instance, cancel))?.Address;
            using var inside = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await inside.ConnectAsync(new IPEndPoint(IPAddress.Parse(address!), 80), cancel);
            using var outside = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await outside.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Stack.WebPort), cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<ImmutableArray<SeenContainer>> ContainersAsync(CancellationToken cancel) =>
    [
        .. (await _seen!.ListAsync(_loam.Paths.ReadInstanceId()!, cancel)).Select(c =>
            new SeenContainer(c.Id, c.Service, c.State == ContainerState.Running, c.Rehearsal, "")),
    ];

    private static async Task RemoveAsync(ContainerdPlace place)
    {
        if (!Directory.Exists(place.DataRoot))
        {
            return;
        }
        using (var engine = await ContainerdEngine.StartAsync(
            place, TimeProvider.System, CancellationToken.None))
        {
            await engine.RemoveAllAsync(CancellationToken.None);
        }
        await new PrivateContainerd(place, TimeProvider.System).StopAsync(CancellationToken.None);
        await LoamInstance.UnmountAsync(place.RunRoot);
    }
}
