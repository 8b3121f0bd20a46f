using Loam.System.Harness;

namespace Loam.System;

/// <summary>Stories 1, 7 and 14, told on one engine.</summary>
public abstract class StoriesOnEveryEngine(Ground ground)
{
    private const int Strangers = 40;
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    protected Ground Ground => ground;
    protected Instance Loam => ground.Instance;
    protected Engine Engine => ground.Engine;
    protected int Port => ground.FirstPort;

    protected Transcript Transcript(string name) => new(name, ground);

    /// <summary>Begins with nothing declared; a failure tells what the daemon said last.</summary>
    protected async Task StoryAsync(Func<Task> story)
    {
        try
        {
            await Loam.ResetAsync();
            await story();
        }
        catch (Exception failure)
        {
            var events = await Loam.RunAsync("events");
            throw new StoryException(
                $"{failure.Message}\n{failure.StackTrace}\n-- the daemon's log ends:\n"
                + $"{Loam.LogTail}\n-- the last events:\n"
                + string.Join('\n', events.Output.TrimEnd().Split('\n').TakeLast(15)));
        }
        finally
        {
            await ground.Mirror.MendAsync();
        }
    }

    protected static async Task<string> AskAsync(int port) =>
        await Http.GetStringAsync($"http://127.0.0.1:{port}/");

    /// <summary>A web server whose page shows its version, with a quick probe.</summary>
    protected string Web(string image, int port, string more = "") =>
        $"""
        services:
          - name: web
            image: {image}
            ports:
              - container: 80
                host: {port}
            healthcheck:
              http: {"{"}path: /, port: 80{"}"}
              interval: 1s
              timeout: 1s
              retries: 2
              start_period: 3s
        {more}
        """;

    protected Task FirstMinuteAsync() => StoryAsync(async () =>
    {
        var told = Transcript("01-first-minute");
        (await told.RunAsync("--yes", $"set up a web server on port {Port}")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("healthy", $"{Port}");
        (await told.RunAsync("--yes", $"set up a web server on port {Port}")).ShouldEnd(0);
        told.Check();
    });

    protected Task UnknownImageAsync() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var (files, containers) = (Loam.StateFiles(), await Engine.OwnAsync());

        var told = Transcript("07-unknown-image");
        // Found out while planning, so it is refused as invalid and never begun.
        (await told.RunAsync("--yes", "Add a service called broken with image nonexistent:latest"))
            .ShouldEnd(2).ShouldSay("nonexistent does not exist", "Check the image's name");
        told.Check();

        Loam.StateFiles().ShouldBe(files);
        (await Engine.OwnAsync()).ShouldBe(containers);
    });

    /// <summary>The new version never gets healthy; the old one answers all the while.</summary>
    protected Task BadVersionAsync(string image) => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var page = await AskAsync(Port);
        var (approved, containers) = (Loam.StateFiles(), await Engine.OwnAsync());

        Loam.WriteServices(Web(image, Port));
        using var asking = new CancellationTokenSource();
        var answers = AskOnAsync(Port, asking.Token);
        var told = Transcript("07-" + image.Split('/', ':')[1]);
        (await told.RunAsync("apply", "--yes")).ShouldEnd(1).ShouldSay("Everything is as before");
        await asking.CancelAsync();
        told.Check();

        var (answered, refused) = await answers;
        refused.ShouldBeEmpty($"of {answered.Count + refused.Count} requests");
        answered.ShouldAllBe(a => a == page);
        (await Engine.OwnAsync()).ShouldBe(containers);
        // The edit waits as an edit; what was approved is still what runs.
        (await Loam.RunAsync("diff")).ShouldEnd(0).ShouldSay(image);
        approved["services.yaml"].ShouldNotBe(Loam.StateFiles()["services.yaml"]);
        Loam.StateFiles()["images.lock"].ShouldBe(approved["images.lock"]);
    });

    protected Task StrangersAsync() => StoryAsync(async () =>
    {
        await Engine.RunAsync("pull", "--quiet", "docker.io/library/busybox");
        var names = Enumerable.Range(1, Strangers).Select(i => $"stranger-{i}").ToArray();
        try
        {
            // Some run, most only exist; some look like Loam's own by name.
            foreach (var name in names)
            {
                await Engine.RunAsync("create", "--name", name, "--label", $"loam.note={name}",
                    "docker.io/library/busybox", "sleep", "1000000");
            }
            await Engine.RunAsync(["start", .. names.Take(5)]);
            var before = await LookAtAsync(names);

            var told = Transcript("14-strangers");
            Loam.WriteServices(Web("nginx:1.27-alpine", Port));
            (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
            var own = (await Engine.OwnAsync()).ShouldHaveSingleItem();
            await Engine.RunAsync("rm", "--force", own);
            told.Note("somebody removes the container of web");
            (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
            (await AskAsync(Port)).ShouldNotBeEmpty();
            Loam.WriteServices("services: []");
            (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
            told.Check();

            (await Engine.OwnAsync()).ShouldBeEmpty();
            (await LookAtAsync(names)).ShouldBe(before);
        }
        finally
        {
            await Engine.TryAsync(["rm", "--force", .. names]);
        }
    });

    private Task<string> LookAtAsync(string[] names) => Engine.RunAsync(
        ["inspect", "--format", "{{.Id}} {{json .State}} {{json .HostConfig}} {{json .Config}} "
            + "{{json .NetworkSettings}} {{json .Mounts}}", .. names]);

    private static async Task<(List<string> Answered, List<string> Refused)> AskOnAsync(
        int port, CancellationToken stop)
    {
        var (answered, refused) = (new List<string>(), new List<string>());
        while (!stop.IsCancellationRequested)
        {
            try
            {
                answered.Add(await AskAsync(port));
            }
            catch (Exception failure) when (
                failure is HttpRequestException or TaskCanceledException)
            {
                refused.Add(failure.Message);
            }
            await Task.Delay(50, CancellationToken.None);
        }
        return (answered, refused);
    }
}
