using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Loam.Tests.Firewall.Packets;

/// <summary>A small net of its own in the kernel: <c>client</c> — <c>host</c> — <c>far</c>, and a
/// container's bridge behind the host. Nothing of it touches the machine's own network.</summary>
/// <remarks><code>
/// client  lan0 10.9.0.2 fd09::2 ── lan0 10.9.0.1 fd09::1   host  far0 10.8.0.1 ── 10.8.0.2  far
///         wan0 10.7.0.2 fd07::2 ── wan0 10.7.0.1 fd07::1         br-… 172.31.9.1 ── 172.31.9.2  box
/// </code></remarks>
public sealed partial class Namespaces : IAsyncLifetime
{
    public const string Bridge = "br-0123456789ab";

    private readonly string _prefix = $"lfw{Environment.ProcessId}";

    public string Client => _prefix + "c";
    public string Host => _prefix + "h";
    public string Far => _prefix + "f";
    public string Box => _prefix + "b";

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is not null)
        {
            return;
        }
        foreach (var name in (string[])[Client, Host, Far, Box])
        {
            await IpAsync("netns", "add", name);
            await InAsync(name, "link", "set", "lo", "up");
        }
        await LinkAsync(Client, "lan0", Host, "lan0");
        await LinkAsync(Client, "wan0", Host, "wan0");
        await LinkAsync(Host, "far0", Far, "eth0");
        await InAsync(Host, "link", "add", Bridge, "type", "bridge");
        await LinkAsync(Host, "veth1", Box, "eth0");
        await InAsync(Host, "link", "set", "veth1", "master", Bridge);
        await InAsync(Host, "link", "set", Bridge, "up");
        await AddressesAsync(Client, "lan0", "10.9.0.2/16", "10.9.1.7/32", "fd09::2/64");
        await AddressesAsync(Client, "wan0", "10.7.0.2/16", "10.7.3.3/32", "fd07::2/64");
        await AddressesAsync(Host, "lan0", "10.9.0.1/16", "fd09::1/64");
        await AddressesAsync(Host, "wan0", "10.7.0.1/16", "fd07::1/64");
        await AddressesAsync(Host, "far0", "10.8.0.1/24", "fd08::1/64");
        await AddressesAsync(Host, Bridge, "172.31.9.1/24", "fd31::1/64");
        await AddressesAsync(Far, "eth0", "10.8.0.2/24", "fd08::2/64");
        await AddressesAsync(Box, "eth0", "172.31.9.2/24", "fd31::2/64");
        await InAsync(Client, "route", "add", "10.8.0.0/24", "via", "10.9.0.1");
        await InAsync(Client, "-6", "route", "add", "fd08::/64", "via", "fd09::1");
        await InAsync(Far, "route", "add", "default", "via", "10.8.0.1");
        await InAsync(Far, "-6", "route", "add", "default", "via", "fd08::1");
        await InAsync(Box, "route", "add", "default", "via", "172.31.9.1");
        await InAsync(Box, "-6", "route", "add", "default", "via", "fd31::1");
        foreach (var setting in (string[])["ipv4/ip_forward", "ipv6/conf/all/forwarding"])
        {
            In(Host, () => File.WriteAllText($"/proc/sys/net/{setting}", "1"));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var name in (string[])[Client, Host, Far, Box])
        {
            await Processes.RunAsync("ip", "netns", "delete", name);
        }
    }

    /// <summary>How a program is run in one of them.</summary>
    public static string[] Enter(string name) => ["nsenter", $"--net=/run/netns/{name}"];

    /// <summary>Does something on a thread that lives in the namespace; sockets made there stay
    /// there.</summary>
    public static void In(string name, Action work)
    {
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle space = File.OpenHandle($"/run/netns/{name}");
                if (setns((int)space.DangerousGetHandle(), NetworkSpace) != 0)
                {
                    throw new InvalidOperationException(
                        $"setns failed with {Marshal.GetLastPInvokeError()}");
                }
                work();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        if (fault is not null)
        {
            throw new InvalidOperationException($"in namespace {name}: {fault.Message}", fault);
        }
    }

    private const int NetworkSpace = 0x40000000;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int fd, int kind);

    /// <summary>Without duplicate address detection, which would take seconds.</summary>
    private static async Task AddressesAsync(string name, string link, params string[] addresses)
    {
        foreach (var address in addresses)
        {
            await InAsync(name, address.Contains(':')
                ? ["addr", "add", address, "dev", link, "nodad"]
                : ["addr", "add", address, "dev", link]);
        }
    }

    private static async Task LinkAsync(string a, string linkA, string b, string linkB)
    {
        await IpAsync("link", "add", linkA, "netns", a, "type", "veth", "peer", "name", linkB,
            "netns", b);
        await InAsync(a, "link", "set", linkA, "up");
        await InAsync(b, "link", "set", linkB, "up");
    }

    private static Task InAsync(string name, params string[] arguments) =>
        IpAsync(["-n", name, .. arguments]);

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync("ip", arguments);
        exit.ShouldBe(0, $"ip {string.Join(' ', arguments)}: {output}");
    }
}

/// <summary>Needs root, namespaces and nftables.</summary>
public sealed class NeedsNetAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("ip", "nft", "nsenter");
}

[CollectionDefinition(Name)]
public sealed class NamespacesCollection : ICollectionFixture<Namespaces>
{
    public const string Name = "network namespaces";
}
