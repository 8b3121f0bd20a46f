using System.Globalization;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Conformance;

/// <summary>What the engine of our own lives through.</summary>
[Needs("containerd", "containerd-shim-runc-v2", "crun", "docker-registry", "nft")]
public sealed class ContainerdFaultTests(ContainerdHost host) : IClassFixture<ContainerdHost>
{
    private const string UntilTold = "while [ ! -e /data/end ]; do sleep 0.05; done";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private readonly string _instance = host.NewInstance();
    private readonly string _data =
        Path.Combine(host.Folder, $"data-{Guid.NewGuid().ToString("n")[..8]}");

    [NeedingFact]
    public async Task A_start_after_a_restart_of_the_machine_that_fails_is_tried_again()
    {
        var name = await RunAsync("kept");
        host.Engine.Dispose();
        await host.EndAllAsync();
        Directory.Move(_data, _data + "-away");

        await host.RestartAsync();
        await UntilAsync(() => Task.FromResult(host.Said.Any(s => s.Contains(name))));
        host.Said.ShouldContain(s => s.Contains($"{_data} does not exist"));
        (await host.Engine.FindAsync(name, None))!.State.ShouldBe(
            ContainerState.Exited, "what lays it out may start it");
        Directory.Move(_data + "-away", _data);
        await UntilAsync(name, c => c.State == ContainerState.Running);
    }

    [NeedingFact]
    public async Task What_keeps_a_container_outlives_every_fault()
    {
        var name = await RunAsync("kept");
        var hosts = Path.Combine(await FolderAsync(name), "hosts");
        File.Delete(hosts);
        Directory.CreateDirectory(hosts);
        await File.WriteAllTextAsync(Path.Combine(_data, "end"), "");
        await UntilAsync(() => Task.FromResult(host.Said.Any(s => s.Contains(hosts))));

        File.Delete(Path.Combine(_data, "end"));
        Directory.Delete(hosts);
        await File.WriteAllTextAsync(hosts, "");
        await UntilAsync(name, c => c.State == ContainerState.Running);
    }

    [NeedingFact]
    public async Task Nothing_of_a_command_that_takes_too_long_stays()
    {
        var name = await RunAsync("kept");
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var running = host.Engine.ExecAsync(name, ["sleep", "1000"], Short, None);
        string? exec = null;
        await UntilAsync(() => Task.FromResult((exec = Directory.GetDirectories(
            host.Place.Streams).Select(Path.GetFileName).FirstOrDefault()) is not null));

        (await running.ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Timeout);
        using var channel = new GrpcChannel(host.Place.Socket, ContainerdClient.Namespace);
        (await channel.CallAsync("containerd.services.tasks.v1.Tasks/Get",
            new ProtoWriter().Text(1, id).Text(2, exec), "command", None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
        Directory.GetDirectories(host.Place.Streams).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_disk_that_cannot_be_written_keeps_nothing_from_ending()
    {
        var name = await RunAsync("kept");
        var folder = await FolderAsync(name);
        (await Processes.RunAsync("mount", "--bind", folder, folder)).Exit.ShouldBe(0);
        try
        {
            (await Processes.RunAsync("mount", "-o", "remount,ro,bind", folder)).Exit.ShouldBe(0);
            await host.Engine.StopAsync(name, Short, None);
            var seen = (await host.Engine.FindAsync(name, None))!;
            seen.State.ShouldBe(ContainerState.Exited);
            seen.ExitCode.ShouldNotBeNull().ShouldBeGreaterThan(128);
        }
        finally
        {
            await Processes.RunAsync("umount", folder);
        }
        ContainerRun.Read(folder).Wanted.ShouldBeTrue("it could not be written");
        await host.Engine.ListAsync(_instance, None);
        ContainerRun.Read(folder).ShouldSatisfyAllConditions(
            r => r.Wanted.ShouldBeFalse(), r => r.Ended.ShouldNotBeNull());
    }

    [NeedingFact]
    public async Task A_container_of_which_nothing_is_known_is_not_taken_for_ended()
    {
        var name = await RunAsync("kept");
        var before = (await host.Engine.FindAsync(name, None))!;
        var shim = Processes.All().Single(
            p => p.Name == "containerd-shim" && p.Mentions(before.Id)).Id;
        await Processes.RunAsync("kill", "-STOP", $"{shim}");
        try
        {
            (await host.Engine.FindAsync(name, None))!.State.ShouldBe(ContainerState.Running);
            (await host.Engine.StartAsync(name, None).ShouldThrowAsync<HostException>())
                .Fault.ShouldBe(Fault.Unavailable);
        }
        finally
        {
            await Processes.RunAsync("kill", "-CONT", $"{shim}");
        }
        await host.Engine.StartAsync(name, None);
        (await host.Engine.FindAsync(name, None))!.StartedAt.ShouldBe(before.StartedAt);
    }

    [NeedingFact]
    public async Task A_containerd_that_was_not_written_down_is_found()
    {
        var containerd = new PrivateContainerd(host.Place, TimeProvider.System);
        var pid = containerd.RunningPid().ShouldNotBeNull();
        File.Delete(host.Place.PidFile);
        try
        {
            containerd.RunningPid().ShouldBe(pid);
        }
        finally
        {
            await File.WriteAllTextAsync(
                host.Place.PidFile, pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    [NeedingFact]
    public async Task A_container_whose_record_cannot_be_read_is_left_alone()
    {
        var name = await RunAsync("kept");
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var stored = (await host.Own.Client.FindAsync(id, "", None))!;
        await host.Own.Client.UpdateAsync(stored with { Record = "{"u8.ToArray() }, "", None);
        try
        {
            await host.RestartAsync();
            Directory.Exists(host.Place.FolderOf(id)).ShouldBeTrue();
            (await host.Own.Client.TaskAsync(id, "", None)).ShouldNotBeNull().State
                .ShouldBe(TaskState.Running);
        }
        finally
        {
            await host.Own.Client.UpdateAsync(stored, "", None);
        }
        (await ShellAsync(name, "cat /etc/hosts")).ShouldContain("localhost");
    }

    [NeedingFact]
    public async Task What_a_start_that_was_cut_off_opened_goes_with_a_stop()
    {
        var container = host.Container(_instance, "web", Habit.Serves);
        await host.Engine.CreateAsync(container, None);
        var space = await host.Own.Networks.OpenAsync(container.Spec.Name, None);
        File.Exists(space).ShouldBeTrue();
        await host.Engine.StopAsync(container.Spec.Name, Short, None);
        File.Exists(space).ShouldBeFalse();
    }

    [NeedingFact]
    public async Task What_is_mounted_below_a_read_only_mount_is_read_only()
    {
        var below = Directory.CreateDirectory(Path.Combine(_data, "below")).FullName;
        (await Processes.RunAsync("mount", "-t", "tmpfs", "tmpfs", below)).Exit.ShouldBe(0);
        try
        {
            var name = await RunAsync("sealed", isReadOnly: true);
            (await ShellAsync(name, "touch /data/below/x 2>&1 || echo refused"))
                .ShouldContain("Read-only file system");
            await host.Engine.RemoveAsync(name, None);
        }
        finally
        {
            await Processes.RunAsync("umount", "-l", below);
        }
    }

    [NeedingFact]
    public async Task One_that_cannot_be_asked_to_end_is_killed()
    {
        var name = await RunAsync("kept");
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var stored = (await host.Own.Client.FindAsync(id, "", None))!;
        var record = ContainerRecord.Of(stored)! with { StopSignal = 4711 };
        await host.Own.Client.UpdateAsync(stored with { Record = record.ToBytes() }, "", None);
        await host.Engine.StopAsync(name, Patience, None);
        (await host.Engine.FindAsync(name, None))!.State.ShouldBe(ContainerState.Exited);
    }

    /// <summary>One that runs until it is told to end, and is always started again.</summary>
    private async Task<string> RunAsync(string service, bool isReadOnly = false)
    {
        Directory.CreateDirectory(_data);
        var container = host.Container(_instance, service, Habit.Serves);
        await host.Engine.CreateAsync(container with
        {
            Spec = container.Spec with
            {
                Command = ["/bin/sh", "-c", UntilTold], Restart = RestartPolicy.Always,
            },
            Mounts = [new(_data, "/data", isReadOnly)],
        }, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        return container.Spec.Name;
    }

    private async Task<string> FolderAsync(string name) =>
        host.Place.FolderOf((await host.Engine.FindAsync(name, None))!.Id);

    private async Task<string> ShellAsync(string name, string line) =>
        (await host.Engine.ExecAsync(name, ["sh", "-c", line], Patience, None)).Output;

    private Task UntilAsync(string name, Func<ObservedContainer, bool> holds) =>
        UntilAsync(async () =>
        {
            try
            {
                return await host.Engine.FindAsync(name, None) is { } seen && holds(seen);
            }
            catch (HostException fault) when (fault.MayPass)
            {
                return false;
            }
        });

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (await holds())
            {
                return;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException("it never came to be as awaited");
    }
}
