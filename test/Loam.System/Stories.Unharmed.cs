using Loam.System.Harness;

namespace Loam.System;

/// <summary>What must not be harmed: stories 7, 9 and 14.</summary>
public abstract partial class Stories
{
    private const int Strangers = 40;

    [NeedingFact]
    public Task An_image_that_does_not_exist_changes_nothing() => StoryAsync(async () =>
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

    [NeedingFact]
    public Task A_version_that_crashes_never_replaces_the_old_one() =>
        BadVersionAsync("loam-test/crashing:1");

    [NeedingFact]
    public Task A_version_that_never_answers_never_replaces_the_old_one() =>
        BadVersionAsync("loam-test/silent:1");

    [NeedingFact]
    public Task After_a_power_cut_it_is_all_or_nothing() => StoryAsync(async () =>
    {
        foreach (var moment in (string[])["risk:", "✓ image", "✓ secret", "✓ redis"])
        {
            await Loam.ResetAsync();
            using (var client = Loam.Begin("--yes", Stack))
            {
                await Wait.ForAsync($"“{moment}”",
                    () => client.HasEnded || client.Output.Contains(moment));
                await Loam.KillAsync();
                var ended = await client.EndAsync();
                ended.Exit.ShouldBeOneOf([0, 4], ended.Output);
            }
            var read = Loam.LogText.Length;
            await Loam.StartAsync();
            var said = Loam.LogText[read..];
            var services = await Facts.ServicesAsync(Loam);
            var own = await Engine.OwnAsync();
            // The line says which; nothing of a change that never began is to be told.
            if (services == 0)
            {
                own.ShouldBeEmpty($"killed at “{moment}”; the daemon said: {said}");
                (said.Contains("taken back") || said.Contains("nothing was left over"))
                    .ShouldBeTrue($"killed at “{moment}”; the daemon said: {said}");
            }
            else
            {
                services.ShouldBe(3);
                own.Length.ShouldBe(3, $"killed at “{moment}”; the daemon said: {said}");
                await Wait.ForAsync("three healthy services", async () =>
                    (await Loam.RunAsync("status")).Output.Split(" healthy ").Length == 4);
            }
            (await Loam.RunAsync("plan")).ShouldEnd(0);
        }
        // Status tells of the recovery until the next start; the other stories have none.
        await Loam.StopAsync();
        await Loam.StartAsync();
    });

    [NeedingFact]
    public Task Forty_containers_of_somebody_else_are_untouched() => StoryAsync(async () =>
    {
        var names = Enumerable.Range(1, Strangers).Select(i => $"stranger-{i}").ToArray();
        try
        {
            // Some run, most only exist; some look like Loam's own by name.
            await Engine.MakeStrangersAsync(names, running: 5);
            var before = await Engine.LookAtAsync(names);

            var told = Transcript("14-strangers");
            Loam.WriteServices(Web("nginx:1.27-alpine", Port));
            (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
            var own = (await Engine.OwnAsync()).ShouldHaveSingleItem();
            await Engine.RemoveAsync(own);
            told.Note("somebody removes the container of web");
            (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
            (await AskAsync(Port)).ShouldNotBeEmpty();
            Loam.WriteServices("services: []");
            (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
            told.Check();

            (await Engine.OwnAsync()).ShouldBeEmpty();
            (await Engine.LookAtAsync(names)).ShouldBe(before);
        }
        finally
        {
            await Engine.RemoveAsync(names);
        }
    });

    [NeedingFact]
    public Task A_compose_file_becomes_services() => StoryAsync(async () =>
    {
        var folder = Directory.CreateDirectory(Path.Combine(Loam.Home, "stack")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "site.html"), "from the other side");
        await File.WriteAllTextAsync(Path.Combine(folder, ".env"), "DB_PASSWORD=sesame-open-9\n");
        var file = Path.Combine(folder, "docker-compose.yml");
        await File.WriteAllTextAsync(file, $$"""
            x-kept: &kept {restart: unless-stopped, stop_grace_period: 5s}
            services:
              web_front:
                <<: *kept
                image: nginx:1.27-alpine
                ports: ["{{Port}}:80"]
                volumes: ["./site.html:/usr/share/nginx/html/index.html:ro"]
                depends_on: [db]
                sysctls: {net.core.somaxconn: 1024}
              db:
                <<: *kept
                image: postgres:16-alpine
                environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:?choose one}"}
                volumes: [pg:/var/lib/postgresql/data]
                shm_size: 128mb
              worker: {build: .}
            volumes: {pg: }
            """);
        var told = Transcript("14-import");
        (await told.RunAsync("import", file, "--yes")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldBe("from the other side");
        told.Note("the same once more");
        (await told.RunAsync("import", file, "--yes")).ShouldEnd(2);
        told.Check();
        foreach (var state in Loam.StateFiles().Values)
        {
            state.ShouldNotContain("sesame");
        }
    });

    /// <summary>The new version never gets healthy; the old one answers all the while.</summary>
    private Task BadVersionAsync(string image) => StoryAsync(async () =>
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
