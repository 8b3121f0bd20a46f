using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Facts;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Scoring;

/// <summary>Facts hold when they hold, and mean something or are refused.</summary>
public sealed class FactTests
{
    private static readonly StateSet s_files = StateSet.Empty
        .With("services.yaml", """
            apiVersion: loam/v1
            kind: ServiceManifest
            metadata: {name: main}
            spec:
              networks:
                - name: app
              services:
                # Asked by everybody.
                - name: web
                  image: nginx:1.27-alpine   # pinned on purpose
                  ports:
                    - {container: 80, host: 8080}
                  resources: {memory: 1Gi, cpu: "0.5"}
                  networks: [app]
                  depends_on: [db]
                  environment:
                    LOG: info
                - name: db
                  image: postgres:16
                  networks: [app]
                  command: ["postgres", "-c", "max_connections=50"]
            """)
        .With("network.yaml", """
            apiVersion: loam/v1
            kind: NetworkConfig
            metadata: {name: main}
            spec:
              firewall:
                rules:
                  - {name: ssh, protocol: tcp, port: 22, source: 10.0.0.0/8, action: accept}
            """)
        .With("scheduled.yaml", """
            apiVersion: loam/v1
            kind: ScheduledTasks
            metadata: {name: main}
            spec:
              jobs:
                - {name: tidy, schedule: 0 3 * * MON, container: db, command: vacuumdb}
            """)
        .With("manifest.yaml", """
            apiVersion: loam/v1
            kind: SystemManifest
            metadata: {name: main}
            spec:
              registries:
                - {host: docker.io, mirror: "mirror.example.com:5000"}
            """);

    [Theory]
    [InlineData("services.web")]
    [InlineData("no services.wbe")]
    [InlineData("services.web.image = nginx:1.27-alpine")]
    [InlineData("services.web.image = nginx:1 | docker.io/library/nginx:1.27-alpine")]
    [InlineData("services.web.resources.memory = 1024Mi")]
    [InlineData("services.web.resources.cpu = 500m")]
    [InlineData("services.web.resources.memory > 256Mi")]
    [InlineData("services.web.resources.memory <= 1Gi")]
    [InlineData("services.web.read_only = false")]
    [InlineData("no services.web.read_only")]
    [InlineData("services.web.environment.LOG = info")]
    [InlineData("services.web.environment has LOG")]
    [InlineData("no services.web.environment.TZ")]
    [InlineData("services.web.ports has {host: 8080, container: 80}")]
    [InlineData("services.web.ports lacks {host: 80}")]
    [InlineData("services.web.ports count 1")]
    [InlineData("services.web.networks = [app]")]
    [InlineData("services has db")]
    [InlineData("services ~ we")]
    [InlineData("services.db.command = postgres -c max_connections=50")]
    [InlineData("services.db.command has max_connections=50")]
    [InlineData("services.db.command ~ connections")]
    [InlineData("services.db = same")]
    [InlineData("firewall.default_input_policy = drop")]
    [InlineData("firewall.rules.ssh.port = 22")]
    [InlineData("firewall.rules.ssh.source = 10.1.2.3/8")]
    [InlineData("firewall.rules has {name: ssh, action: accept}")]
    [InlineData("allows tcp 22 from 10.0.1.5")]
    [InlineData("blocks tcp 22 from 203.0.113.9")]
    [InlineData("blocks icmp from 2001:db8::1")]
    [InlineData("allows out udp 53 to 192.0.2.9")]
    [InlineData("runs jobs.tidy at 2026-03-02T03:00")]
    [InlineData("runs not jobs.tidy at 2026-03-03T03:00")]
    [InlineData("runs backup at 2026-03-03T02:00")]
    [InlineData("registries.docker.io.mirror = mirror.example.com:5000")]
    [InlineData("jobs.tidy.schedule = 0 3 * * mon")]
    [InlineData("says DONE | ready")]
    [InlineData("risk medium")]
    [InlineData("risk >= low")]
    [InlineData("may bans")]
    public void These_hold(string fact) => Wrong(fact).ShouldBeNull();

    [Theory]
    [InlineData("no services.web")]
    [InlineData("services.mail")]
    [InlineData("services.web.image = nginx:1.28")]
    [InlineData("services.mail.image = nginx:1.28")]
    [InlineData("services.web.resources.memory < 1Gi")]
    [InlineData("services.web.resources.pids > 1")]
    [InlineData("services.web.healthcheck.interval = 30s")]
    [InlineData("services.web.networks lacks app")]
    [InlineData("services count 3")]
    [InlineData("services ~ mail")]
    [InlineData("allows tcp 22 from 203.0.113.9")]
    [InlineData("runs jobs.tidy at 2026-03-03T03:00")]
    [InlineData("runs jobs.none at 2026-03-03T03:00")]
    [InlineData("says nothing")]
    [InlineData("risk high")]
    public void These_do_not_hold(string fact) => Wrong(fact).ShouldNotBeNull();

    [Theory]
    [InlineData("servces.web", "Write services.")]
    [InlineData("services.web.imgae = x", "Write image.")]
    [InlineData("services.web.image is x", "Write =")]
    [InlineData("services.web.image =", "Write the value")]
    [InlineData("services.web.image > 1", "write = and the value")]
    [InlineData("services.web.image has x", "write = and the value")]
    [InlineData("services.web.resources.memory = 512MB", "Write 512Mi.")]
    [InlineData("services.web.networks = app", "Write [app]")]
    [InlineData("services.web.ports has {hots: 80}", "Write host.")]
    [InlineData("services.web.ports has 80", "Write some of its fields")]
    [InlineData("services.web.networks.app", "has, lacks")]
    [InlineData("services count many", "Write how many")]
    [InlineData("allows 22 from 10.0.0.1", "allows tcp 22 from")]
    [InlineData("allows tcp 22", "allows tcp 22 from")]
    [InlineData("allows tcp 22 from 10.0.0.0/8", "inside the network")]
    [InlineData("runs services.web at 2026-03-03T03:00", "runs jobs.cleanup at")]
    [InlineData("runs jobs.tidy at 3am", "runs jobs.cleanup at")]
    [InlineData("risk big", "risk low")]
    [InlineData("no services.web.image = x", "Write one place")]
    public void These_mean_nothing(string fact, string remedy) =>
        Should.Throw<FactException>(() => FactReader.Read(fact)).Remedy.ShouldContain(remedy);

    [Fact]
    public void A_case_that_cannot_be_read_is_named_by_file_and_line()
    {
        var faults = new List<CaseFault>();
        var cases = CaseFile.Read("cases/create.cases", """
            # Comment.
            empty: add nginx // and redis
                => proposal; services.nginx;
                services.redis

            empty: add x => propsal
            empty: nothing else
            """, "create", false, faults).ToList();
        cases.Count.ShouldBe(1);
        (cases[0].Line, cases[0].Turns.Length, cases[0].Facts.Length).ShouldBe((2, 2, 2));
        faults.Select(f => f.ToString()).ShouldBe(
        [
            "cases/create.cases:6: error: 'propsal' is no outcome. Write proposal.",
            "cases/create.cases:7: error: The case has no state, no turn or no outcome. "
                + "Write STATE: TURN // TURN => OUTCOME; FACT.",
        ]);
    }

    [Theory]
    [InlineData("LOG: info", "LOG: debug", "services.web", "")]
    [InlineData("LOG: info", "LOG: debug", "services.db", "services.web changed")]
    [InlineData("image: postgres:16", "image: postgres:17", "services.web", "services.db changed")]
    [InlineData("LOG: info", "LOG: debug   # now", "services.web", "")]
    [InlineData("nginx:1.27-alpine   # pinned on purpose", "nginx:1.28",
        "services.web", "lost its comment")]
    [InlineData("    # Asked by everybody.\n", "", "services.web", "is lost")]
    [InlineData("networks: [app]\n      command", "networks: [\"app\"]\n      command",
        "services.db", "was changed")]
    [InlineData("LOG: info\n", "LOG: info\n        TZ: UTC\n", "services.web = same",
        "services.web changed")]
    [InlineData("LOG: info", "LOG: debug", "may services.web", "")]
    [InlineData("metadata: {name: main}", "metadata: {name: other}", "services.web",
        "metadata of services.yaml changed")]
    public void What_nobody_spoke_of_is_collateral(
        string old, string made, string fact, string problem)
    {
        var text = s_files["services.yaml"]!;
        text.ShouldContain(old);
        var found = Collateral.Of(Test(fact), Result(text.Replace(old, made)));
        (found.Count == 0 ? "" : string.Join("; ", found)).ShouldContain(problem);
        (found.Count == 0).ShouldBe(problem.Length == 0, string.Join("; ", found));
    }

    [Theory]
    [InlineData("[{name: a, image: nginx:1}, {name: b, image: nginx:1}]",
        "[{name: a, image: nginx:1}, {name: b, image: nginx:2}]", "services.b", "")]
    [InlineData("[{name: a, image: nginx:1}, {name: b, image: nginx:1}]",
        "[{name: a, image: nginx:1}, {name: b, image: nginx:2}]", "services.a",
        "services.b changed")]
    [InlineData("\n  - {name: a, image: nginx:1}", "\n  - {name: a, image: nginx:1, replicas: 2}",
        "services.a", "")]
    [InlineData("\n  - {name: a,\n     image: nginx:1}",
        "\n  - {name: a,\n     image: nginx:1, replicas: 2}", "services.a", "")]
    [InlineData("\n  - name: a\n    image: nginx:1",
        "\n  - name: a\n    image: \"nginx:1\"\n    replicas: 2", "services.a", "was rewritten")]
    public void In_flow_style_a_line_is_that_of_all_that_stands_in_it(
        string old, string made, string fact, string problem)
    {
        const string Head = "apiVersion: loam/v1\nkind: ServiceManifest\n"
            + "metadata: {name: main}\nspec:\n  services: ";
        var found = Collateral.Of(Test(fact), Result($"{Head}{made}\n",
            StateSet.Empty.With("services.yaml", $"{Head}{old}\n")));
        (found.Count == 0 ? "" : string.Join("; ", found)).ShouldContain(problem);
        (found.Count == 0).ShouldBe(problem.Length == 0, string.Join("; ", found));
    }

    [Fact]
    public void What_a_new_service_needs_is_named_with_it()
    {
        var text = s_files["services.yaml"]!.TrimEnd() + """

                - name: blog
                  image: ghost:5
                  networks: [front]
                  depends_on: [mysql]
                - name: mysql
                  image: mysql:8
            """ + "\n";
        text = text.Replace("    - name: app\n", "    - name: app\n    - name: front\n");
        Collateral.Of(Test("services.blog"), Result(text)).ShouldBeEmpty();
        Collateral.Of(Test("services.mysql"), Result(text)).ShouldBe(
            ["services.blog was added", "networks.front was added"], ignoreOrder: true);
    }

    [Fact]
    public void Who_waited_for_what_is_removed_waits_no_more()
    {
        var text = s_files["services.yaml"]!.Replace("      depends_on: [db]\n", "");
        text = text[..text.IndexOf("    - name: db", StringComparison.Ordinal)];
        var result = Result(text, s_files.Without("scheduled.yaml"));
        Collateral.Of(Test("no services.db"), result).ShouldBeEmpty();
    }

    private static Loam.Mind.Evaluating.Cases.Case Test(string fact) =>
        new("modify", false, "x", ["x"], ["proposal"], [FactReader.Read(fact)], "x", 1);

    private static string? Wrong(string fact) => FactReader.Read(fact).Wrong(Result(null));

    private static Result Result(string? services, StateSet? files = null)
    {
        var before = new MachineState(files ?? s_files);
        before.Reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        var after = services is null ? before
            : new MachineState(before.Files.With("services.yaml", services));
        after.Reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        return new(before, after, new(Outcome.Proposal, "It is done.",
            ImmutableSortedDictionary<string, string>.Empty, Risk.Medium, 1));
    }
}
