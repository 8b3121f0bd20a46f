using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

public sealed class StateDiffTests
{
    [Fact]
    public void A_state_differs_in_nothing_from_itself()
    {
        foreach (var name in Examples.Names)
        {
            StateDiff.Between(Read(Examples.Read(name)), Read(Examples.Read(name)))
                .ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("replicas: 1", "restart: always")]
    [InlineData("resources: {memory: 1Gi}", "resources: {memory: 1024Mi}")]
    [InlineData("healthcheck: {interval: 1m}", "healthcheck: {interval: 60s, timeout: 10s}")]
    [InlineData("command: [/bin/sh, -c, run it]", "command: run it")]
    [InlineData("environment: {A: 1, B: 2}", "environment: {B: \"2\", A: \"1\"} # other order")]
    public void What_means_the_same_is_the_same(string before, string after)
    {
        StateDiff.Between(Read(Examples.Service(before)), Read(Examples.Service(after)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_tag_beside_the_image_is_the_tag_of_the_image()
    {
        var apart = Examples.Service("tag: \"1.28\"");
        var together = StateSet.Empty.With("services.yaml", Examples.Service("replicas: 1")
            ["services.yaml"]!.Replace("nginx:1.27", "docker.io/library/nginx:1.28"));
        StateDiff.Between(Read(apart), Read(together)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ports: [{container: 80, host: 80}]", "ports: [{container: 80, host: 8080}]", "ports: 80 → 80 => 8080 → 80")]
    [InlineData("ports: [{container: 80}, {container: 81}]", "ports: [{container: 81}]", "ports: 80 => ")]
    [InlineData("ports: [{container: 53, protocol: tcp}]", "ports: [{container: 53, protocol: tcp}, {container: 53, protocol: udp}]", "ports:  => 53/udp")]
    [InlineData("resources: {memory: 128Mi}", "resources: {memory: 256Mi, cpu: 500m}", "resources.cpu:  => 500m; resources.memory: 128Mi => 256Mi")]
    [InlineData("environment: {A: x, B: y}", "environment: {A: z, C: y}", "environment.A: x => z; environment.B: y => ; environment.C:  => y")]
    [InlineData("replicas: 1", "replicas: 3", "replicas: 1 => 3")]
    [InlineData("restart: always", "healthcheck: {test: [a, b c]}", "healthcheck.test:  => a \"b c\"")]
    [InlineData("restart: always", "healthcheck: {tcp: {port: 80}}", "healthcheck.tcp.port:  => 80")]
    [InlineData("volumes: [{source: /a, target: /x}]", "volumes: [{source: /b, target: /x, readonly: true}]", "volumes: /a at /x => /b at /x (read only)")]
    [InlineData("restart: always", "volumes: []", "volumes:  => []")]
    [InlineData("restart: always", "tag: \"1.28\"", "image: nginx:1.27 => nginx:1.28")]
    public void A_change_is_shown_as_people_write_it(string before, string after, string shown)
    {
        var diff = StateDiff.Between(Read(Examples.Service(before)), Read(Examples.Service(after)))
            .ShouldHaveSingleItem();
        diff.Id.ShouldBe(new(ResourceKind.Service, "web"));
        diff.Kind.ShouldBe(DiffKind.Changed);
        string.Join("; ", diff.Fields.Select(Show)).ShouldBe(shown);
    }

    [Fact]
    public void Added_and_removed_resources_are_named()
    {
        var diffs = StateDiff.Between(Read(Examples.Service("replicas: 1")),
            Read(StateSet.Empty.With("services.yaml", Examples.Service("replicas: 1")
                ["services.yaml"]!.Replace("name: web", "name: api"))));
        diffs.Select(d => $"{d.Kind} {d.Id}").ShouldBe(
            ["Added service/api", "Removed service/web"]);
        diffs[0].Fields.Select(Show).ShouldBe(
            ["name:  => api", "image:  => nginx:1.27", "replicas:  => 1"]);
    }

    [Fact]
    public void Ciphertext_is_never_shown()
    {
        var before = Examples.Read("shop");
        var after = before.With("security.yaml", before["security.yaml"]!
            .Replace("IFgyNTUxOSB6", "IFgyNTUxOSBx"));
        var diff = StateDiff.Between(Read(before), Read(after)).ShouldHaveSingleItem();
        diff.Id.ToString().ShouldBe("secret/DB_PASSWORD");
        diff.Fields.ShouldBe([new FieldChange("value", null, "changed")]);
        StateDiff.Between(DesiredState.Empty, Read(before))
            .Where(d => d.Id.Kind == ResourceKind.Secret).ShouldAllBe(d => d.Fields.IsEmpty);
    }

    [Fact]
    public void Settings_differ_by_group()
    {
        var before = Examples.Spec(ManifestFile.Kind, "safety: {require_approval: true}");
        var after = Examples.Spec(ManifestFile.Kind,
            "safety: {require_approval: false}\nregistries: [{host: a.org, mirror: b.org}]");
        StateDiff.Between(DesiredState.Empty, Read(before)).ShouldBeEmpty();
        StateDiff.Between(Read(before), Read(after))
            .Select(d => $"{d.Id} {string.Join("; ", d.Fields.Select(Show))}").ShouldBe(
            [
                "setting/registries registries:  => host a.org, mirror b.org",
                "setting/safety require_approval:  => false",
            ]);
    }

    private static string Show(FieldChange change) =>
        $"{change.Field}: {change.Before} => {change.After}";

    private static DesiredState Read(StateSet set)
    {
        var reading = StateReader.Read(set);
        reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        return reading.State!;
    }
}
