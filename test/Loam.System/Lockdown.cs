using Loam.System.Harness;

namespace Loam.System;

/// <summary>Story 4, over real SSH: the firewall is declared, tried and confirmed, or goes back by
/// itself.</summary>
[NeedsRemote, Collection("remote")]
public sealed class Lockdown(RemoteMachine machine) : IAsyncLifetime
{
    private const string Office = RemoteMachine.Office, Elsewhere = RemoteMachine.Elsewhere;

    private static readonly string[] s_lock =
    [
        "--yes", "--confirm", "network.yaml",
        "Lock down the system, only allow SSH from 10.0.0.0/8",
    ];

    private Instance Loam => machine.Loam;

    /// <summary>Nothing is declared, whatever was before.</summary>
    public async Task InitializeAsync()
    {
        if (new NeedsRemoteAttribute().Missing() is null)
        {
            if (!Loam.IsRunning)
            {
                await Loam.StartAsync();
            }
            Loam.Write("network.yaml", "NetworkConfig", "dns: {}");
            (await Loam.RunAsync("apply", "--yes", "--confirm", "network.yaml")).ShouldEnd(0);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [NeedingFact]
    public async Task Only_the_office_gets_in_once_it_is_confirmed_over_a_new_connection()
    {
        var told = new Transcript("04-lock-down", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        using var first = machine.BeginKept(Office, s_lock);
        await Wait.ForAsync("the trial", () => first.HasEnded || first.Output.Contains("On trial"));
        (await machine.ReachesAsync(Elsewhere, 22)).ShouldBeFalse();
        var old = await machine.AgainAsync("confirm");
        old.ShouldSay("was there before the change");
        var confirmed = (await machine.RunAsync(Office, "confirm")).ShouldEnd(0);
        var ended = (await first.EndAsync()).ShouldEnd(0);
        told.Add(s_lock, ended);
        told.Add(["confirm"], old);
        told.Note("over a new connection");
        told.Add(["confirm"], confirmed);

        (await machine.ReachesAsync(Office, 22)).ShouldBeTrue();
        (await machine.ReachesAsync(Elsewhere, 22)).ShouldBeFalse();
        (await machine.ReachesAsync(Office, 80)).ShouldBeFalse();
        string[] explain = ["firewall", "explain", Elsewhere, "22"];
        told.Add(explain, (await machine.RunAsync(Office, explain)).ShouldEnd(0));

        string[] web =
            ["--yes", "--confirm", "network.yaml", "Also allow web traffic from anywhere"];
        using var second = machine.Begin(Office, web);
        await Wait.ForAsync("the trial",
            () => second.HasEnded || second.Output.Contains("On trial"));
        (await machine.RunAsync(Office, "confirm")).ShouldEnd(0);
        told.Add(web, (await second.EndAsync()).ShouldEnd(0));
        (await machine.ReachesAsync(Elsewhere, 80)).ShouldBeTrue();
        (await machine.ReachesAsync(Elsewhere, 22)).ShouldBeFalse();
        told.Add(["firewall"], (await machine.RunAsync(Office, "firewall")).ShouldEnd(0));
        told.Check();
    }

    [NeedingFact]
    public async Task A_key_that_opens_loam_alone_is_a_conversation()
    {
        await machine.LetInForAsync("forced", $"{Instance.Binary} --home {Loam.Home}");
        async Task<Ended> SayAsync(string line)
        {
            using var said = machine.BeginSaying("forced", line);
            return await said.EndAsync();
        }
        (await SayAsync("status")).ShouldEnd(0).ShouldSay("generation");
        (await SayAsync("loam history -n 1")).ShouldEnd(0);
        (await SayAsync("which services are there?")).ShouldEnd(0).ShouldSay("Nothing is declared");
        (await SayAsync("restart nothing-of-the-kind")).Exit.ShouldNotBe(0);
        (await SayAsync("-o json which services are there?")).ShouldEnd(0).ShouldSay("\"outcome\"");
        // Neither a shell nor the insides of Loam.
        foreach (var line in (string[])["cat /etc/shadow", "--home / status", "daemon",
            "confine --user 0 -- /bin/sh", "mind --serve x", "sh -c id", "$(id)"])
        {
            var tried = await SayAsync(line);
            tried.Output.ShouldNotContain("root:");
            tried.Output.ShouldNotContain("uid=0");
        }
    }

    [NeedingFact]
    public async Task What_nobody_confirms_goes_back()
    {
        var ended = (await machine.RunAsync(Office, s_lock)).ShouldEnd(1);

        ended.ShouldSay("On trial", "Nobody confirmed the change over a new connection in time");
        (await machine.RulesAsync()).ShouldBeEmpty();
        (await machine.ReachesAsync(Elsewhere, 22)).ShouldBeTrue();
        (await Loam.RunAsync("confirm")).ShouldEnd(2).ShouldSay("No change waits");
    }

    [NeedingFact]
    public async Task It_goes_back_although_the_daemon_was_killed_and_stays_away()
    {
        using var first = machine.Begin(Office, s_lock);
        await Wait.ForAsync("the trial", () => first.HasEnded || first.Output.Contains("On trial"));
        await Loam.KillAsync();
        (await machine.RulesAsync()).ShouldNotBeEmpty();

        await Wait.ForAsync("the former rules", async () =>
            (await machine.RulesAsync()).Length == 0);

        (await machine.ReachesAsync(Elsewhere, 22)).ShouldBeTrue();
        await Loam.StartAsync();
        (await Loam.RunAsync("status")).ShouldEnd(0).ShouldSay("was taken back");
        (await machine.RulesAsync()).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Who_sits_at_the_machine_itself_is_not_tried()
    {
        (await Loam.RunAsync(s_lock)).ShouldEnd(0);
        (await machine.RulesAsync()).ShouldContain("comment \"ssh\"");

        await Loam.KillAsync();
        await Shell.RunAsync("nsenter", machine.Inside, "nft", "delete", "table", "inet", "loam");
        await Loam.StartAsync();

        await Wait.ForAsync("the firewall to be up after a reboot", async () =>
            (await machine.RulesAsync()).Contains("comment \"ssh\""));
    }
}
