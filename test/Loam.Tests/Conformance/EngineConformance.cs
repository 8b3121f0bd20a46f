using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Tests.Conformance;

/// <summary>What every engine does, the simulated one included. This file: containers.</summary>
public abstract partial class EngineConformance(EngineHost host)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private readonly string _instance = host.NewInstance();

    private IContainerEngine Engine => host.Engine;

    [NeedingFact]
    public async Task An_engine_says_what_it_is()
    {
        var info = await Engine.InfoAsync(None);
        info.Version.ShouldNotBeEmpty();
        info.CgroupVersion.ShouldBeInRange(1, 2);
        info.DataRoot.ShouldStartWith("/");
    }

    [NeedingFact]
    public async Task A_created_container_is_as_specified_and_does_not_run()
    {
        var container = Make("web", Habit.Serves);
        await Engine.CreateAsync(container, None);

        var seen = (await Engine.ListAsync(_instance, None)).ShouldHaveSingleItem();
        seen.Name.ShouldBe(container.Spec.Name);
        seen.Service.ShouldBe("web");
        seen.Revision.ShouldBe(container.Spec.Revision);
        seen.Index.ShouldBe(0);
        seen.Generation.ShouldBe(7);
        seen.Rehearsal.ShouldBeFalse();
        seen.State.ShouldBe(ContainerState.Created);
        seen.ExitCode.ShouldBeNull();
        seen.StartedAt.ShouldBeNull();
        seen.Address.ShouldBeNull();
        seen.ImageId.ShouldBe(host.Image(Habit.Serves));
        seen.Limits.ShouldBe(new(500, 64 << 20, null));
        seen.Restart.ShouldBe(RestartPolicy.Never);
    }

    [NeedingFact]
    public async Task Only_containers_of_the_instance_are_listed()
    {
        var other = host.NewInstance();
        await Engine.CreateAsync(host.Container(other, "web", Habit.Serves), None);
        await Engine.CreateAsync(Make("web", Habit.Serves), None);

        (await Engine.ListAsync(_instance, None)).Length.ShouldBe(1);
        (await Engine.ListAsync(other, None)).Length.ShouldBe(1);
        (await Engine.FindAsync($"loam-{_instance}-nothing", None)).ShouldBeNull();
    }

    [NeedingFact]
    public async Task Creating_a_second_time_is_a_conflict_and_changes_nothing()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        var before = await Engine.FindAsync(Name("web"), None);

        var error = await Engine.CreateAsync(Make("web", Habit.Crashes), None)
            .ShouldThrowAsync<HostException>();

        error.Fault.ShouldBe(Fault.Conflict);
        (await Engine.FindAsync(Name("web"), None))!.Id.ShouldBe(before!.Id);
    }

    [NeedingFact]
    public async Task A_creation_that_broke_off_is_finished_by_the_next()
    {
        await NetworkAsync("one", false);
        await NetworkAsync("two", false);
        var container = In(Make("web", Habit.Serves), "one", "two");
        await Engine.CreateAsync(container, None);
        await Engine.DisconnectAsync(Network("two"), Name("web"), None);

        (await Engine.CreateAsync(container, None).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.Conflict);

        (await Engine.FindAsync(Name("web"), None))!.Networks.Keys
            .ShouldBe([Network("one"), Network("two")]);
    }

    [NeedingFact]
    public async Task Nothing_is_created_from_an_image_that_is_not_there()
    {
        var container = Make("web", Habit.Serves);
        container = container with
        {
            Spec = container.Spec with
            {
                ImageIsLocalId = false,
                ImageReference = "docker.io/library/nothing:1",
                ImageDigest = "sha256:" + new string('a', 64),
            },
        };
        (await Engine.CreateAsync(container, None).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.NotFound);
        (await Engine.ListAsync(_instance, None)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_jobs_container_is_listed_apart_and_leaves_its_code_and_its_words()
    {
        var made = Make("web", Habit.Crashes);
        made = made with
        {
            Spec = made.Spec with { Name = Name("job.tidy"), Service = "", Job = "tidy" },
        };
        await Engine.CreateAsync(made, None);
        (await Engine.ListAsync(_instance, None)).ShouldBeEmpty();
        (await Engine.ListJobsAsync(host.NewInstance(), None)).ShouldBeEmpty();
        await Engine.StartAsync(made.Spec.Name, None);

        await UntilAsync("job.tidy", c => c.State == ContainerState.Exited);
        var seen = (await Engine.ListJobsAsync(_instance, None)).ShouldHaveSingleItem();
        seen.Job.ShouldBe("tidy");
        seen.ExitCode.ShouldBe(3);
        var lines = new List<string>();
        await foreach (var line in Engine.LogsAsync(seen.Name, 100_000, follow: false, None))
        {
            lines.Add(line.Text);
        }
        lines.ShouldBe(["one"]);
        await Engine.RemoveAsync(seen.Name, None);
        (await Engine.ListJobsAsync(_instance, None)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_started_container_runs_and_starting_again_changes_nothing()
    {
        await NetworkAsync("net", false);
        await Engine.CreateAsync(In(Make("web", Habit.Serves), "net"), None);
        await Engine.StartAsync(Name("web"), None);
        var seen = (await Engine.FindAsync(Name("web"), None))!;
        seen.State.ShouldBe(ContainerState.Running);
        seen.Address.ShouldNotBeNull();
        seen.StartedAt.ShouldNotBeNull();

        await Engine.StartAsync(Name("web"), None);
        (await Engine.FindAsync(Name("web"), None))!.StartedAt.ShouldBe(seen.StartedAt);
    }

    [NeedingFact]
    public async Task Starting_or_stopping_what_is_not_there_is_not_found()
    {
        (await Engine.StartAsync(Name("web"), None).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.NotFound);
        (await Engine.StopAsync(Name("web"), Short, None).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.NotFound);
    }

    [NeedingFact]
    public async Task A_stopped_container_has_an_exit_code_and_can_be_started_again()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        await Engine.StartAsync(Name("web"), None);
        await Engine.StopAsync(Name("web"), Short, None);
        await Engine.StopAsync(Name("web"), Short, None);
        var stopped = (await Engine.FindAsync(Name("web"), None))!;
        stopped.State.ShouldBe(ContainerState.Exited);
        stopped.ExitCode.ShouldNotBeNull();

        await Engine.StartAsync(Name("web"), None);
        (await Engine.FindAsync(Name("web"), None))!.State.ShouldBe(ContainerState.Running);
    }

    [NeedingFact]
    public async Task A_container_that_does_not_listen_is_killed()
    {
        await Engine.CreateAsync(Make("deaf", Habit.Deaf), None);
        await Engine.StartAsync(Name("deaf"), None);
        await Engine.StopAsync(Name("deaf"), Short, None);
        var stopped = (await Engine.FindAsync(Name("deaf"), None))!;
        stopped.State.ShouldBe(ContainerState.Exited);
        stopped.ExitCode.ShouldBe(137);
    }

    [NeedingFact]
    public async Task A_crash_shows_its_exit_code()
    {
        await Engine.CreateAsync(Make("bad", Habit.Crashes), None);
        await Engine.StartAsync(Name("bad"), None);
        var ended = await UntilAsync("bad", c => c.State == ContainerState.Exited);
        ended.ExitCode.ShouldBe(3);
        ended.RestartCount.ShouldBe(0);
    }

    [NeedingFact]
    public async Task A_crash_is_restarted_when_the_policy_says_so()
    {
        var container = Make("bad", Habit.Crashes);
        await Engine.CreateAsync(
            container with { Spec = container.Spec with { Restart = RestartPolicy.OnFailure } },
            None);
        await Engine.StartAsync(Name("bad"), None);
        await UntilAsync("bad", c => c.RestartCount > 1);
        await Engine.StopAsync(Name("bad"), Short, None);
        var stopped = (await Engine.FindAsync(Name("bad"), None))!;
        stopped.State.ShouldBe(ContainerState.Exited);
        stopped.Restart.ShouldBe(RestartPolicy.OnFailure);
    }

    [NeedingFact]
    public async Task Two_containers_cannot_have_one_host_port()
    {
        await NetworkAsync("net", false);
        await Engine.CreateAsync(Published("one"), None);
        await Engine.CreateAsync(Published("two"), None);
        await Engine.StartAsync(Name("one"), None);

        var error = await Engine.StartAsync(Name("two"), None).ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Conflict);
        error.Message.ShouldContain($"port 127.0.0.1:{host.Port} is taken on this host");
        (await Engine.FindAsync(Name("two"), None))!.State.ShouldNotBe(ContainerState.Running);

        await Engine.StopAsync(Name("one"), Short, None);
        await Engine.StartAsync(Name("two"), None);
        (await Engine.FindAsync(Name("two"), None))!.Ports
            .ShouldBe([new Port(80, host.Port, "tcp", "127.0.0.1")]);
    }

    [NeedingFact]
    public async Task Removing_takes_a_running_container_and_forgives_a_missing_one()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        await Engine.StartAsync(Name("web"), None);
        await Engine.RemoveAsync(Name("web"), None);
        await Engine.RemoveAsync(Name("web"), None);
        (await Engine.ListAsync(_instance, None)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Limits_of_a_running_container_change_and_are_lifted()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        await Engine.StartAsync(Name("web"), None);
        var change = Engine.UpdateAsync(
            Name("web"), new(250, 32 << 20, 100), RestartPolicy.Always, None);
        if (!host.ChangesLimits)
        {
            (await change.ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Unsupported);
            return;
        }
        await change;
        var seen = (await Engine.FindAsync(Name("web"), None))!;
        seen.Limits.ShouldBe(new(250, 32 << 20, 100));
        seen.Restart.ShouldBe(RestartPolicy.Always);

        await Engine.UpdateAsync(
            Name("web"), new(null, null, null), RestartPolicy.Never, None);
        seen = (await Engine.FindAsync(Name("web"), None))!;
        seen.Limits.ShouldBe(new(null, null, null));
        seen.State.ShouldBe(ContainerState.Running);
    }

    private EngineContainer Make(string service, Habit habit) =>
        host.Container(_instance, service, habit);

    private EngineContainer Published(string service)
    {
        var container = In(Make(service, Habit.Serves), "net");
        return container with
        {
            Spec = container.Spec with { Ports = [new(80, host.Port, "tcp", "127.0.0.1")] },
        };
    }

    private EngineContainer In(EngineContainer container, params string[] networks) =>
        container with
        {
            Spec = container.Spec with
            {
                Networks = [.. networks.Select(
                    n => new NetworkUse(Network(n), [container.Spec.Service]))],
            },
        };

    private string Name(string service) => $"loam-{_instance}-{service}-0123456789";

    private string Network(string declared) => $"loam-{_instance}-{declared}";

    private Task NetworkAsync(string declared, bool isInternal) => Engine.CreateNetworkAsync(
        new(Network(declared), declared, "r1", isInternal), null,
        ImmutableSortedDictionary<string, string>.Empty.Add(EngineLabels.Instance, _instance),
        None);

    private async Task<ObservedContainer> UntilAsync(
        string service, Func<ObservedContainer, bool> holds)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            var seen = await Engine.FindAsync(Name(service), None);
            if (seen is not null && holds(seen))
            {
                return seen;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException($"{service} never came to be as awaited");
    }
}
