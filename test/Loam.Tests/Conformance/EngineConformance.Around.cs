using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Tests.Conformance;

/// <summary>Networks, probes, output, events, images.</summary>
public abstract partial class EngineConformance
{
    [NeedingFact]
    public async Task A_network_is_as_specified_and_unique()
    {
        await NetworkAsync("front", false);
        await NetworkAsync("back", true);
        (await NetworkAsync("back", true).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.Conflict);

        var seen = await Engine.ListNetworksAsync(_instance, None);
        seen.Select(n => (n.Name, n.Declared, n.Revision, n.Internal)).ShouldBe(
        [
            (Network("back"), "back", "r1", true),
            (Network("front"), "front", "r1", false),
        ]);
        (await Engine.ListNetworksAsync(host.NewInstance(), None)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_network_goes_only_when_nobody_runs_in_it()
    {
        await NetworkAsync("net", false);
        var id = (await Engine.ListNetworksAsync(_instance, None))[0].Id;
        await Engine.CreateAsync(In(Make("web", Habit.Serves), "net"), None);
        await Engine.StartAsync(Name("web"), None);

        var error = await Engine.RemoveNetworkAsync(id, None).ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Conflict);
        error.Message.ShouldContain(Name("web"));

        await Engine.RemoveAsync(Name("web"), None);
        await Engine.RemoveNetworkAsync(id, None);
        await Engine.RemoveNetworkAsync(id, None);
        (await Engine.ListNetworksAsync(_instance, None)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Names_in_a_network_are_given_taken_and_shared()
    {
        await NetworkAsync("net", false);
        var network = Network("net");
        await Engine.CreateAsync(In(Make("old", Habit.Serves), "net"), None);
        await Engine.CreateAsync(In(Make("new", Habit.Serves), "net"), None);
        await Engine.StartAsync(Name("old"), None);
        await Engine.StartAsync(Name("new"), None);

        await Engine.ConnectAsync(network, Name("new"), ["new"], None);
        (await Engine.ConnectAsync(network, Name("new"), ["web"], None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Conflict);

        foreach (var service in (string[])["old", "new"])
        {
            await Engine.DisconnectAsync(network, Name(service), None);
            await Engine.DisconnectAsync(network, Name(service), None);
            await Engine.ConnectAsync(network, Name(service), [service, "web"], None);
            (await Engine.FindAsync(Name(service), None))!.Networks[network]
                .ShouldBe(new[] { service, "web" }.Order());
        }
    }

    [NeedingFact]
    public async Task A_stopped_container_keeps_its_networks()
    {
        await NetworkAsync("one", false);
        await NetworkAsync("two", true);
        await Engine.CreateAsync(In(Make("web", Habit.Serves), "one", "two"), None);
        await Engine.StartAsync(Name("web"), None);
        await Engine.StopAsync(Name("web"), Short, None);
        var stopped = (await Engine.FindAsync(Name("web"), None))!;
        stopped.Networks.Keys.ShouldBe([Network("one"), Network("two")]);
        stopped.Networks[Network("two")].ShouldBe(["web"]);
        stopped.Address.ShouldBeNull();
    }

    [NeedingFact]
    public async Task Disconnecting_what_is_not_there_is_success() =>
        await Engine.DisconnectAsync(Network("net"), Name("web"), None);

    [NeedingFact]
    public async Task A_probe_tells_well_from_not_running()
    {
        await NetworkAsync("net", false);
        await Engine.CreateAsync(In(Make("web", Habit.Serves), "net"), None);
        var created = (await Engine.FindAsync(Name("web"), None))!;
        (await host.Prober.ProbeAsync(created, Http, None))
            .ShouldBe(new(false, "the container has not been started"));

        await Engine.StartAsync(Name("web"), None);
        var running = (await Engine.FindAsync(Name("web"), None))!;
        ProbeResult result = new(false, "");
        for (var tries = 0; tries < 100 && !result.Healthy; tries++)
        {
            await Task.Delay(50);
            result = await host.Prober.ProbeAsync(running, Http, None);
        }
        result.ShouldBe(new(true, "GET / answered 200"));
        (await host.Prober.ProbeAsync(running, Http with { Kind = ProbeKind.Tcp }, None))
            .ShouldBe(new(true, "port 80 accepts connections"));
        (await host.Prober.ProbeAsync(running, Http with { Kind = ProbeKind.Exec }, None))
            .ShouldBe(new(true, "true ended with code 0"));
    }

    [NeedingFact]
    public async Task A_command_runs_only_where_a_container_does()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        (await Engine.ExecAsync(Name("web"), ["true"], Short, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Conflict);
        (await Engine.ExecAsync(Name("api"), ["true"], Short, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
    }

    [NeedingFact]
    public async Task A_command_with_streams_runs_only_where_a_container_does()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        (await Engine.PipeAsync(Name("web"), ["true"], null, null, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Conflict);
        (await Engine.PipeAsync(Name("api"), ["true"], Stream.Null, null, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
    }

    [NeedingFact]
    public async Task What_a_container_prints_is_kept_in_order()
    {
        await Engine.CreateAsync(Make("web", Habit.Serves), None);
        await Engine.StartAsync(Name("web"), None);
        List<LogLine> lines = [];
        for (var tries = 0; tries < 100 && lines.Count < 2; tries++)
        {
            lines = await LinesAsync(10);
            await Task.Delay(20);
        }
        lines.Select(l => l.Text).ShouldBe(["one", "two"]);
        lines.ShouldAllBe(l => !l.IsError && l.At > DateTimeOffset.UnixEpoch.AddYears(1));
        (await LinesAsync(1)).Select(l => l.Text).ShouldBe(["two"]);
    }

    [NeedingFact]
    public async Task Following_a_log_ends_with_the_container()
    {
        await Engine.CreateAsync(Make("bad", Habit.Crashes), None);
        await Engine.StartAsync(Name("bad"), None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var lines = new List<string>();
        await foreach (var line in Engine.LogsAsync(Name("bad"), 10, true, patience.Token))
        {
            lines.Add(line.Text);
        }
        lines.ShouldBe(["one"]);
    }

    [NeedingFact]
    public async Task Events_of_the_instance_are_told_as_they_happen()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<(string Name, string Action)>();
        var listening = Task.Run(async () =>
        {
            await foreach (var happened in Engine.EventsAsync(_instance, patience.Token))
            {
                seen.Add((happened.Name, happened.Action));
                if (happened.Action == "destroy" && happened.Name == Name("end"))
                {
                    return;
                }
            }
        });
        // Nobody says when an engine has begun to listen: what comes before may be missed.
        await Task.Delay(500);
        var other = host.Container(host.NewInstance(), "web", Habit.Crashes);
        await Engine.CreateAsync(other, None);
        await Engine.CreateAsync(Make("bad", Habit.Crashes), None);
        await Engine.StartAsync(Name("bad"), None);
        await UntilAsync("bad", c => c.ExitCode == 3);
        await Engine.CreateAsync(Make("end", Habit.Crashes), None);
        await Engine.RemoveAsync(Name("end"), None);
        await listening;

        seen.ShouldContain((Name("bad"), "start"));
        seen.ShouldContain((Name("bad"), "die"));
        seen.ShouldAllBe(e => e.Name != other.Spec.Name);
    }

    [NeedingFact]
    public async Task An_image_is_found_tagged_and_untagged()
    {
        var id = host.Image(Habit.Serves);
        var repository = $"loam/{_instance}";
        (await Engine.FindImageAsync(id, None))!.Id.ShouldBe(id);
        (await Engine.FindImageAsync($"{repository}:g5", None)).ShouldBeNull();

        await Engine.TagImageAsync(id, repository, "g5", None);
        await Engine.TagImageAsync(id, repository, "g5", None);
        (await Engine.FindImageAsync($"{repository}:g5", None))!.Id.ShouldBe(id);
        (await Engine.ListImagesAsync(None)).ShouldContain(i => i.Id == id);

        await Engine.RemoveImageAsync($"{repository}:g5", None);
        await Engine.RemoveImageAsync($"{repository}:g5", None);
        (await Engine.FindImageAsync($"{repository}:g5", None)).ShouldBeNull();
        (await Engine.FindImageAsync(id, None)).ShouldNotBeNull();
        (await Engine.TagImageAsync("nothing:1", repository, "g5", None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
    }

    private static readonly Probe Http = new(
        ProbeKind.Http, 80, "/", null, ["true"], TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5), 3, TimeSpan.Zero, Synthesised: false);

    private async Task<List<LogLine>> LinesAsync(int tail)
    {
        var lines = new List<LogLine>();
        await foreach (var line in Engine.LogsAsync(Name("web"), tail, false, None))
        {
            lines.Add(line);
        }
        return lines;
    }
}
