using Loam.System.Harness;

namespace Loam.System;

/// <summary>All six files at once, on a machine of its own: from nothing to healthy, on to another
/// state, back to the first and forward again.</summary>
[NeedsPeople]
public sealed class WholeMachine(PeopledMachine machine)
    : IClassFixture<PeopledMachine>, IAsyncLifetime
{
    private static readonly string[] s_confirm =
    [
        "--yes", "--confirm", "manifest.yaml", "--confirm", "network.yaml",
        "--confirm", "security.yaml",
    ];

    private Instance Loam => machine.Loam;

    public Task InitializeAsync() => ResetAsync();

    public Task DisposeAsync() => ResetAsync();

    [NeedingFact]
    public async Task Six_files_make_a_machine_and_lead_back()
    {
        var key = await machine.MakeKeyAsync("carla-key");
        var told = new Transcript("six-files", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        (await Shell.RunAsync("sh", "-c", $"printf hello-there | {Instance.Binary} --home "
            + $"{Loam.Home} secret set GREETING --yes")).ShouldEnd(0);
        WriteFirst(key);
        (await told.RunAsync(["apply", .. s_confirm])).ShouldEnd(0);
        var first = await Facts.GenerationAsync(Loam);
        await CheckFirstAsync();
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("healthy");
        (await told.RunAsync("run-job", "note")).ShouldEnd(0).ShouldSay("hello-there");
        (await told.RunAsync("backup")).ShouldEnd(0);

        WriteSecond();
        (await told.RunAsync(["apply", .. s_confirm])).ShouldEnd(0);
        var second = await Facts.GenerationAsync(Loam);
        await CheckSecondAsync();

        told.Add(["revert", "N", .. s_confirm],
            (await Loam.RunAsync(["revert", $"{first}", .. s_confirm])).ShouldEnd(0));
        await CheckFirstAsync();
        (await Loam.RunAsync(["revert", $"{second}", .. s_confirm])).ShouldEnd(0);
        await CheckSecondAsync();
        (await Loam.RunAsync("heal", "--yes")).ShouldEnd(0).ShouldSay("Nothing to do");
        (await Loam.RunAsync("audit", "verify")).ShouldEnd(0);
        told.Check();
    }

    private async Task ResetAsync()
    {
        if (new NeedsPeopleAttribute().Missing() is null)
        {
            await Loam.ResetAsync();
        }
    }

    private void WriteFirst(string key)
    {
        Loam.WriteManifest($"backup: {{destination: {Loam.Home}/copies}}");
        Loam.WriteServices("""
            networks: [{name: front}]
            services:
              - name: web
                image: nginx:1.27-alpine
                ports: [{container: 80, host: 8080}]
                networks: [front]
                environment: {GREETING: "${secrets.GREETING}"}
                volumes: [{source: site, target: /usr/share/nginx/html}]
                healthcheck: {tcp: {port: 80}, interval: 1s, retries: 5}
            """);
        Loam.Write("storage.yaml", "StorageConfig",
            "volumes: [{name: site, backup: {schedule: \"0 3 * * *\"}}]");
        Loam.Write("network.yaml", "NetworkConfig", $"""
            firewall:
              enabled: true
              default_input_policy: drop
              rules:
                - {"{"}name: back, state: "established,related", action: accept{"}"}
                - {"{"}name: here, interface: lo, action: accept{"}"}
                - {"{"}name: ssh, protocol: tcp, port: 22, source: 10.0.0.0/8, action: accept{"}"}
                - {"{"}name: web, protocol: tcp, port: 8080, action: accept{"}"}
            """);
        var security = Loam.StateFiles()["security.yaml"];
        File.WriteAllText(Path.Combine(Loam.Paths.StateDir, "security.yaml"),
            security.TrimEnd() + $"""

              users:
                - name: carla
                  uid: 2001
                  ssh_keys: ["{key}"]
              certificates:
                - {"{"}name: shop, provider: self-signed, domains: [shop.example.com]{"}"}

            """);
        Loam.Write("scheduled.yaml", "ScheduledTasks", """
            jobs:
              - name: note
                schedule: "0 4 * * *"
                container: web
                command: [sh, -c, "echo $GREETING"]
            """);
    }

    /// <summary>Another version, a port fewer, nobody named carla.</summary>
    private void WriteSecond()
    {
        var state = Loam.StateFiles();
        void Change(string file, string from, string to)
        {
            state[file].ShouldContain(from);
            File.WriteAllText(Path.Combine(Loam.Paths.StateDir, file),
                state[file].Replace(from, to));
        }
        Change("services.yaml", "interval: 1s", "interval: 2s");
        Change("network.yaml", "port: 8080, action: accept",
            "port: 8080, source: 10.0.0.0/8, action: accept");
        Change("security.yaml", "- name: carla", "- name: dora");
        state = Loam.StateFiles();
        Change("security.yaml", "uid: 2001", "uid: 2002");
        Change("scheduled.yaml", "0 4 * * *", "0 5 * * *");
    }

    private async Task CheckFirstAsync()
    {
        (await machine.ReachesAsync(RemoteMachine.Office, 8080)).ShouldBeTrue();
        (await machine.ReachesAsync(RemoteMachine.Elsewhere, 8080)).ShouldBeTrue();
        (await machine.ReachesAsync(RemoteMachine.Elsewhere, 22)).ShouldBeFalse();
        (await AsAsync("carla")).ShouldEnd(0).ShouldSay("carla");
        (await AsAsync("dora")).Exit.ShouldBe(255);
        (await Loam.RunAsync("jobs")).ShouldSay("4:00");
        (await Loam.RunAsync("check", "certs")).ShouldEnd(0);
    }

    private async Task CheckSecondAsync()
    {
        (await machine.ReachesAsync(RemoteMachine.Office, 8080)).ShouldBeTrue();
        (await machine.ReachesAsync(RemoteMachine.Elsewhere, 8080)).ShouldBeFalse();
        (await AsAsync("carla")).Exit.ShouldBe(255);
        (await AsAsync("dora")).ShouldEnd(0).ShouldSay("dora");
        (await Loam.RunAsync("jobs")).ShouldSay("5:00");
    }

    private async Task<Ended> AsAsync(string user)
    {
        using var running = machine.BeginAs(user, "carla-key", "id", "-un");
        return await running.EndAsync();
    }
}
