using System.Diagnostics;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Certificates;

namespace Loam.Tests.Conformance;

/// <summary>ACME against Pebble on loopback, with its own name server: it proves as the real ones
/// do, and refuses a nonce now and then.</summary>
[NeedsPebble]
public sealed class AcmeTests : IAsyncLifetime
{
    private const int Web = 15002, Directory = 14900, Management = 15900, Names = 18853,
        NamesControl = 18855;

    private readonly string _root = Path.Combine(
        Path.GetTempPath(), $"loam-acme-{Guid.NewGuid():N}");
    private readonly List<Process> _servers = [];
    private OwnAuthority? _authority;

    public async Task InitializeAsync()
    {
        if (new NeedsPebbleAttribute().Missing() is not null)
        {
            return;
        }
        System.IO.Directory.CreateDirectory(_root);
        _authority = new(Path.Combine(_root, "authority"), "tester", TimeProvider.System);
        var tls = await _authority.IssueAsync(Order("localhost"), _ => { }, default);
        await File.WriteAllTextAsync(At("pebble.pem"), tls.Chain);
        await File.WriteAllTextAsync(At("pebble-key.pem"), tls.Key);
        await File.WriteAllTextAsync(At("pebble.json"), $$"""
            { "pebble": { "listenAddress": "127.0.0.1:{{Directory}}",
            "managementListenAddress": "127.0.0.1:{{Management}}",
            "certificate": "{{At("pebble.pem")}}", "privateKey": "{{At("pebble-key.pem")}}",
            "httpPort": {{Web}}, "tlsPort": 15001 } }
            """);
        Serve("pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
            "-dns01", $"127.0.0.1:{Names}", "-management", $"127.0.0.1:{NamesControl}",
            "-http01", "", "-https01", "", "-tlsalpn01", "");
        Serve("pebble", "-config", At("pebble.json"), "-dnsserver", $"127.0.0.1:{Names}");
        using var http = Http();
        for (var tries = 0; ; tries++)
        {
            try
            {
                await http.GetAsync($"https://localhost:{Directory}/dir");
                return;
            }
            catch (HttpRequestException) when (tries < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    public Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            server.Dispose();
        }
        if (System.IO.Directory.Exists(_root))
        {
            System.IO.Directory.Delete(_root, recursive: true);
        }
        return Task.CompletedTask;
    }

    [NeedingFact]
    public async Task A_certificate_is_issued_by_an_answer_over_http()
    {
        var issued = await Issuer().IssueAsync(
            Order("shop.example.com", "www.example.com"), _ => { }, default);

        using var leaf = X509Certificate2.CreateFromPem(issued.Chain, issued.Key);
        leaf.MatchesHostname("www.example.com").ShouldBeTrue();
        leaf.Issuer.ShouldContain("Pebble");
        // The account is found again.
        await Issuer().IssueAsync(Order("shop.example.com"), _ => { }, default);
    }

    [NeedingFact]
    public async Task A_wildcard_is_issued_by_a_record()
    {
        var hook = At("hook");
        await File.WriteAllTextAsync(hook, $$"""
            #!/bin/sh
            echo "$1 $2 $3" >> {{_root}}/said
            case $1 in
            set) what=set-txt body="{\"host\": \"$2.\", \"value\": \"$3\"}" ;;
            clear) what=clear-txt body="{\"host\": \"$2.\"}" ;;
            esac
            exec curl -sf -d "$body" http://127.0.0.1:{{NamesControl}}/$what
            """);
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var order = Order("*.example.org");

        var issued = await Issuer().IssueAsync(order with
        {
            Acme = order.Acme! with { ByDns = true, Hook = [hook] },
        }, _ => { }, default);

        using var leaf = X509Certificate2.CreateFromPem(issued.Chain, issued.Key);
        leaf.MatchesHostname("a.example.org").ShouldBeTrue();
        var said = await File.ReadAllLinesAsync(At("said"));
        said[0].ShouldStartWith("set _acme-challenge.example.org ");
        said[^1].ShouldStartWith("clear _acme-challenge.example.org ");
    }

    [NeedingFact]
    public async Task One_that_is_about_to_end_is_issued_anew_and_takes_its_place()
    {
        var reading = StateReader.Read(StateSet.Empty.With("security.yaml", $$"""
            apiVersion: loam/v1
            kind: SecurityConfig
            spec:
              certificates:
                - {name: site, domains: [shop.example.com], provider: acme,
                   directory: "https://localhost:{{Directory}}/dir", email: ada@example.com}
            """));
        var state = reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
        var context = new PlanningContext("11111111-2222-3333-4444-555555555555", At("volumes"))
        {
            CertificateRoot = At("certificates"), Heal = true,
        };
        var driver = new CertificateDriver(
            new CertificateFolders(At("index.json"), TimeProvider.System),
            new Dictionary<CertificateProvider, ICertificateIssuer>
            {
                [CertificateProvider.Acme] = Issuer(),
            });
        async Task<ObservedCertificate> HealAsync(DateTimeOffset now)
        {
            var seen = await driver.ObserveAsync(new() { ObservedAt = now }, default);
            foreach (var action in Planner.Plan(state, state, seen, context).Steps
                .SelectMany(s => s.Actions))
            {
                await driver.ApplyAsync(action, (_, _, _) => { }, default);
            }
            return (await driver.ObserveAsync(seen, default)).Certificates.ShouldHaveSingleItem();
        }

        var first = await HealAsync(DateTimeOffset.UtcNow);
        (await HealAsync(first.Until.AddDays(-31))).Serial.ShouldBe(first.Serial);
        var second = await HealAsync(first.Until.AddDays(-29));
        second.Serial.ShouldNotBe(first.Serial);
        (second.Order.Version, second.Fault).ShouldBe((2, null));
        using var leaf = X509Certificate2.CreateFromPem(
            File.ReadAllText(At("certificates/site/cert.pem")),
            File.ReadAllText(At("certificates/site/key.pem")));
        leaf.SerialNumber.ShouldBe(second.Serial);
    }

    [NeedingFact]
    public async Task Who_does_not_answer_is_refused_with_the_reason()
    {
        var issuer = new AcmeIssuer(At("account"), Http(), new HttpAnswer(Web + 1),
            o => new HookAnswer(o), TimeProvider.System);
        var fault = await Should.ThrowAsync<HostException>(
            () => issuer.IssueAsync(Order("shop.example.com"), _ => { }, default));
        fault.Fault.ShouldBe(Fault.Denied);
        fault.Message.ShouldContain("was not issued");
    }

    [NeedingFact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var other = await new HttpAnswer(Web).GiveAsync("a", "b", default);
        var fault = await Should.ThrowAsync<HostException>(
            () => Issuer().IssueAsync(Order("shop.example.com"), _ => { }, default));
        fault.Fault.ShouldBe(Fault.Conflict);
        fault.Message.ShouldContain($"over port {Web}");
    }

    private AcmeIssuer Issuer() => new(At("account"), Http(), new HttpAnswer(Web),
        o => new HookAnswer(o), TimeProvider.System);

    private CertificateOrder Order(params string[] domains) => new(
        "site", [.. domains], CertificateProvider.Acme, At("site"), 1)
    {
        Acme = new($"https://localhost:{Directory}/dir", "ada@example.com", false, []),
    };

    /// <summary>Trusts the test's own authority and nothing else.</summary>
    private HttpClient Http()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(_authority!.Root!));
        return new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        });
    }

    private string At(string name) => Path.Combine(_root, name);

    private void Serve(string program, params string[] arguments)
    {
        var server = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["PEBBLE_VA_NOSLEEP"] = "1" },
        })!;
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        server.ErrorDataReceived += (_, _) => { };
        server.BeginErrorReadLine();
        _servers.Add(server);
    }
}

/// <summary>Needs Pebble, and curl for its name server.</summary>
public sealed class NeedsPebbleAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("pebble", "pebble-challtestsrv", "curl");
}
