using Loam.Core.Reconciling;
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
            NetworkSpace.Mount("none", "/", (nuint)(MountFlags.Private | MountFlags.Recursive));
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
        var again = _host.Networks(new FailingKernel(kernel, back));
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

    private static string Bridge(string network) =>
        NetworkBridge.Name(NetworkHost.Instance, network);

    private ContainerNetworks Networks(string folder) => new(NetworkHost.Instance,
        new(Path.Combine(folder, "networks.json"), _host.Spaces), new NetworkKernel(_host.Host),
        table => new Nftables("nsenter", $"--net={_host.Host}") { Table = table },
        _ => Task.CompletedTask);

    private sealed class FailingKernel(INetworkKernel real, string bridge) : INetworkKernel
    {
        public bool Forwards => real.Forwards;
        public void Prepare(string folder) => real.Prepare(folder);
        public IReadOnlyList<string> Links() => real.Links();
        public IReadOnlyList<Subnet> Routes() => real.Routes();
        public void DropLink(string name) => real.DropLink(name);
        public void OpenSpace(string path) => real.OpenSpace(path);
        public void CloseSpace(string path) => real.CloseSpace(path);
        public IReadOnlySet<string> Spaces(string folder) => real.Spaces(folder);
        public void Plug(Cable cable) => real.Plug(cable);
        public void Forward() => real.Forward();

        public void ForgetFlows(
            IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports) =>
            real.ForgetFlows(addresses, ports);

        public void MakeBridge(string name, string address)
        {
            if (name == bridge)
            {
                throw new HostException(Fault.Unsupported, $"The bridge {name} cannot be made.");
            }
            real.MakeBridge(name, address);
        }
    }
}
