using Loam.Core.Resources;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Firewall;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Containers.Native.Networking;

/// <summary>Whoever dies between two calls to the kernel leaves nothing that the next does not
/// mend.</summary>
[NeedsNet]
public sealed class KilledBetweenStepsTests : IAsyncLifetime
{
    private NetworkHost _host = null!;

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is null)
        {
            _host = await NetworkHost.MakeAsync();
        }
    }

    public async Task DisposeAsync() => await (_host?.DisposeAsync() ?? default);

    [NeedingFact]
    public async Task Every_call_can_be_the_last_and_the_next_process_goes_on()
    {
        var end = new Countdown();
        var deaths = 0;
        // Each life makes one step more than the one before, until all of it is done.
        for (var steps = 0; ; steps++)
        {
            end.Left = steps;
            try
            {
                await LiveAsync(new(
                    Kernel: new KernelAround(new NetworkKernel(_host.Host), end.Around),
                    Around: n => new DyingNft(n, end)));
                break;
            }
            catch (Killed)
            {
                deaths++;
            }
            if (steps % 8 == 0)
            {
                await RunWellAsync();
            }
        }

        deaths.ShouldBeGreaterThan(20);
        await RunWellAsync();
        var clean = _host.Networks();
        await clean.RestoreAsync(default);
        foreach (var name in (string[])["web", "db"])
        {
            await clean.ForgetAsync(name, default);
        }
        foreach (var name in (string[])["front", "back"])
        {
            await clean.RemoveAsync(name, default);
        }
        new NetworkKernel(_host.Host).Links().Order().ShouldBe(["lo", "side0", "up0"]);
        Directory.EnumerateFileSystemEntries(_host.Spaces).ShouldBeEmpty();
    }

    /// <summary>Everything somebody could do, as the engine does it: looking before making.
    /// </summary>
    private async Task LiveAsync(Life life)
    {
        var networks = _host.Networks(life.Kernel, life.Around);
        networks.Prepare();
        await networks.RestoreAsync(default);
        foreach (var name in (string[])["front", "back"])
        {
            if ((await networks.ListAsync(NetworkHost.Instance, default)).All(n => n.Name != name))
            {
                await NetworkHost.NetworkAsync(networks, name, name == "back");
            }
        }
        await networks.JoinAsync("web", "web", [new Port(80, 8080, "tcp", "0.0.0.0")],
            [new("front", ["web"]), new("back", ["web"])], default);
        await NetworkHost.OpenAsync(networks, "web");
        await networks.ConnectAsync("back", "db", ["db"], default);
        await NetworkHost.OpenAsync(networks, "db");
        await networks.SetHealthyAsync(new HashSet<string> { "web" }, default);
        await networks.DisconnectAsync("front", "web", default);
        await networks.ConnectAsync("front", "web", ["web"], default);
        await networks.CloseAsync("web", default);
        await NetworkHost.OpenAsync(networks, "web");
        await networks.ForgetAsync("db", default);
    }

    /// <summary>A life nobody ends, from what the one before left.</summary>
    private async Task RunWellAsync()
    {
        await LiveAsync(new(null, null));
        var networks = _host.Networks();
        await networks.RestoreAsync(default);
        await networks.CloseAsync("web", default);
        await NetworkHost.OpenAsync(networks, "web");
        _host.Serve(_host.Space("web"), "web");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("web");
        NetworkHost.Ask(_host.Host, "127.0.0.1", 8080).ShouldBe("web");
    }

    private sealed record Life(INetworkKernel? Kernel, Func<INftables, INftables>? Around);

    private sealed class Killed : Exception;

    private sealed class Countdown
    {
        public int Left { get; set; }

        public void Step()
        {
            if (Left-- <= 0)
            {
                throw new Killed();
            }
        }

        /// <summary>May die before a call and after it.</summary>
        public void Around(string what, Action call)
        {
            Step();
            call();
            Step();
        }
    }

    private sealed class DyingNft(INftables real, Countdown end) : INftables
    {
        public Task<NftablesHead> HeadAsync(CancellationToken cancel) => real.HeadAsync(cancel);

        public Task<string?> ListAsync(CancellationToken cancel, bool terse = false) =>
            real.ListAsync(cancel, terse);

        public async Task RunAsync(string script, CancellationToken cancel)
        {
            end.Step();
            await real.RunAsync(script, cancel);
            end.Step();
        }
    }
}
