using Loam.System.Harness;

namespace Loam.System;

/// <summary>Users over real SSH: who is declared gets in by key, who is declared no more does not,
/// and nobody saws off the branch they sit on.</summary>
[NeedsPeople]
public sealed class People(PeopledMachine machine)
    : IClassFixture<PeopledMachine>, IAsyncLifetime
{
    private static readonly string[] s_apply = ["apply", "--yes", "--confirm", "security.yaml"];

    private Instance Loam => machine.Loam;

    public async Task InitializeAsync()
    {
        if (new NeedsPeopleAttribute().Missing() is null)
        {
            Loam.Write("security.yaml", "SecurityConfig", "users: []");
            (await Loam.RunAsync(s_apply)).ShouldEnd(0);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [NeedingFact]
    public async Task Who_is_declared_gets_in_and_who_is_no_more_does_not()
    {
        var told = new Transcript("users", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        var key = await machine.MakeKeyAsync("anna-key");
        Declare($"""
            users:
              - name: anna
                groups: [sudo]
                ssh_keys: ["{key}"]
            """);
        (await told.RunAsync(s_apply)).ShouldEnd(0);

        (await AsAsync("anna", "anna-key", "id", "-un")).ShouldEnd(0).ShouldSay("anna");
        (await AsAsync("anna", "anna-key", "sudo", "-n", "id", "-un")).ShouldEnd(0)
            .ShouldSay("root");
        (await told.RunAsync("users", "anna")).ShouldEnd(0);
        await File.WriteAllTextAsync(machine.FileOf("home/anna/letter"), "dear");

        Declare("users: []");
        (await told.RunAsync(s_apply)).ShouldEnd(0);
        (await AsAsync("anna", "anna-key", "id", "-un")).Exit.ShouldBe(255);
        File.ReadAllText(machine.FileOf("home/anna/letter")).ShouldBe("dear");

        told.Note("somebody unlocks her by hand");
        (await machine.RunHereAsync("usermod", "-e", "", "anna")).ShouldEnd(0);
        (await told.RunAsync("status")).ShouldSay("lock user anna and keep its files");
        (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
        (await told.RunAsync("users")).ShouldEnd(0).ShouldSay("locked");
        told.Check();
    }

    [NeedingFact]
    public async Task The_last_way_in_stays_and_the_approvers_own_is_on_trial()
    {
        var key = await machine.MakeKeyAsync("bert-key");
        Declare($"""
            users:
              - name: bert
                groups: [sudo]
                ssh_keys: ["{key}"]
            """);
        (await Loam.RunAsync(s_apply)).ShouldEnd(0);
        var loam = (string[])["sudo", "-n", Instance.Binary, "--home", Loam.Home];

        Declare("users: []");
        (await AsAsync("bert", "bert-key", [.. loam, .. s_apply])).ShouldEnd(1)
            .ShouldSay("You are connected as bert", "Nobody confirmed the change");
        (await AsAsync("bert", "bert-key", "sudo", "-n", "id", "-un")).ShouldEnd(0);

        var root = machine.FileOf("root/.ssh/authorized_keys");
        var kept = await File.ReadAllTextAsync(root);
        File.Delete(root);
        try
        {
            (await AsAsync("bert", "bert-key", [.. loam, .. s_apply])).ShouldEnd(2)
                .ShouldSay("bert would be the last");
        }
        finally
        {
            await File.WriteAllTextAsync(root, kept);
        }
    }

    [NeedingFact]
    public async Task A_certificate_is_signed_here_trusted_by_the_root_and_mended()
    {
        var told = new Transcript("certificates", Loam.RunAsync, Loam.Home, "REGISTRY", 18080);
        Declare("""
            users: []
            certificates:
              - name: site
                provider: self-signed
                domains: [shop.example.com]
            """);
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await told.RunAsync("check", "certs")).ShouldEnd(0);
        var folder = Path.Combine(Loam.Paths.CertificateRoot, "site");
        var root = Path.Combine(Loam.Home, "root.pem");
        await File.WriteAllTextAsync(root, (await Loam.RunAsync("cert", "ca")).ShouldEnd(0).Output);
        (await Shell.RunAsync("openssl", "verify", "-verify_hostname", "shop.example.com",
            "-CAfile", root, Path.Combine(folder, "cert.pem"))).ShouldEnd(0);

        told.Note("somebody spoils the key");
        await File.WriteAllTextAsync(Path.Combine(folder, "v1", "key.pem"), "nothing");
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("alert");
        (await told.RunAsync("check", "certs")).ShouldEnd(1);
        (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
        (await told.RunAsync("certs", "site")).ShouldEnd(0);

        Declare("certificates: []\nusers: []");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        File.Exists(Path.Combine(folder, "v2", "key.pem")).ShouldBeTrue();
        told.Check();
    }

    private void Declare(string spec) => Loam.Write("security.yaml", "SecurityConfig", spec);

    private async Task<Ended> AsAsync(string user, string key, params string[] command)
    {
        using var running = machine.BeginAs(user, key, command);
        return await running.EndAsync();
    }
}
