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
        await ContainerdHost.UntilAsync(
            () => Task.FromResult(host.Said.Any(s => s.Contains(name))));
        host.Said.ShouldContain(s => s.Contains($"{_data} does not exist"));
        (await host.Engine.FindAsync(name, None))!.State.ShouldBe(
            ContainerState.Exited, "what lays it out may start it");
        Directory.Move(_data + "-away", _data);
        await host.UntilAsync(name, c => c.State == ContainerState.Running);
    }

    [NeedingFact]
    public async Task What_keeps_a_container_outlives_every_fault()
    {
        var name = await RunAsync("kept");
        var hosts = Path.Combine(await FolderAsync(name), "hosts");
        File.Delete(hosts);
        Directory.CreateDirectory(hosts);
        await File.WriteAllTextAsync(Path.Combine(_data, "end"), "");
        await ContainerdHost.UntilAsync(
            () => Task.FromResult(host.Said.Any(s => s.Contains(hosts))));

        File.Delete(Path.Combine(_data, "end"));
        Directory.Delete(hosts);
        await File.WriteAllTextAsync(hosts, "");
        await host.UntilAsync(name, c => c.State == ContainerState.Running);
    }

    [NeedingFact]
    public async Task Nothing_of_a_command_that_takes_too_long_stays()
    {
        var name = await RunAsync("kept");
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var running = host.Engine.ExecAsync(name, ["sleep", "1000"], Short, None);
        string? exec = null;
        await ContainerdHost.UntilAsync(() => Task.FromResult((exec = Directory.GetDirectories(
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
        (await host.ShellAsync(name, "cat /etc/hosts")).ShouldContain("localhost");
    }

    [NeedingFact]
    public async Task A_start_writes_where_the_network_is_only_where_that_is_not_known()
    {
        var name = await RunAsync("kept");
        var id = (await host.Engine.FindAsync(name, None))!.Id;
        var stored = (await host.Own.Client.FindAsync(id, "", None))!;
        OciSpecs.Read(stored.Spec).Linux.Namespaces.Single(n => n.Type == "network").Path
            .ShouldBe(host.Own.Networks.SpaceOf(name));
        await host.Engine.StopAsync(name, Short, None);
        await host.Own.Client.UpdateAsync(stored with
        {
            Spec = OciSpecs.Write(OciSpecs.In(OciSpecs.Read(stored.Spec), "/nowhere")),
        }, "", None);
        await host.Engine.StartAsync(name, None);
        (await host.Own.Client.FindAsync(id, "", None))!.Spec.ToArray()
            .ShouldBe(stored.Spec.ToArray());
        (await host.Engine.FindAsync(name, None))!.State.ShouldBe(ContainerState.Running);
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
    public async Task A_start_that_failed_is_no_run_however_long_ago_it_was()
    {
        var container = host.Container(_instance, "failing", Habit.Serves);
        container = container with
        {
            Spec = container.Spec with { Restart = RestartPolicy.Always },
        };
        await host.Engine.CreateAsync(container, None);
        try
        {
            var id = (await host.Engine.FindAsync(container.Spec.Name, None))!.Id;
            var run = new ContainerRun(true, DateTimeOffset.UtcNow.AddHours(-1), null, null, 0);
            run.Write(host.Place.FolderOf(id));
            (await host.Own.UntilEndedAsync(id, None)).ShouldBe(TimeSpan.Zero);
            (run with { Ended = run.Started!.Value.AddMinutes(7) })
                .Write(host.Place.FolderOf(id));
            (await host.Own.UntilEndedAsync(id, None)).ShouldBe(TimeSpan.FromMinutes(7));
        }
        finally
        {
            await host.Engine.RemoveAsync(container.Spec.Name, None);
        }
    }

    [NeedingFact]
    public async Task A_folder_that_cannot_be_made_or_taken_away_is_a_fault_of_the_host()
    {
        var containers = Path.GetDirectoryName(host.Place.FolderOf("any"))!;
        var container = host.Container(_instance, "shut", Habit.Serves);
        await host.Engine.CreateAsync(container, None);
        (await Processes.RunAsync("mount", "--bind", containers, containers)).Exit.ShouldBe(0);
        try
        {
            (await Processes.RunAsync("mount", "-o", "remount,ro,bind", containers))
                .Exit.ShouldBe(0);
            (await host.Engine.CreateAsync(host.Container(_instance, "other", Habit.Serves), None)
                .ShouldThrowAsync<HostException>()).Message.ShouldContain(containers);
            (await host.Engine.RemoveAsync(container.Spec.Name, None)
                .ShouldThrowAsync<HostException>()).Message.ShouldContain(containers);
        }
        finally
        {
            await Processes.RunAsync("umount", containers);
        }
    }

    [NeedingFact]
    public async Task Nothing_is_kept_of_containers_that_are_gone()
    {
        using var told = new CancellationTokenSource();
        var gone = new TaskCompletionSource();
        var name = "";
        var hearing = Task.Run(async () =>
        {
            await foreach (var happened in host.Own.EventsAsync(_instance, told.Token))
            {
                if (happened.Action == "destroy" && happened.Name == name)
                {
                    gone.SetResult();
                }
            }
        });
        await host.Own.OursAsync(None);
        var before = host.Own.Remembered;
        name = await RunAsync("gone");
        host.Own.Remembered.ShouldBe(before + 1);
        await host.Engine.RemoveAsync(name, None);
        await gone.Task.WaitAsync(Patience);
        host.Own.Remembered.ShouldBe(before);
        await told.CancelAsync();
        await hearing.ShouldThrowAsync<OperationCanceledException>();
    }

    [NeedingFact]
    public async Task What_is_mounted_below_a_read_only_mount_is_read_only()
    {
        var below = Directory.CreateDirectory(Path.Combine(_data, "below")).FullName;
        (await Processes.RunAsync("mount", "-t", "tmpfs", "tmpfs", below)).Exit.ShouldBe(0);
        try
        {
            var name = await RunAsync("sealed", isReadOnly: true);
            (await host.ShellAsync(name, "touch /data/below/x 2>&1 || echo refused"))
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
}
