using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;
using Loam.Drivers.Linux;

namespace Loam.Tests.Conformance;

/// <summary>What only the engine of our own does: it keeps containers running, and their logs.
/// </summary>
[Needs("containerd", "containerd-shim-runc-v2", "crun", "docker-registry", "nft")]
public sealed class ContainerdTests(ContainerdHost host) : IClassFixture<ContainerdHost>
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _instance = host.NewInstance();

    [NeedingFact]
    public async Task Containers_run_on_while_containerd_is_away_and_it_is_started_again()
    {
        var name = await RunAsync(Habit.Serves, s => s);
        var before = (await host.Engine.FindAsync(name, None))!;
        var containerd = new PrivateContainerd(host.Place, TimeProvider.System);
        var pid = containerd.RunningPid().ShouldNotBeNull();

        DetachedProcess.End(pid);
        await ContainerdHost.UntilAsync(
            () => Task.FromResult(containerd.RunningPid() is { } now && now != pid));
        var after = await host.UntilAsync(name, c => c.State == ContainerState.Running);
        after.StartedAt.ShouldBe(before.StartedAt);
        (await host.Engine.ExecAsync(name, ["cat", "/www/index.html"], Patience, None))
            .Output.ShouldBe("well\n");
    }

    [NeedingFact]
    public async Task What_ended_while_nobody_looked_is_started_again_and_what_was_stopped_is_not()
    {
        var crashing = await RunAsync(
            Habit.Crashes, s => s with { Service = "bad", Restart = RestartPolicy.Always });
        var stopped = await RunAsync(
            Habit.Serves, s => s with { Service = "off", Restart = RestartPolicy.Always });
        await host.Engine.StopAsync(stopped, TimeSpan.FromSeconds(1), None);
        await host.UntilAsync(crashing, c => c.RestartCount > 0);

        await host.RestartAsync();

        var count = (await host.Engine.FindAsync(crashing, None))!.RestartCount;
        await host.UntilAsync(crashing, c => c.RestartCount > count);
        (await host.Engine.FindAsync(stopped, None))!.State.ShouldBe(ContainerState.Exited);
        await host.Engine.StopAsync(crashing, TimeSpan.FromSeconds(1), None);
    }

    [NeedingFact]
    public async Task After_a_restart_of_the_machine_containers_run_again()
    {
        var kept = await RunAsync(
            Habit.Serves, s => s with { Service = "kept", Restart = RestartPolicy.Always });
        var once = await RunAsync(Habit.Serves, s => s with { Service = "once" });
        var before = (await host.Engine.FindAsync(kept, None))!;
        host.Engine.Dispose();
        await host.EndAllAsync();

        await host.RestartAsync(isReady: false);
        await host.Engine.StartAsync(once, None);
        await host.Engine.StopAsync(once, TimeSpan.FromSeconds(1), None);
        (await host.Engine.FindAsync(kept, None))!.State.ShouldBe(ContainerState.Restarting,
            "it waits for firewall and mounts");
        host.Own.Keep();

        var after = await host.UntilAsync(kept, c => c.State == ContainerState.Running);
        after.StartedAt.ShouldNotBe(before.StartedAt);
        after.RestartCount.ShouldBe(0, "it did not fail");
        (await host.Engine.FindAsync(once, None))!.State.ShouldBe(ContainerState.Exited);
    }

    [NeedingFact]
    public async Task Logs_are_bounded_and_lose_nothing_but_their_beginning()
    {
        const int Lines = 1_500_000;
        var name = await RunAsync(Habit.Serves, s => s with
        {
            Command = ["/bin/sh", "-c",
                $"echo first; i=0; /bin/busybox seq {Lines}; echo oops >&2; echo last; exec sleep "
                + "1000"],
        });
        await ContainerdHost.UntilAsync(
            async () => (await LinesAsync(name, 2)).Any(l => l.Text == "last"));

        var lines = await LinesAsync(name, Lines * 2);
        var folder = host.Place.FolderOf((await host.Engine.FindAsync(name, None))!.Id);
        Directory.GetFiles(folder, "log*").Sum(f => new FileInfo(f).Length).ShouldBeInRange(
            20L << 20, (long)Limits.ContainerLogFiles * Limits.ContainerLogMebibytes << 20);
        lines.Where(l => l.IsError).Select(l => l.Text).ShouldBe(["oops"]);
        var said = lines.Where(l => !l.IsError).ToList();
        said[^1].Text.ShouldBe("last");
        said.SkipLast(1).Select(l => l.Text).ShouldBe(Enumerable
            .Range(Lines - said.Count + 2, said.Count - 1).Select(i => $"{i}"));
        said.Select(l => l.At).ShouldBe(said.Select(l => l.At).Order());
    }

    [NeedingFact]
    public async Task A_container_without_rights_of_its_own_gets_none_by_a_namespace()
    {
        var name = await RunAsync(Habit.Serves, s => s with { User = "1000:1001" });
        (await host.ShellAsync(name, "/bin/busybox id")).ShouldContain("uid=1000 gid=1001");
        var status = await host.ShellAsync(name, "grep -E 'CapEff|Seccomp:' /proc/self/status");
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("Seccomp:\t2");
        (await host.ShellAsync(name, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"))
            .ShouldBe("0\n", "nobody else is in its network");
        (await host.ShellAsync(name, "/bin/busybox unshare -U true 2>&1 || echo refused"))
            .ShouldContain("Operation not permitted");
        (await host.ShellAsync(name, "cat /proc/kcore 2>&1 | wc -c || cat /proc/keys; "
            + "touch /proc/sys/kernel/hostname 2>&1 || echo refused")).ShouldContain("refused");
    }

    [NeedingFact]
    public async Task A_program_that_is_not_there_is_said_and_leaves_nothing()
    {
        var container = host.Container(_instance, "none", Habit.Serves);
        container = container with
        {
            Spec = container.Spec with { Command = ["/no/such/program"] },
        };
        await host.Engine.CreateAsync(container, None);
        var error = await host.Engine.StartAsync(container.Spec.Name, None)
            .ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Unsupported);
        error.Message.ShouldStartWith($"Container {container.Spec.Name}: ");
        error.Message.ShouldContain("/no/such/program");
        (await host.Engine.FindAsync(container.Spec.Name, None))!.State
            .ShouldNotBe(ContainerState.Running);
    }

    private async Task<string> RunAsync(Habit habit, Func<ContainerSpec, ContainerSpec> change)
    {
        var spec = change(host.Container(_instance, "web", habit).Spec);
        var container = host.Container(_instance, spec.Service, habit);
        var name = container.Spec.Name;
        await host.Engine.CreateAsync(container with { Spec = spec with { Name = name } }, None);
        await host.Engine.StartAsync(name, None);
        return name;
    }

    private async Task<List<LogLine>> LinesAsync(string name, int tail)
    {
        var lines = new List<LogLine>();
        await foreach (var line in host.Engine.LogsAsync(name, tail, false, None))
        {
            lines.Add(line);
        }
        return lines;
    }
}
