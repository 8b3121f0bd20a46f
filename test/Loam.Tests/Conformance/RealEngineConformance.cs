using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Metrics;

namespace Loam.Tests.Conformance;

/// <summary>What only a real engine can show: the inside of a container.</summary>
public abstract class RealEngineConformance(RealHost host) : EngineConformance(host)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _instance = host.NewInstance();

    [NeedingFact]
    public async Task A_container_has_few_capabilities_and_cannot_gain_any()
    {
        var name = await RunAsync(s => s);
        var status = await host.ShellAsync(name, "grep -E 'CapBnd|NoNewPrivs' /proc/self/status");
        // CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID, NET_BIND_SERVICE.
        status.ShouldContain("CapBnd:\t00000000000004eb");
        status.ShouldContain("NoNewPrivs:\t1");
    }

    [NeedingFact]
    public async Task A_capability_is_added_by_either_name()
    {
        var name = await RunAsync(s => s with { CapAdd = ["CAP_NET_RAW", "net_admin"] });
        (await host.ShellAsync(name, "grep CapBnd /proc/self/status"))
            .ShouldContain("00000000000034eb");
    }

    [NeedingFact]
    public async Task A_read_only_root_leaves_room_for_scratch_files()
    {
        var name = await RunAsync(s => s with { ReadOnly = true });
        (await host.ShellAsync(name, "touch /tmp/a /run/b && echo written; touch /c"))
            .ShouldContain("written");
        (await host.ShellAsync(name, "touch /c || echo refused")).ShouldContain("refused");
    }

    [NeedingFact]
    public async Task A_command_gives_its_output_and_code_and_is_ended_in_time()
    {
        var name = await RunAsync(s => s);
        var result = await host.Engine.ExecAsync(
            name, ["sh", "-c", "echo $GREETING; echo oh >&2; exit 4"], Patience, None);
        result.ExitCode.ShouldBe(4);
        result.Output.ShouldContain("good day");
        result.Output.ShouldContain("oh");

        (await host.Engine.ExecAsync(name, ["no-such-program"], Patience, None))
            .ExitCode.ShouldBeInRange(126, 127);
        (await host.Engine.ExecAsync(
                name, ["sleep", "4321"], TimeSpan.FromMilliseconds(300), None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Timeout);
        (await host.ShellAsync(name, "cat /proc/[0-9]*/cmdline")).ShouldNotContain("sleep\04321");
    }

    [NeedingFact]
    public async Task Streams_of_any_length_go_through_a_command()
    {
        var name = await RunAsync(s => s);
        var much = new byte[3_000_000];
        new Random(1).NextBytes(much);
        var back = new MemoryStream();
        var end = await host.Engine.PipeAsync(
            name, ["sh", "-c", "cat; echo oh >&2; exit 3"], new MemoryStream(much), back, None);
        end.ExitCode.ShouldBe(3);
        end.Output.ShouldBe("oh\n");
        back.ToArray().AsSpan().SequenceEqual(much).ShouldBeTrue();

        (await host.Engine.PipeAsync(name, ["true"], new MemoryStream(much), null, None))
            .ExitCode.ShouldBe(0, "it did not want the input");
        back.SetLength(0);
        await host.Engine.PipeAsync(name, ["sh", "-c", "echo alone"], null, back, None);
        back.ToArray().ShouldBe("alone\n"u8.ToArray());
    }

    [NeedingFact]
    public async Task Much_output_is_cut_off_and_harms_nobody()
    {
        var name = await RunAsync(s => s);
        var output = await host.ShellAsync(name, "i=0; while [ $i -lt 9000 ]; do "
            + "echo 123456789012345678901234567890; i=$((i+1)); done");
        output.Length.ShouldBe(Core.Limits.ExecOutputBytes);
    }

    [NeedingFact]
    public async Task A_mount_shows_the_host_directory_and_a_missing_one_is_an_error()
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, _instance)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "note"), "from the host");
        var container = Prepared(s => s) with { Mounts = [new(folder, "/data", true)] };
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        (await host.ShellAsync(
                container.Spec.Name, "cat /data/note; touch /data/x || echo refused"))
            .ShouldContain("from the host");
        File.Exists(Path.Combine(folder, "x")).ShouldBeFalse();

        var missing = host.Container(_instance, "missing", Habit.Serves) with
        {
            Mounts = [new("/nowhere/at/all", "/data", true)],
        };
        await Should.ThrowAsync<HostException>(async () =>
        {
            await host.Engine.CreateAsync(missing, None);
            await host.Engine.StartAsync(missing.Spec.Name, None);
        });
        Directory.Exists("/nowhere").ShouldBeFalse();
    }

    [NeedingFact]
    public async Task Networks_join_their_own_and_are_apart_from_others()
    {
        var owner = host.Owner;
        await NetworkAsync(owner, "front", isInternal: false);
        await NetworkAsync(owner, "back", isInternal: true);
        var web = await RunInAsync("web", "front");
        await RunInAsync("api", "front");
        var db = await RunInAsync("db", "back");
        await RunInAsync("job", "back");
        var address = (await host.Engine.FindAsync(web, None))!.Address;
        var inner = (await host.Engine.FindAsync(db, None))!.Address;

        (await FetchAsync("api", address!)).ShouldContain("well");
        if (host.JoinsInternal)
        {
            (await FetchAsync("job", inner!)).ShouldContain("well");
        }
        (await FetchAsync("job", address!)).ShouldNotContain("well");
        (await FetchAsync("api", inner!)).ShouldNotContain("well");
        if (host.HasNames)
        {
            (await InAsync("api", "nslookup web")).ShouldContain(address!);
            (await InAsync("job", "nslookup db")).ShouldContain(inner!);
        }
    }

    [NeedingFact]
    public async Task A_published_port_is_reached_at_every_address_of_the_host()
    {
        await NetworkAsync(host.Owner, "net", false);
        // Another port than that of the tests that leave their container running.
        var port = new Port(80, host.Port + 10, "tcp", "0.0.0.0");
        var name = await RunAsync(s => s with
        {
            Networks = [new($"loam-{_instance}-net", [])],
            Ports = [port],
        });
        foreach (var address in Outward().Append(IPAddress.Loopback))
        {
            (await AskAsync($"http://{address}:{port.Host}/")).ShouldBe("well\n", $"at {address}");
        }
        (await host.Engine.FindAsync(name, None))!.Ports.ShouldBe([port]);
    }

    [NeedingFact]
    public async Task What_a_running_container_uses_is_read_from_its_control_group()
    {
        var name = await RunAsync(s => s);
        var info = await host.Engine.InfoAsync(None);
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var usage = ContainerMetrics.OfThisHost.Read(id, info).ShouldNotBeNull();
        usage.MemoryLimit.ShouldBe(64 << 20);
        usage.Memory.ShouldBeInRange(1, 64 << 20);
        usage.Cpu.ShouldBeGreaterThan(TimeSpan.Zero);
        usage.Pids.ShouldNotBeNull().ShouldBeGreaterThan(0);

        await host.Engine.RemoveAsync(name, None);
        ContainerMetrics.OfThisHost.Read(id, info).ShouldBeNull();
    }

    [NeedingFact]
    public async Task An_engine_that_is_gone_is_unavailable()
    {
        using var gone = new DockerEngine($"{host.Folder}/gone.sock");
        var error = await gone.InfoAsync(None).ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Unavailable);
        error.Message.ShouldContain("there is no socket");
    }

    [NeedingFact]
    public async Task The_finder_says_which_engine_answered()
    {
        var socket = (await host.Engine.InfoAsync(None)).Socket;
        var found = await EngineFinder.FindAsync($"unix://{socket}", None);
        using var engine = found.Engine.ShouldNotBeNull();
        found.Info!.Socket.ShouldBe(socket);

        var none = await EngineFinder.FindAsync($"unix://{host.Folder}/none.sock", None);
        none.Engine.ShouldBeNull();
        none.Tried.ShouldHaveSingleItem().ShouldContain("there is no socket");
    }

    /// <summary>Addresses of this host by which others reach it; none without a network.</summary>
    private static IEnumerable<IPAddress> Outward() =>
        NetworkInterface.GetAllNetworkInterfaces().Select(i => i.GetIPProperties())
            .Where(p => p.GatewayAddresses.Count > 0)
            .SelectMany(p => p.UnicastAddresses).Select(u => u.Address)
            .Where(a => a.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>Tries again while the server starts.</summary>
    private static async Task<string> AskAsync(string url)
    {
        using var http = new HttpClient { Timeout = Patience };
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await http.GetStringAsync(url);
            }
            catch (HttpRequestException) when (tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    private Task NetworkAsync(string owner, string name, bool isInternal) =>
        host.Engine.CreateNetworkAsync(
            new($"loam-{_instance}-{name}", name, "r1", isInternal), null,
            ImmutableSortedDictionary<string, string>.Empty.Add(EngineLabels.Instance, owner),
            None);

    private async Task<string> RunInAsync(string service, string network)
    {
        var container = host.Container(_instance, service, Habit.Serves);
        container = container with
        {
            Spec = container.Spec with
            {
                Networks = [new($"loam-{_instance}-{network}", [service])],
            },
        };
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        return container.Spec.Name;
    }

    /// <summary>What a container gets from another; tries again while that one starts.</summary>
    private Task<string> FetchAsync(string service, string from) => InAsync(
        service,
        $"for i in 1 2; do printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {from} 80 && break; "
        + "sleep 1; done 2>&1");

    private Task<string> InAsync(string service, string line) =>
        host.ShellAsync($"loam-{_instance}-{service}-0123456789", line);

    private EngineContainer Prepared(Func<ContainerSpec, ContainerSpec> change)
    {
        var container = host.Container(_instance, "web", Habit.Serves);
        return container with { Spec = change(container.Spec) };
    }

    private async Task<string> RunAsync(Func<ContainerSpec, ContainerSpec> change)
    {
        var container = Prepared(change);
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        return container.Spec.Name;
    }
}
