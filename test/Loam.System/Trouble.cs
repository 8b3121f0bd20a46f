using System.Net;
using System.Net.Sockets;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>What goes wrong on real machines. Told on every engine.</summary>
public abstract class Trouble(Ground ground) : Telling(ground)
{
    [NeedingFact]
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

    [NeedingFact]
    public Task An_engine_that_is_restarted_under_way_leaves_all_or_nothing() =>
        StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        using var client = Loam.Begin("--yes",
            $"add a service called late with image loam-test/slow-start:1 on port {Port + 1}:80");
        await Wait.ForAsync("its container", async () =>
            client.HasEnded || (await Engine.OwnAsync()).Length == 2);
        await Ground.RestartEngineAsync();

        var ended = await client.EndAsync();
        ended.Exit.ShouldBeOneOf([0, 1], ended.Output);
        var expected = ended.Exit == 0 ? 2 : 1;
        (await Facts.ServicesAsync(Loam)).ShouldBe(expected, ended.Output);
        (await Engine.OwnAsync()).Length.ShouldBe(expected, ended.Output);
        await Wait.ForAsync("every service to be healthy", async () =>
            (await Loam.RunAsync("status")).Output.Split(" healthy ").Length == expected + 1);
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
    });

    [NeedingFact]
    public Task A_full_disk_leaves_everything_as_it_was() => StoryAsync(async () =>
    {
        var (small, engineOf) = Ground.Beside(TestFolder.Make(TestFolder.Story));
        await using var ending = small;
        (await Shell.RunAsync("mount", "-t", "tmpfs", "-o", $"size={Ground.SmallDisk}", "tmpfs",
            small.Home)).ShouldEnd(0);
        try
        {
            await small.StartAsync();
            small.WriteServices(Web("nginx:1.27-alpine", Port));
            (await small.RunAsync("apply", "--yes")).ShouldEnd(0);
            var engine = engineOf();
            var (generation, own) = (await Facts.GenerationAsync(small), await engine.OwnAsync());

            var filler = Path.Combine(small.Home, "filler");
            await Shell.RunAsync("dd", "if=/dev/zero", $"of={filler}", "bs=4k");
            const string more = "add a service called more with image redis:7-alpine";
            (await small.RunAsync("--yes", more)).ShouldEnd(1).ShouldSay("full");
            (await engine.OwnAsync()).ShouldBe(own);
            (await AskAsync(Port)).ShouldContain("Welcome to nginx");

            File.Delete(filler);
            (await Facts.GenerationAsync(small)).ShouldBe(generation);
            (await small.RunAsync("--yes", more)).ShouldEnd(0);
            (await engine.OwnAsync()).Length.ShouldBe(2);
        }
        catch (Exception failure)
        {
            throw new StoryException($"{failure.Message}\n-- its own log ends:\n{small.LogTail}");
        }
        finally
        {
            await Ground.EmptyAsync();
        }
    });
}
