using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Drivers.Certificates;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What the certificates' driver does with any place beneath it.</summary>
public abstract class CertificateConformance : IDisposable
{
    private readonly Lazy<CertificateDriver> _driver;

    protected CertificateConformance() => _driver = new(Make);

    protected string Root { get; } = Path.Combine(
        Path.GetTempPath(), $"loam-certificates-{Guid.NewGuid():N}");

    private protected abstract CertificateDriver Make();

    protected string Folder => Path.Combine(Root, "site");

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    [Fact]
    public async Task Nothing_is_seen_where_nothing_was_made() =>
        (await SeenAsync()).ShouldBeEmpty();

    [Fact]
    public async Task One_is_obtained_used_renewed_and_forgotten()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        (await SeenAsync()).ShouldBeEmpty();
        await DoAsync(ActionKind.UseCertificate, 1, 0, 1);
        var first = (await SeenAsync()).ShouldHaveSingleItem();
        (first.Order.Wish(), first.Order.Version).ShouldBe((Order(1).Wish(), 1));
        first.Fault.ShouldBeNull();
        (first.Until - first.From).TotalDays.ShouldBe(90, 0.1);

        await DoAsync(ActionKind.ObtainCertificate, 2, 1, 2);
        (await SeenAsync()).ShouldHaveSingleItem().Order.Version.ShouldBe(1);
        await DoAsync(ActionKind.UseCertificate, 2, 1, 2);
        (await SeenAsync()).ShouldHaveSingleItem().Order.Version.ShouldBe(2);

        await DoAsync(ActionKind.UseCertificate, 2, 2, 0);
        (await SeenAsync()).ShouldBeEmpty();
        await DoAsync(ActionKind.UseCertificate, 2, 0, 2);
        (await SeenAsync()).ShouldHaveSingleItem().Order.Version.ShouldBe(2);
    }

    [Fact]
    public async Task Taking_back_leaves_the_one_before()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        await DoAsync(ActionKind.UseCertificate, 1, 0, 1);
        for (var i = 0; i < 2; i++)
        {
            await DoAsync(ActionKind.ObtainCertificate, 2, 1, 2);
            await DoAsync(ActionKind.UseCertificate, 2, 1, 2);
            await DoAsync(ActionKind.UseCertificate, 2, 2, 1);
            await DoAsync(ActionKind.DiscardCertificate, 2, 2, 1);
        }

        (await SeenAsync()).ShouldHaveSingleItem().Order.Version.ShouldBe(1);
        Versions().ShouldBe(1);
        await DoAsync(ActionKind.UseCertificate, 1, 1, 0);
        await DoAsync(ActionKind.DiscardCertificate, 1, 1, 0);
        Versions().ShouldBe(0);
    }

    [Fact]
    public async Task The_one_in_use_is_not_thrown_away()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        await DoAsync(ActionKind.UseCertificate, 1, 0, 1);
        await DoAsync(ActionKind.DiscardCertificate, 1, 0, 1);

        (await SeenAsync()).ShouldHaveSingleItem().Fault.ShouldBeNull();
    }

    private protected abstract int Versions();

    private protected CertificateOrder Order(int version) => new(
        "site", ["shop.example.com", "*.shop.example.com"], CertificateProvider.Own, Folder,
        version);

    private protected Task DoAsync(ActionKind kind, int version, int before, int after) =>
        _driver.Value.ApplyAsync(new(kind, "site")
        {
            Certificate = new(Order(version), before, after),
        }, (_, _, _) => { }, default);

    private protected async Task<IReadOnlyList<ObservedCertificate>> SeenAsync() =>
        (await _driver.Value.ObserveAsync(new() { ObservedAt = default }, default)).Certificates;
}

/// <summary>The certificates of the simulation.</summary>
public sealed class SimulatedCertificateConformance : CertificateConformance
{
    private readonly SimulatedCertificates _host = new(TimeProvider.System);

    private protected override CertificateDriver Make() => new(_host,
        new Dictionary<CertificateProvider, ICertificateIssuer>
        {
            [CertificateProvider.Own] = _host,
        });

    private protected override int Versions() => _host.Count;
}

/// <summary>Directories, and this machine's own authority.</summary>
public sealed class RealCertificateConformance : CertificateConformance
{
    private OwnAuthority Authority =>
        new(Path.Combine(Root, "authority"), "tester", TimeProvider.System);

    private protected override CertificateDriver Make()
    {
        Directory.CreateDirectory(Root);
        return new(new CertificateFolders(Path.Combine(Root, "index.json"), TimeProvider.System),
            new Dictionary<CertificateProvider, ICertificateIssuer>
            {
                [CertificateProvider.Own] = Authority,
            });
    }

    private protected override int Versions() => !Directory.Exists(Folder) ? 0
        : Directory.GetDirectories(Folder).Count(d => new DirectoryInfo(d).LinkTarget is null);

    [Fact]
    public async Task OpenSSL_trusts_it_by_the_root_and_the_key_is_secret()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        await DoAsync(ActionKind.UseCertificate, 1, 0, 1);
        var root = Path.Combine(Root, "root.pem");
        await File.WriteAllTextAsync(root, Authority.Root);
        var (cert, key) = (Path.Combine(Folder, "cert.pem"), Path.Combine(Folder, "key.pem"));

        (await Processes.RunAsync("openssl", "verify", "-x509_strict", "-purpose", "sslserver",
            "-verify_hostname", "a.shop.example.com", "-CAfile", root, cert)).Output
            .ShouldContain("OK");
        (await Processes.RunAsync("openssl", "verify", "-purpose", "sslserver",
            "-verify_hostname", "other.example.com", "-CAfile", root, cert)).Exit.ShouldNotBe(0);
        (await Processes.RunAsync("stat", "-L", "-c", "%a", key, cert)).Output
            .ShouldBe("600\n644\n");
        (await Processes.RunAsync("stat", "-c", "%a", Path.Combine(Root, "authority"),
            Path.Combine(Root, "authority/root-key.pem"))).Output.ShouldBe("700\n600\n");
    }

    [Fact]
    public async Task The_root_stays_the_same()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        var root = Authority.Root.ShouldNotBeNull();
        await DoAsync(ActionKind.ObtainCertificate, 2, 1, 2);
        Authority.Root.ShouldBe(root);
    }

    [Fact]
    public async Task What_somebody_spoilt_is_noticed()
    {
        await DoAsync(ActionKind.ObtainCertificate, 1, 0, 1);
        await DoAsync(ActionKind.UseCertificate, 1, 0, 1);
        File.WriteAllText(Path.Combine(Folder, "v1/key.pem"), "nothing");
        (await SeenAsync()).ShouldHaveSingleItem().Fault.ShouldNotBeNull();

        await DoAsync(ActionKind.ObtainCertificate, 2, 1, 2);
        await DoAsync(ActionKind.UseCertificate, 2, 1, 2);
        (await SeenAsync()).ShouldHaveSingleItem().Fault.ShouldBeNull();
        File.Delete(Path.Combine(Folder, "current"));
        (await SeenAsync()).ShouldHaveSingleItem().Fault.ShouldNotBeNull();
    }

    [Fact]
    public async Task Declared_again_it_is_whole_whatever_lies_in_its_folder()
    {
        for (var version = 1; version <= 3; version++)
        {
            await DoAsync(ActionKind.ObtainCertificate, version, version - 1, version);
            await DoAsync(ActionKind.UseCertificate, version, version - 1, version);
            File.WriteAllText(Path.Combine(Folder, $"v{version}/key.pem"), "nothing");
        }
        await DoAsync(ActionKind.UseCertificate, 3, 3, 0);

        for (var version = 1; version <= 4; version++)
        {
            await DoAsync(ActionKind.ObtainCertificate, version, version - 1, version);
            await DoAsync(ActionKind.UseCertificate, version, version - 1, version);
            var seen = (await SeenAsync()).ShouldHaveSingleItem();
            seen.Fault.ShouldBeNull();
            seen.Order.Version.ShouldBe(version);
        }
        // Asked again, it is not issued again.
        var serial = (await SeenAsync())[0].Serial;
        await DoAsync(ActionKind.ObtainCertificate, 4, 3, 4);
        (await SeenAsync())[0].Serial.ShouldBe(serial);
    }
}
