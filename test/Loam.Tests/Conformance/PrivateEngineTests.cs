using System.Globalization;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers;
using Loam.Drivers.Linux;

namespace Loam.Tests.Conformance;

/// <summary>A private engine's life: started, killed, found again, ended.</summary>
[Needs("dockerd", "containerd", "runc", "ip", "nft")]
public sealed class PrivateEngineTests(DockerHost host) : IClassFixture<DockerHost>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [NeedingFact]
    public async Task It_is_adopted_and_after_a_kill_started_again_with_its_containers_running()
    {
        var container = host.Container(host.NewInstance(), "web", Habit.Deaf);
        var name = container.Spec.Name;
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(name, None);
        var before = (await host.Engine.FindAsync(name, None))!;

        var again = new PrivateEngine(host.Place, TimeProvider.System);
        var pid = again.RunningPid().ShouldNotBeNull();
        using (await again.StartAsync(None))
        {
            again.RunningPid().ShouldBe(pid);
        }

        DetachedProcess.End(pid);
        while (DetachedProcess.IsAlive(pid))
        {
            await Task.Delay(10);
        }
        // A number that is somebody else's by now must not be taken for the engine.
        await File.WriteAllTextAsync(
            Path.Combine(host.Place.RunRoot, "docker.pid"),
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        again.RunningPid().ShouldBeNull();

        using var revived = await again.StartAsync(None);
        again.RunningPid().ShouldNotBeNull().ShouldNotBe(pid);
        var after = (await revived.FindAsync(name, None))!;
        after.State.ShouldBe(ContainerState.Running);
        after.StartedAt.ShouldBe(before.StartedAt);
    }

    [NeedingFact]
    public async Task One_that_cannot_start_says_why()
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "broken")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "d"), "no directory");
        var engine = new PrivateEngine(
            new("broken", Path.Combine(folder, "d", "x"), Path.Combine(folder, "r"), null),
            TimeProvider.System);
        await Should.ThrowAsync<HostException>(() => engine.StartAsync(None));
        await engine.StopAsync(None);

        var bad = new PrivateEngine(
            new("broken", Path.Combine(folder, "d2"), Path.Combine(folder, "r2"), "no mirror"),
            TimeProvider.System);
        var error = await bad.StartAsync(None).ShouldThrowAsync<HostException>();
        error.Message.ShouldContain("mirror");
        await bad.StopAsync(None);
        bad.RunningPid().ShouldBeNull();
    }

    [NeedingFact]
    public async Task A_path_too_long_for_a_socket_is_refused_before_anything_is_made()
    {
        var place = new PrivateEnginePlace(
            "long", "/tmp/loam-long/d", "/tmp/loam-long/" + new string('r', 100), null);
        var error = await new PrivateEngine(place, TimeProvider.System).StartAsync(None)
            .ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Unsupported);
        Directory.Exists("/tmp/loam-long").ShouldBeFalse();
    }
}
