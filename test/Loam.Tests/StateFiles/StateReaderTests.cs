using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

public sealed class StateReaderTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("home")]
    [InlineData("small")]
    public void Examples_are_read_without_errors(string name)
    {
        var reading = StateReader.Read(Examples.Read(name));
        reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        reading.State.ShouldNotBeNull();
    }

    [Fact]
    public void Nothing_at_all_is_a_state_that_manages_nothing()
    {
        var reading = StateReader.Read(StateSet.Empty);
        reading.Findings.ShouldBeEmpty();
        reading.State!.Resources.ShouldBeEmpty();
        reading.State.ManagesServices.ShouldBeFalse();
    }

    [Fact]
    public void A_service_is_typed_with_its_defaults()
    {
        var web = StateReader.Read(Examples.Read("shop")).State!.Services["web"];
        web.Image.Name.ShouldBe("docker.io/library/nginx:1.27");
        web.Ports.ShouldBe([new Port(80, 80, "tcp", "0.0.0.0"),
            new Port(443, 443, "tcp", "0.0.0.0")]);
        web.Limits.ShouldBe(new ResourceLimits(500, 128L << 20, null));
        web.Replicas.ShouldBe(1);
        web.Probe.Kind.ShouldBe(ProbeKind.Http);
        web.Probe.Path.ShouldBe("/health");
        web.Probe.Interval.ShouldBe(TimeSpan.FromSeconds(10));
        web.Probe.Timeout.ShouldBe(TimeSpan.FromSeconds(10));
        web.Probe.Synthesised.ShouldBeFalse();
        web.Volumes.ShouldBe([new VolumeUse("site", "/usr/share/nginx/html", true)]);
    }

    [Theory]
    [InlineData("ports: [{container: 53, protocol: udp}, {container: 80}, {container: 81}]", "TCP 80", true)]
    [InlineData("ports: [{container: 53, protocol: udp}]", "stays running for 2 s", true)]
    [InlineData("user: me", "stays running for 2 s", true)]
    [InlineData("healthcheck: {tcp: {port: 9}}", "TCP 9", false)]
    [InlineData("ports: [{container: 8}]\nhealthcheck: {http: {path: /up}}", "HTTP GET /up on 8", false)]
    [InlineData("healthcheck: {test: is it up}", "command /bin/sh -c is it up", false)]
    [InlineData("healthcheck: {test: [is, up]}", "command is up", false)]
    [InlineData("ports: [{container: 8}]\nhealthcheck: {interval: 5s}", "TCP 8", true)]
    public void A_probe_is_what_is_written_or_made_up(string fields, string probe, bool made)
    {
        var service = StateReader.Read(Examples.Service(fields)).State!.Services["web"];
        service.Probe.ToString().ShouldBe(probe);
        service.Probe.Synthesised.ShouldBe(made);
    }

    [Fact]
    public void Resources_depend_on_what_they_use()
    {
        var state = StateReader.Read(Examples.Read("shop")).State!;
        string Needs(string service) => string.Join(' ',
            state.Resources[new(ResourceKind.Service, service)].DependsOn);
        Needs("app").ShouldBe("secret/DB_PASSWORD network/back network/front service/cache service/db");
        Needs("db").ShouldBe("secret/DB_PASSWORD volume/db-data network/back");
        Needs("metrics").ShouldBe("network/front");
        var home = StateReader.Read(Examples.Read("home")).State!;
        home.Resources[new(ResourceKind.Service, "films")].DependsOn.ShouldBe(
        [
            new(ResourceKind.Volume, "films-config"), new(ResourceKind.Volume, "media"),
            new(ResourceKind.Service, "dns"),
        ]);
    }

    [Fact]
    public void Settings_secrets_and_volumes_are_typed()
    {
        var state = StateReader.Read(Examples.Read("shop")).State!;
        state.Settings.Name.ShouldBe("shop");
        state.Settings.RestrictedFiles.ShouldBe(["storage.yaml"]);
        state.Settings.Registries.ShouldBe(
        [
            new("docker.io", "http://127.0.0.1:5000", null, null),
            new("ghcr.io", null, "shop", "GHCR_TOKEN"),
        ]);
        state.Secrets["NTFY_TOKEN"].IsGenerated.ShouldBeTrue();
        state.Secrets["DB_PASSWORD"].IsGenerated.ShouldBeFalse();
        state.Volumes["site"].ShouldBe(new Volume("site", "/srv/site", "0755", "www-data"));
        state.Networks["back"].Internal.ShouldBeTrue();
        state.ManagesServices.ShouldBeTrue();
        var home = StateReader.Read(Examples.Read("home")).State!;
        home.Settings.RequireApproval.ShouldBeFalse();
        home.ManagesNetworks.ShouldBeFalse();
    }

    [Theory]
    [InlineData("manifest.yaml", "hostname: a", null)]
    [InlineData("manifest.yaml", "timezone: Europe/Berlin", null)]
    [InlineData("manifest.yaml", "llm: {provider: none}", null)]
    [InlineData("manifest.yaml", "llm: {provider: openai}", null)]
    [InlineData("manifest.yaml", "llm: {provider: local, model_path: /a.gguf}", null)]
    [InlineData("manifest.yaml", "observe: {metrics_retention: 48h}", "Observe is valid, but")]
    [InlineData("manifest.yaml", "backup: {enabled: false, schedule: \"0 1 * * *\"}", null)]
    [InlineData("manifest.yaml", "safety: {require_approval: false, rollback_on_health_failure: false, restricted_files: [storage.yaml], max_changes_per_hour: 20, auto_approve_categories: []}", null)]
    [InlineData("manifest.yaml", "safety: {max_changes_per_hour: 21, auto_approve_categories: [heal]}", null)]
    [InlineData("manifest.yaml", "observe: {metrics_retention: 1d}", null)]
    [InlineData("manifest.yaml", "registries: [{host: a.org}]", null)]
    [InlineData("manifest.yaml", "notify: []", null)]
    [InlineData("network.yaml", "firewall: {enabled: true}", null)]
    [InlineData("network.yaml", "bans: [{service: sshd}]", null)]
    [InlineData("network.yaml", "firewall: {enabled: false, rules: [{name: a, action: drop}]}", null)]
    [InlineData("storage.yaml", "volumes: [{name: a, filesystem: directory, path: /a, owner: me}]", null)]
    [InlineData("storage.yaml", "volumes: [{name: a, size: 1Gi}]", null)]
    [InlineData("storage.yaml", "mounts: [{source: a, target: /srv/a, type: tmpfs}]", null)]
    [InlineData("storage.yaml", "volumes: [{name: a, backup: {enabled: false}}]", null)]
    [InlineData("security.yaml", "audit: {enabled: true, retention_days: 90}", null)]
    [InlineData("security.yaml", "users: [{name: anna}]", null)]
    [InlineData("scheduled.yaml", "jobs: []", null)]
    [InlineData("scheduled.yaml", "jobs: [{name: a, schedule: \"0 3 * * *\", image: \"busybox:1\", command: [ls]}]", null)]
    [InlineData("scheduled.yaml", "jobs: [{name: a, schedule: \"0 3 * * *\", command: [ls]}]", null)]
    public void A_field_without_a_driver_is_named(string file, string spec, string? message)
    {
        var reading = StateReader.Read(Examples.Spec(FileKinds.Of(file)!, spec));
        reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        if (message is null)
        {
            reading.State!.NotYet.ShouldBeEmpty();
            return;
        }
        var finding = reading.State!.NotYet.ShouldHaveSingleItem();
        finding.IsError.ShouldBeTrue();
        finding.Message.ShouldStartWith(message);
        finding.At!.Line.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Every_field_of_a_service_can_be_applied() => StateReader.Read(
        Examples.Spec(ServicesFile.Kind, Examples.Read("shop")["services.yaml"]!
            .Split("spec:\n")[1].Replace("db-data", "/srv/db").Replace("source: site", "source: /s")
            .Replace("${secrets.DB_PASSWORD}", "x"))).State!.NotYet.ShouldBeEmpty();

    [Fact]
    public void The_lock_is_read_and_written()
    {
        var set = Examples.Read("shop");
        var state = StateReader.Read(set).State!;
        state.Images["docker.io/library/nginx:1.27"].Size.ShouldBe(71234567);
        state.Images["docker.io/library/redis:7.4"].IsLocalId.ShouldBeTrue();
        ImagesLock.Write(state.Images.Values.Reverse()).ShouldBe(set[StateSet.Lock]);
    }

    [Theory]
    [InlineData("nginx:1.27 sha256:" + Hex)]
    [InlineData("docker.io/library/nginx:1.27")]
    [InlineData("docker.io/library/nginx:1.27 sha256:12")]
    [InlineData("docker.io/library/nginx:1.27 sha256:" + Hex + " size=-1")]
    [InlineData("docker.io/library/nginx:1.27 image-id")]
    [InlineData("docker.io/library/nginx:1.27 sha256:" + Hex + " size=1 more")]
    public void A_broken_line_of_the_lock_is_an_error(string line)
    {
        var found = new DiagnosticBag();
        ImagesLock.Read($"# head\n\n{line}\n", found).ShouldBeEmpty();
        var finding = found.ToList().ShouldHaveSingleItem();
        finding.At!.Line.ShouldBe(3);
        finding.Remedy.ShouldContain("loam update");
    }

    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>What comes over a socket is another string each time.</summary>
    [Fact]
    public void A_text_that_was_read_is_known_again_and_another_is_not()
    {
        StateSet Texts(string mode) => StateSet.Empty.With("services.yaml", new string((
            "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n    - name: known\n"
            + $"      image: nginx:1.27\n      environment: {{MODE: {mode}}}\n").AsSpan()));
        var first = StateReader.Read(Texts("one")).State!;
        var again = StateReader.Read(Texts("one")).State!;
        again.Files["services.yaml"].ShouldNotBeSameAs(first.Files["services.yaml"]);
        again.Services["known"].Environment["MODE"].ShouldBe("one");
        var other = StateReader.Read(Texts("two")).State!;
        other.Services["known"].Environment["MODE"].ShouldBe("two");
        StateReader.Read(Texts("one")).State!.Services["known"].Environment["MODE"]
            .ShouldBe("one");
    }
}
