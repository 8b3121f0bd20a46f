using System.Net;
using System.Net.Sockets;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>What goes wrong on real machines, and what is refused.</summary>
[Collection("docker")]
public sealed class TroubleOnDocker(DockerGround ground) : StoriesOnEveryEngine(ground)
{
    [StoryFact]
    public Task A_port_that_is_held_is_named_and_a_free_one_offered() => StoryAsync(async () =>
    {
        using var holder = new TcpListener(IPAddress.Any, Port + 5);
        holder.Start();
        // Who holds it differs from machine to machine: no transcript.
        (await Loam.RunAsync("--yes", $"set up a web server on port {Port + 5}")).ShouldEnd(2)
            .ShouldSay($"Port {Port + 5} of this machine", "is held by",
                $"Publish nginx on another port, for instance {Port + 6}", "nothing was touched");
        (await Engine.OwnAsync()).ShouldBeEmpty();
        holder.Stop();
        (await Loam.RunAsync("--yes", $"set up a web server on port {Port + 5}")).ShouldEnd(0);
    });

    [StoryFact]
    public Task Yes_is_no_leave_for_a_restricted_change() => StoryAsync(async () =>
    {
        Loam.Write("security.yaml", "SecurityConfig",
            "secrets:\n  - name: token\n    value: generate:32");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var before = await Facts.GenerationAsync(Loam);

        var told = Transcript("restricted");
        told.Note("somebody takes the secret out of security.yaml");
        Loam.Write("security.yaml", "SecurityConfig", "secrets: []");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(3).ShouldSay("security.yaml");
        (await Facts.GenerationAsync(Loam)).ShouldBe(before);
        (await told.RunAsync("apply", "--yes", "--confirm", "security.yaml")).ShouldEnd(0);
        told.Check();
    });

    [StoryFact]
    public Task Exit_codes_are_those_of_the_table() => StoryAsync(async () =>
    {
        var told = Transcript("exit-codes");
        (await told.RunAsync("add memcached")).ShouldEnd(3);
        (await told.RunAsync("aply")).ShouldEnd(2);
        (await told.RunAsync("revert", "9999")).ShouldEnd(2);
        Loam.WriteServices("services:\n  - name: web\n    imag: nginx");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(2).ShouldSay("imag", "image");
        told.Check();
        (await Shell.RunAsync(Instance.Binary, "--home", "/tmp/loam-nobody", "status"))
            .ShouldEnd(4).ShouldSay("No daemon answers");
        (await Engine.OwnAsync()).ShouldBeEmpty();
    });

    [StoryFact]
    public Task An_engine_that_is_restarted_under_way_leaves_all_or_nothing() =>
        StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        using var client = Loam.Begin("--yes",
            $"add a service called late with image loam-test/slow-start:1 on port {Port + 1}:80");
        await Wait.ForAsync("its container", async () =>
            client.HasEnded || (await Engine.OwnAsync()).Length == 2);
        await ground.RestartEngineAsync("-TERM");

        var ended = await client.EndAsync();
        ended.Exit.ShouldBeOneOf([0, 1], ended.Output);
        var expected = ended.Exit == 0 ? 2 : 1;
        (await Facts.ServicesAsync(Loam)).ShouldBe(expected, ended.Output);
        (await Engine.OwnAsync()).Length.ShouldBe(expected, ended.Output);
        await Wait.ForAsync("every service to be healthy", async () =>
            (await Loam.RunAsync("status")).Output.Split(" healthy ").Length == expected + 1);
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
    });

    [StoryFact]
    public Task A_full_disk_leaves_everything_as_it_was() => StoryAsync(async () =>
    {
        await using var small = new Instance($"unix://{Engine.Socket}", Ground.Mirror.Url);
        Directory.CreateDirectory(small.Home);
        (await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small.Home))
            .ShouldEnd(0);
        try
        {
            await small.StartAsync();
            small.WriteServices(Web("nginx:1.27-alpine", Port));
            (await small.RunAsync("apply", "--yes")).ShouldEnd(0);
            var (generation, own) = (await Facts.GenerationAsync(small), await Engine.OwnAsync());

            var filler = Path.Combine(small.Home, "filler");
            await Shell.RunAsync("dd", "if=/dev/zero", $"of={filler}", "bs=4k");
            const string more = "add a service called more with image redis:7-alpine";
            (await small.RunAsync("--yes", more)).ShouldEnd(1).ShouldSay("full");
            (await Engine.OwnAsync()).ShouldBe(own);
            (await AskAsync(Port)).ShouldContain("Welcome to nginx");

            File.Delete(filler);
            (await Facts.GenerationAsync(small)).ShouldBe(generation);
            (await small.RunAsync("--yes", more)).ShouldEnd(0);
            (await Engine.OwnAsync()).Length.ShouldBe(2);
        }
        catch (Exception failure)
        {
            throw new StoryException($"{failure.Message}\n-- its own log ends:\n{small.LogTail}");
        }
        finally
        {
            await Engine.TryAsync(["rm", "--force", "--volumes", .. await Engine.OwnAsync()]);
            await Engine.TryAsync("network", "prune", "--force");
        }
    });
}
