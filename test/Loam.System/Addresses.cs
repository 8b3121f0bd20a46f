using Loam.System.Harness;

namespace Loam.System;

/// <summary>The machine's own name, zone and address over real SSH: a change of the address over
/// which somebody came in is tried and confirmed at the new one, or goes back.</summary>
[NeedsNetworked, Collection("networked")]
public sealed class Addresses(NetworkedMachine machine) : IAsyncLifetime
{
    private const string Office = RemoteMachine.Office, Old = RemoteMachine.Address;
    private const string New = "10.0.0.7", Lent = "10.0.2.7";

    private static readonly string[] s_apply = ["apply", "--yes", "--confirm", "network.yaml"];

    private Instance Loam => machine.Loam;

    public async Task InitializeAsync()
    {
        if (new NeedsNetworkedAttribute().Missing() is not null)
        {
            return;
        }
        if (!Loam.IsRunning)
        {
            await Loam.StartAsync();
        }
        machine.At = Old;
        Name("debian", "Etc/UTC");
        Declare(Old);
        (await Loam.RunAsync(s_apply)).ShouldEnd(0);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [NeedingFact]
    public async Task Another_address_is_confirmed_by_coming_in_at_it()
    {
        var told = new Transcript("address", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        Declare(New);
        told.Add(["diff"], (await machine.RunAsync(Office, "diff")).ShouldEnd(0));
        using var first = machine.Begin(Office, s_apply);
        machine.At = New;
        await Wait.ForAsync("the trial at the new address", async () =>
            (await machine.ReachesAsync(Office, 22))
            && (await Loam.RunAsync("status")).Output.Contains("is on trial"));
        told.Note("at the new address");
        told.Add(["confirm"], (await machine.RunAsync(Office, "confirm")).ShouldEnd(0));

        await Wait.ForAsync("the change", async () =>
            !(await Loam.RunAsync("status")).Output.Contains("is on trial"));
        (await machine.AddressesAsync()).ShouldContain($"inet {New}/8");
        (await machine.AddressesAsync()).ShouldNotContain($"inet {Old}/8");
        told.Add(["diff"], (await machine.RunAsync(Office, "diff")).ShouldEnd(0));
        told.Check();
    }

    [NeedingFact]
    public async Task It_goes_back_although_the_daemon_was_killed_and_stays_away()
    {
        Declare(New);
        using var first = machine.Begin(Office, s_apply);
        await Wait.ForAsync("the trial", async () =>
            (await machine.AddressesAsync()).Contains($"inet {New}/8")
            && (await Loam.RunAsync("status")).Output.Contains("is on trial"));
        await Loam.KillAsync();

        await Wait.ForAsync("the former address", async () =>
            (await machine.AddressesAsync()).Contains($"inet {Old}/8"));

        (await machine.AddressesAsync()).ShouldNotContain($"inet {New}/8");
        (await machine.ReachesAsync(Office, 22)).ShouldBeTrue();
        await Loam.StartAsync();
        (await Loam.RunAsync("status")).ShouldEnd(0).ShouldSay("was taken back");
        (await machine.AddressesAsync()).ShouldContain($"inet {Old}/8");
    }

    [NeedingFact]
    public async Task By_DHCP_it_gets_an_address_and_keeps_it_without_a_daemon()
    {
        var told = new Transcript("dhcp", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        told.Note("there is no DHCP server");
        DeclareDhcp();
        (await told.RunAsync(s_apply)).ShouldEnd(1).ShouldSay("No DHCP server lends eth0");
        (await machine.AddressesAsync()).ShouldContain($"inet {Old}/8");

        told.Note("now there is one");
        using var server = machine.ServeAddress(Lent);
        (await told.RunAsync(s_apply)).ShouldEnd(0);
        (await machine.AddressesAsync()).ShouldContain($"inet {Lent}/8");
        (await machine.AddressesAsync()).ShouldNotContain($"inet {Old}/8");
        machine.At = Lent;
        (await machine.ReachesAsync(Office, 22)).ShouldBeTrue();
        await Wait.ForAsync("the name server", () => Task.FromResult(
            machine.ReadFile("resolv.conf").Contains($"search home.arpa\nnameserver {Office}")));
        (await told.RunAsync("diff")).ShouldEnd(0);

        told.Note("the daemon is killed, and begins anew");
        await Loam.KillAsync();
        (await machine.AddressesAsync()).ShouldContain($"inet {Lent}/8");
        await Loam.StartAsync();
        (await machine.AddressesAsync()).ShouldContain($"inet {Lent}/8");
        (await told.RunAsync("diff")).ShouldEnd(0);

        told.Note("somebody takes the address away");
        (await machine.RunHereAsync("nsenter", machine.Inside, "ip", "addr", "flush", "dev",
            "eth0")).ShouldEnd(0);
        await Wait.ForAsync("the address", async () =>
            (await machine.AddressesAsync()).Contains($"inet {Lent}/8"));

        told.Note("back to an address of its own");
        Declare(Old);
        (await told.RunAsync(s_apply)).ShouldEnd(0);
        (await machine.AddressesAsync()).ShouldContain($"inet {Old}/8");
        (await machine.AddressesAsync()).ShouldNotContain($"inet {Lent}/8");
        await Wait.ForAsync("the name server of before", () => Task.FromResult(
            machine.ReadFile("resolv.conf") == "nameserver 10.255.255.1\n"));
        told.Check();
    }

    [NeedingFact]
    public async Task From_DHCP_on_trial_it_goes_back_to_what_was_lent_without_a_daemon()
    {
        using var server = machine.ServeAddress(Lent);
        DeclareDhcp();
        (await Loam.RunAsync(s_apply)).ShouldEnd(0);
        machine.At = Lent;
        Declare(New);
        using var first = machine.Begin(Office, s_apply);
        await Wait.ForAsync("the trial", async () =>
            (await machine.AddressesAsync()).Contains($"inet {New}/8")
            && (await Loam.RunAsync("status")).Output.Contains("is on trial"));
        await Loam.KillAsync();

        await Wait.ForAsync("what was lent", async () =>
            (await machine.AddressesAsync()).Contains($"inet {Lent}/8"));

        (await machine.AddressesAsync()).ShouldNotContain($"inet {New}/8");
        (await machine.ReachesAsync(Office, 22)).ShouldBeTrue();
        await Loam.StartAsync();
        (await machine.AddressesAsync()).ShouldContain($"inet {Lent}/8");
    }

    [NeedingFact]
    public async Task What_is_there_already_is_taken_over_as_it_is()
    {
        var told = new Transcript("adopt", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        Loam.Write("network.yaml", "NetworkConfig", "interfaces: []");
        (await Loam.RunAsync(s_apply)).ShouldEnd(0);
        (await machine.RunHereAsync("nsenter", machine.Inside, "ip", "addr", "add", $"{Old}/8",
            "dev", "eth0")).ShouldEnd(0);
        (await told.RunAsync("adopt", "eth0", "--yes", "--confirm", "network.yaml")).ShouldEnd(0);
        Loam.Read("network.yaml").ShouldContain($"address: {Old}/8");
        (await machine.AddressesAsync()).ShouldContain($"inet {Old}/8");
        (await told.RunAsync("adopt", "eth0", "--yes")).ShouldEnd(3);

        told.Note("a disk that somebody mounted, as /etc/fstab says");
        (await machine.RunHereAsync("mount", "-t", "tmpfs", "none", "/srv")).ShouldEnd(0);
        (await machine.RunHereAsync("mkdir", "/srv/media")).ShouldEnd(0);
        machine.WriteFile("fstab", "films /srv/media tmpfs size=8m,mode=750,nofail 0 0\n");
        (await machine.RunHereAsync("mount", "/srv/media")).ShouldEnd(0);
        (await machine.RunHereAsync("touch", "/srv/media/film")).ShouldEnd(0);
        (await told.RunAsync("adopt", "/srv/media", "--yes")).ShouldEnd(0);
        (await machine.RunHereAsync("ls", "/srv/media")).Output.Trim().ShouldBe("film");
        Loam.Read("storage.yaml").ShouldContain("target: /srv/media");
        (await told.RunAsync("adopt", "/srv", "--yes")).ShouldEnd(0);
        (await told.RunAsync("adopt", "/srv/nothing", "--yes")).ShouldEnd(2);

        told.Note("somebody unmounts it");
        (await machine.RunHereAsync("umount", "/srv/media")).ShouldEnd(0);
        (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
        (await machine.RunHereAsync("findmnt", "-n", "-o", "SOURCE,FSTYPE", "/srv/media")).Output
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["films", "tmpfs"]);
        told.Check();
        await machine.RunHereAsync("umount", "/srv/media");
        await machine.RunHereAsync("umount", "/srv");
        Loam.Write("storage.yaml", "StorageConfig", "mounts: []");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
    }

    [NeedingFact]
    public async Task What_leads_nowhere_goes_back_and_an_interface_that_is_not_there_is_named()
    {
        Declare(New, "203.0.113.77");
        (await Loam.RunAsync(s_apply)).ShouldEnd(1).ShouldSay("203.0.113.77");
        (await machine.AddressesAsync()).ShouldContain($"inet {Old}/8");
        (await machine.AddressesAsync()).ShouldNotContain($"inet {New}/8");

        Loam.Write("network.yaml", "NetworkConfig",
            "interfaces: [{name: eht0, type: static, address: 10.0.0.7/8}]");
        (await Loam.RunAsync(s_apply)).ShouldEnd(2).ShouldSay("has no interface eht0", "eth0");
    }

    [NeedingFact]
    public async Task A_name_and_a_zone_are_given_mended_and_taken_back()
    {
        var told = new Transcript("identity", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        Name("attic", "Europe/Berln");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(2);
        Name("attic", "Europe/Berlin");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await machine.RunHereAsync("hostname")).Output.Trim().ShouldBe("attic");
        machine.ReadFile("hosts").ShouldBe("127.0.0.1 localhost\n127.0.1.1 attic # loam\n");
        machine.LinkOf("localtime").ShouldBe("/usr/share/zoneinfo/Europe/Berlin");
        (await Loam.RunAsync("status")).ShouldSay("attic");

        told.Note("somebody gives it another name by hand");
        (await machine.RunHereAsync("hostname", "cellar")).ShouldEnd(0);
        (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
        (await machine.RunHereAsync("hostname")).Output.Trim().ShouldBe("attic");
        told.Check();
    }

    private void Name(string name, string zone) => Loam.Write("manifest.yaml", "SystemManifest",
        $"hostname: {name}\ntimezone: {zone}");

    private void DeclareDhcp() => Loam.Write("network.yaml", "NetworkConfig",
        "interfaces: [{name: eth0, type: dhcp}]");

    private void Declare(string address, string? gateway = null) => Loam.Write("network.yaml",
        "NetworkConfig", $"interfaces: [{{name: eth0, type: static, address: {address}/8"
            + (gateway is null ? "}]" : $", gateway: {gateway}}}]"));
}
