using Loam.System.Harness;

namespace Loam.System;

/// <summary>Who fails too often at sshd or at a service is shut out, and who came in is in the
/// record, by what real programs write to a real journal.</summary>
[NeedsPeople]
public sealed class Logins(PeopledMachine machine)
    : IClassFixture<PeopledMachine>, IAsyncLifetime
{
    private const string Attacker = RemoteMachine.Elsewhere, Office = RemoteMachine.Office;

    private static readonly string[] s_apply =
        ["apply", "--yes", "--confirm", "security.yaml", "--confirm", "network.yaml"];

    private Instance Loam => machine.Loam;

    public Task InitializeAsync() => ResetAsync();

    public Task DisposeAsync() => ResetAsync();

    [NeedingFact]
    public async Task Who_fails_too_often_is_shut_out_and_who_came_in_is_told()
    {
        var told = new Transcript("logins", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        var key = await machine.MakeKeyAsync("dave-key");
        await machine.MakeKeyAsync("wrong-key");
        WriteState(key);
        (await told.RunAsync(s_apply)).ShouldEnd(0);

        told.Note("from elsewhere somebody tries three times with a wrong key");
        for (var i = 0; i < 3; i++)
        {
            (await machine.ReachesAsync(Attacker, 22)).ShouldBeTrue();
            (await AsAsync(Attacker, "root", "wrong-key", "id")).ShouldEnd(255);
        }
        await ShutOutAsync(22);
        (await machine.ReachesAsync(Attacker, 80)).ShouldBeFalse();
        (await machine.ReachesAsync(Attacker, 8080)).ShouldBeFalse();
        (await machine.ReachesAsync(Office, 22)).ShouldBeTrue();
        (await told.RunAsync("bans")).ShouldEnd(0).ShouldSay(Attacker, "3 failed logins at sshd");
        (await told.RunAsync("firewall", "explain", Attacker, "22")).ShouldEnd(0)
            .ShouldSay("is shut out");
        (await told.RunAsync("unban", Attacker)).ShouldEnd(0);
        (await machine.ReachesAsync(Attacker, 22)).ShouldBeTrue();

        told.Note("dave comes in, and becomes root");
        (await AsAsync(Office, "dave", "dave-key", "sudo", "-n", "id", "-un")).ShouldEnd(0)
            .ShouldSay("root");
        await Wait.ForAsync("the record", async () =>
            (await Loam.RunAsync("audit")).Output.Contains("ran /usr/bin/id"));
        (await Loam.RunAsync("audit")).ShouldEnd(0).ShouldSay("user.login", "user.sudo",
            $"came in from {Office} (publickey)", "ran /usr/bin/id as root",
            $"{Attacker} is shut out for 1 h", $"{Attacker} is let in again");
        (await Loam.RunAsync("audit", "verify")).ShouldEnd(0);

        told.Note("somebody fails three times at the shop, which a proxy tells from where");
        for (var i = 0; i < 3; i++)
        {
            (await machine.AskAsync(Office, 8080, "cgi-bin/login", Attacker)).ShouldBe("wrong");
        }
        await ShutOutAsync(8080);
        (await machine.ReachesAsync(Office, 8080)).ShouldBeTrue();
        (await told.RunAsync("bans")).ShouldEnd(0).ShouldSay("3 failed logins at shop");

        told.Note("by hand, and three times wrongly");
        (await told.RunAsync("ban", "198.51.100.7", "--for", "2h")).ShouldEnd(0);
        (await told.RunAsync("ban", "198.51.100.0/24")).ShouldEnd(2);
        (await told.RunAsync("ban", "127.0.0.1")).ShouldEnd(3);
        (await told.RunAsync("unban", "198.51.100.8")).ShouldEnd(2);

        Loam.Write("network.yaml", "NetworkConfig", "bans: []");
        (await told.RunAsync(s_apply)).ShouldEnd(0);
        await Wait.ForAsync("the attacker", () => machine.ReachesAsync(Attacker, 8080));
        (await told.RunAsync("bans")).ShouldEnd(0).ShouldSay("198.51.100.7");
        (await told.RunAsync("unban", "all")).ShouldEnd(0);
        told.Check();
    }

    private async Task ShutOutAsync(int port)
    {
        try
        {
            await Wait.ForAsync("the ban", async () => !await machine.ReachesAsync(Attacker, port));
        }
        catch (StoryException fault)
        {
            Assert.Fail($"{fault.Message}\n{(await Loam.RunAsync("status")).Output}\n"
                + (await machine.RunHereAsync("journalctl", "-t", "sshd", "--no-pager",
                    "-g", "preauth", "-o", "verbose")).Output);
        }
    }

    private async Task ResetAsync()
    {
        if (new NeedsPeopleAttribute().Missing() is null)
        {
            await Loam.RunAsync("unban", "all");
            await Loam.ResetAsync();
        }
    }

    private void WriteState(string key)
    {
        var folder = Path.Combine(Loam.Home, "shop");
        var login = Path.Combine(Directory.CreateDirectory(
            Path.Combine(folder, "cgi-bin")).FullName, "login");
        File.WriteAllText(login, """
            #!/bin/sh
            echo "login failed for anna from $HTTP_X_FORWARDED_FOR" >&2
            printf 'Content-Type: text/plain\r\n\r\nwrong'

            """);
        File.SetUnixFileMode(login, (UnixFileMode)0b111_101_101);
        Loam.WriteServices($$"""
            services:
              - name: shop
                image: busybox:1.36
                command: [httpd, -f, -p, "80", -h, /shop]
                ports: [{container: 80, host: 8080}]
                volumes: [{source: {{folder}}, target: /shop, readonly: true}]
                healthcheck: {tcp: {port: 80}, interval: 1s, retries: 5}
            """);
        Loam.Write("security.yaml", "SecurityConfig", $"""
            users:
              - name: dave
                uid: 2005
                groups: [sudo]
                ssh_keys: ["{key}"]
            """);
        Loam.Write("network.yaml", "NetworkConfig", """
            bans:
              - {service: sshd, max_failures: 3}
              - {service: shop, max_failures: 3, failure: "login failed for * from {address}"}
            """);
    }

    private async Task<Ended> AsAsync(
        string from, string user, string key, params string[] command)
    {
        using var running = machine.BeginAs(from, user, key, command);
        return await running.EndAsync();
    }
}
