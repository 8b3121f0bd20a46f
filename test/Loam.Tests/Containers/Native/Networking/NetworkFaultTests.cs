using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Files;
using Loam.Drivers.Firewall;
using Loam.Drivers.Sandboxes;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Containers.Native.Networking;

/// <summary>What networks of containers live through.</summary>
[NeedsNet]
public sealed class NetworkFaultTests : IAsyncLifetime
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
    public async Task A_kernel_without_the_sixth_version_has_networks()
    {
        var networks = await _host.ReadyAsync();
        await NetworkHost.NetworkAsync(networks, "front");
        await _host.StartAsync(networks, "a", "a", [], "front");
        var space = _host.Space("a");
        NetworkSpace.In(_host.Host, () =>
        {
            // Of this thread alone, which ends with it.
            Kernel.Unshare(Kernel.NewMounts);
            Kernel.Mount("none", "/", "none", MountFlags.Private | MountFlags.Recursive);
            Libc.Mount("tmpfs", "/proc/sys/net/ipv6", "tmpfs", 0, "").ShouldBe(0);
            new NetworkKernel(null).MakeBridge("lmwithout", "10.7.0.1/24");
            new NetworkKernel(null).Plug(new(
                "lvwithout", "lmwithout", space, "eth9", "10.7.0.2/24", null));
            return true;
        });
        new NetworkKernel(_host.Host).Links().ShouldContain("lvwithout");
    }

    [NeedingFact]
    public async Task A_network_that_cannot_be_mended_leaves_the_others_be()
    {
        var networks = await _host.ReadyAsync();
        await NetworkHost.NetworkAsync(networks, "back");
        await NetworkHost.NetworkAsync(networks, "front");
        await _host.WipeAsync();
        var (back, front) = (Bridge("back"), Bridge("front"));

        var kernel = new NetworkKernel(_host.Host);
        var again = _host.Networks(new KernelAround(kernel, (what, call) =>
        {
            if (what == back)
            {
                throw new HostException(Fault.Unsupported, $"The bridge {what} cannot be made.");
            }
            call();
        }));
        (await again.RestoreAsync(default)).ShouldHaveSingleItem().Message.ShouldContain(back);
        kernel.Links().ShouldContain(front);
        kernel.Links().ShouldNotContain(back);
    }

    [NeedingFact]
    public async Task What_is_gone_is_forgotten_also_where_that_cannot_be_written_down()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_host.Folder, "records")).FullName;
        var networks = Networks(folder);
        networks.Prepare();
        await networks.RestoreAsync(default);
        await NetworkHost.NetworkAsync(networks, "front");
        await _host.StartAsync(networks, "a", "a", [], "front");
        await _host.StartAsync(networks, "b", "b", [], "front");
        var first = networks.FirstAddress("a");
        (await Processes.RunAsync("mount", "--bind", folder, folder)).Exit.ShouldBe(0);
        try
        {
            (await Processes.RunAsync("mount", "-o", "remount,ro,bind", folder)).Exit.ShouldBe(0);
            await networks.ForgetAsync("a", default);
            networks.Of("a").ShouldBeEmpty();
        }
        finally
        {
            await Processes.RunAsync("umount", folder);
        }
        // A process that ended before there was room again does not know.
        var next = Networks(folder);
        next.FirstAddress("a").ShouldBe(first);
        await next.RestoreAsync(default);
        await next.ForgetOthersAsync(new HashSet<string> { "b" }, default);
        next.FirstAddress("a").ShouldBeNull();
        next.FirstAddress("b").ShouldNotBeNull();
    }

    [NeedingFact]
    public async Task Other_engines_walls_are_opened_while_there_are_networks_and_no_longer()
    {
        var told = new List<bool>();
        var networks = Networks(_host.Folder, told);
        networks.Prepare();
        await networks.RestoreAsync(default);
        told.ShouldBe([false], "of another life");
        await NetworkHost.NetworkAsync(networks, "front");
        await NetworkHost.NetworkAsync(networks, "back");
        told.ShouldBe([false], "nobody is in them");
        await NetworkHost.OpenAsync(networks, "a");
        await networks.RemoveAsync("front", default);
        told.ShouldBe([false, true]);
        await networks.RemoveAsync("back", default);
        told.ShouldBe([false, true, false]);
    }

    [NeedingFact]
    public async Task Who_joins_is_written_down_once_and_whole_or_not_at_all()
    {
        var networks = await _host.ReadyAsync();
        await NetworkHost.NetworkAsync(networks, "front");
        await NetworkHost.NetworkAsync(networks, "back");
        Task JoinAsync(params string[] names) => networks.JoinAsync("a", "web",
            [new(80, 8080, "tcp", "0.0.0.0")], [.. names.Select(
                n => new NetworkUse(n, ["web"]))], default);
        (await JoinAsync("front", "nowhere").ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.NotFound);
        networks.Of("a").ShouldBeEmpty();
        await JoinAsync("front", "back");
        networks.Of("a").Keys.ShouldBe(["back", "front"]);
        var records = Path.Combine(_host.Folder, "networks.json");
        var before = Libc.Stat(records)!.Value.Inode;
        await JoinAsync("front", "back");
        Libc.Stat(records)!.Value.Inode.ShouldBe(before);
        await NetworkHost.OpenAsync(networks, "a");
        _host.Serve(_host.Space("a"), "a");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("a");
    }

    [NeedingFact]
    public async Task Rules_are_written_once_for_those_that_are_opened_at_the_same_time()
    {
        var written = 0;
        var networks = _host.Networks(around: nft => new CountingNft(nft, () => written++));
        networks.Prepare();
        await networks.RestoreAsync(default);
        written.ShouldBe(1, "what another life left");
        await NetworkHost.NetworkAsync(networks, "front");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await networks.JoinAsync(name, name, [new(80, 8080 + name[0], "tcp", "0.0.0.0")],
                [new("front", [name])], default);
            await networks.OpenAsync(name, default);
        }
        written.ShouldBe(1, "nobody is counted in");
        await Task.WhenAll(((string[])["a", "b", "c"]).Select(
            n => networks.AdmitAsync(n, default)));
        written.ShouldBe(2);
        _host.Serve(_host.Space("c"), "c");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080 + 'c').ShouldBe("c");
    }

    [NeedingFact]
    public async Task What_has_not_changed_is_not_written_again()
    {
        var networks = await _host.ReadyAsync();
        await NetworkHost.NetworkAsync(networks, "front");
        await _host.StartAsync(networks, "a", "a", [new(80, 8080, "tcp", "0.0.0.0")], "front");
        var records = Path.Combine(_host.Folder, "networks.json");
        var before = Libc.Stat(records)!.Value.Inode;
        await networks.PublishAsync("a", "a", [new(80, 8080, "tcp", "0.0.0.0")], default);
        Libc.Stat(records)!.Value.Inode.ShouldBe(before);
        await networks.PublishAsync("a", "a", [new(80, 8081, "tcp", "0.0.0.0")], default);
        Libc.Stat(records)!.Value.Inode.ShouldNotBe(before);
    }

    private static string Bridge(string network) =>
        NetworkBridge.Name(NetworkHost.Instance, network);

    /// <param name="told">Hears when walls are opened and closed.</param>
    private ContainerNetworks Networks(string folder, List<bool>? told = null) => new(
        NetworkHost.Instance, new(Path.Combine(folder, "networks.json"), _host.Spaces),
        new NetworkKernel(_host.Host),
        table => new Nftables("nsenter", $"--net={_host.Host}") { Table = table },
        (isOpen, _) =>
        {
            told?.Add(isOpen);
            return Task.CompletedTask;
        });

    private sealed class CountingNft(INftables real, Action count) : INftables
    {
        public Task<NftablesHead> HeadAsync(CancellationToken cancel) => real.HeadAsync(cancel);

        public Task<string?> ListAsync(CancellationToken cancel, bool terse = false) =>
            real.ListAsync(cancel, terse);

        public Task RunAsync(string script, CancellationToken cancel)
        {
            count();
            return real.RunAsync(script, cancel);
        }
    }
}
