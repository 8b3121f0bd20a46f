using Loam.System.Harness;

namespace Loam.System;

/// <summary>What goes well: stories 1, 2, 5, 6 and 8. Told on every engine.</summary>
public abstract partial class Stories(Ground ground) : Telling(ground)
{
    private string Stack => "I need a web application stack: nginx in front on port "
        + $"{Port}, PostgreSQL, Redis for caching";

    [NeedingFact]
    public Task A_first_minute() => StoryAsync(async () =>
    {
        var told = Transcript("01-first-minute");
        (await told.RunAsync("--yes", $"set up a web server on port {Port}")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("healthy", $"{Port}");
        (await told.RunAsync("--yes", $"set up a web server on port {Port}")).ShouldEnd(0);
        told.Check();
    });

    [NeedingFact]
    public Task A_stack_comes_up_and_its_password_is_nowhere_to_be_read() => StoryAsync(async () =>
    {
        var told = Transcript("02-stack");
        (await told.RunAsync("--yes", Stack)).ShouldEnd(0);
        var status = (await told.RunAsync("status")).ShouldEnd(0);
        status.Output.Split(" healthy ").Length.ShouldBe(4, status.Output);
        told.Check();

        var container = (await Engine.OwnAsync("postgres")).ShouldHaveSingleItem();
        var password = await Engine.ExecAsync(
            container, "cat", "/run/secrets/postgres_password");
        password.Length.ShouldBe(32);
        (await Plaintext.PlacesAsync(password, Loam)).ShouldBeEmpty();
        (await Engine.LookAtAsync(await Engine.OwnAsync())).ShouldNotContain(password);
    });

    [NeedingFact]
    public Task The_way_back_needs_no_network() => StoryAsync(async () =>
    {
        (await Loam.RunAsync("--yes", Stack)).ShouldEnd(0);
        var generation = await Facts.GenerationAsync(Loam);
        var images = await Engine.ImagesAsync();

        var told = Transcript("05-way-back");
        (await told.RunAsync("--yes", "Stop all services")).ShouldEnd(0);
        (await Engine.RunningAsync()).ShouldBeEmpty();
        await Ground.Mirror.CutAsync();
        told.Note("the network is gone");
        told.Add(["--yes", "revert", "N"],
            (await Loam.RunAsync("--yes", "revert", $"{generation}")).ShouldEnd(0));
        (await told.RunAsync("status")).Output.Split(" healthy ").Length.ShouldBe(4);
        told.Check();
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
        (await Engine.ImagesAsync()).ShouldBe(images);
    });

    [NeedingFact]
    public Task A_broken_file_changes_nothing() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var containers = await Engine.OwnAsync();

        File.AppendAllText(
            Path.Combine(Loam.Paths.StateDir, "services.yaml"), "}} not yaml at all: [\n");
        var told = Transcript("06-broken-file");
        told.Note("somebody appends garbage to services.yaml");
        await Wait.ForAsync("the events to name the fault", async () =>
            (await Loam.RunAsync("events")).Output.Contains("services.yaml:18:1: error"));
        (await told.RunAsync("status")).ShouldEnd(0)
            .ShouldSay("services.yaml:18:1", "Give all fields", "the machine goes on");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(2).ShouldSay("services.yaml:18:1");
        told.Check();
        (await Engine.OwnAsync()).ShouldBe(containers);
        (await AskAsync(Port)).ShouldNotBeEmpty();
    });

    [NeedingFact]
    public Task Two_people_at_once_both_get_what_they_asked_for() => StoryAsync(async () =>
    {
        var before = await Facts.GenerationAsync(Loam);
        string[] one = ["--yes",
            $"add a service called one with image loam-test/slow-start:1 on port {Port + 1}:80"];
        string[] two = ["--yes",
            $"add a service called two with image loam-test/web:2 on port {Port + 2}:80"];
        using var first = Loam.Begin(one);
        await Wait.ForAsync("the first to be at work",
            () => first.HasEnded || first.Output.Contains('✓'));
        using var second = Loam.Begin(two);
        var (firstEnded, secondEnded) = (await first.EndAsync(), await second.EndAsync());
        var told = Transcript("08-two-people");
        told.Add(one, firstEnded);
        told.Add(two, secondEnded);
        firstEnded.ShouldEnd(0);
        secondEnded.ShouldEnd(0).ShouldSay("Waiting for another change to finish: add a service");
        told.Check();

        (await Facts.GenerationAsync(Loam)).ShouldBe(before + 2);
        (await AskAsync(Port + 1)).ShouldNotBe(await AskAsync(Port + 2));
    });

    [NeedingFact]
    public Task Jobs_run_at_their_times_and_tell_when_they_fail() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var told = Transcript("15-jobs");
        (await told.RunAsync("--yes", "every night at 3, run `echo tidied` in web")).ShouldEnd(0);
        Loam.Write("scheduled.yaml", "ScheduledTasks", """
            jobs:
              - name: often
                schedule: "* * * * *"
                container: web
                command: echo $$ > /tmp/ran
              - name: broken
                schedule: 0 3 1 1 *
                container: web
                command: echo no such table; exit 3
                on_failure: alert
              - name: endless
                schedule: 0 3 1 1 *
                container: web
                command: [sleep, "600"]
                timeout: 1s
            """);
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await told.RunAsync("run-job", "broken")).ShouldEnd(1).ShouldSay("no such table");
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("Job broken failed");
        (await Loam.RunAsync("run-job", "endless")).ShouldEnd(1)
            .ShouldSay("did not end within 1 s");
        (await told.RunAsync("run-job", "nothing")).ShouldEnd(2).ShouldSay("There is no job");
        await Wait.ForAsync("the job's time", async () =>
            (await Loam.RunAsync("jobs", "often")).Output.Contains("✓ often"));
        told.Check();
        var container = (await Engine.OwnAsync()).ShouldHaveSingleItem();
        (await Engine.ExecAsync(container, "cat", "/tmp/ran")).ShouldNotBeEmpty();
    });
}
