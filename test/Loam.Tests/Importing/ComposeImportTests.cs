using Loam.Core.Importing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Importing;

public sealed class ComposeImportTests
{
    private readonly Dictionary<string, string> _disk = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    [Fact]
    public void A_stack_becomes_services_volumes_networks_and_secrets()
    {
        var imported = Read("""
            services:
              web:
                image: nginx:1.27-alpine
                ports: ["8080:80", "127.0.0.1:9000-9001:9000-9001/udp"]
                networks: [front]
                volumes: ["./site:/usr/share/nginx/html:ro"]
                depends_on: {db: {condition: service_healthy}}
                restart: unless-stopped
              db:
                image: postgres:16-alpine
                environment: {POSTGRES_PASSWORD: hunter2hunter2, POSTGRES_USER: app}
                networks: [front, back]
                volumes: [data:/var/lib/postgresql/data]
                mem_limit: 512m
                cpus: 0.5
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U app"]
                  interval: 1m30s
                  retries: 5
            networks: {back: {internal: true}}
            volumes: {data: {}}
            """);
        var state = State(imported);
        state.Services.Keys.ShouldBe(["db", "web"]);
        var web = state.Services["web"];
        web.Ports.Select(p => $"{p.Address} {p}").ShouldBe(["0.0.0.0 8080 → 80",
            "127.0.0.1 9000 → 9000/udp", "127.0.0.1 9001 → 9001/udp"]);
        web.Volumes.ShouldHaveSingleItem().Source.ShouldBe("/srv/stack/site");
        web.DependsOn.ShouldBe(["db"]);
        var db = state.Services["db"];
        db.Limits.Memory.ShouldBe(512L << 20);
        db.Environment["POSTGRES_PASSWORD"].ShouldBe("${secrets.db_postgres_password}");
        db.Probe.Interval.ShouldBe(TimeSpan.FromSeconds(90));
        state.Networks["back"].Internal.ShouldBeTrue();
        state.Volumes.Keys.ShouldBe(["data"]);
        Text(imported, "security.yaml").ShouldContain("encrypted:v1:" + new string('A', 18));
        imported.Files.Texts.Values.ShouldAllBe(t => !t.Contains("hunter2"));
        imported.Rights.ShouldBe([
            new("web", Right.HostDirectory, "/srv/stack/site (only to read)")]);
    }

    [Fact]
    public void An_address_with_the_password_inside_refers_to_the_secret()
    {
        var state = State(Read("""
            services:
              app:
                image: app:1
                environment: ["DATABASE_URL=postgres://postgres:postgres@db:5432/postgres"]
              db:
                image: postgres:16
                environment: ["POSTGRES_PASSWORD=postgres", "PASSWORD_RESET_ENABLED=true"]
            """));
        state.Services["app"].Environment["DATABASE_URL"].ShouldBe(
            "postgres://postgres:${secrets.db_postgres_password}@db:5432/postgres");
        state.Services["db"].Environment["PASSWORD_RESET_ENABLED"].ShouldBe("true");
    }

    [Fact]
    public void A_secret_that_a_file_holds_is_read_and_given_as_a_secret()
    {
        _disk["/srv/stack/pw.txt"] = "from-a-file\n";
        var imported = Read("""
            services:
              db:
                image: mariadb:11
                environment: {MARIADB_ROOT_PASSWORD_FILE: /run/secrets/root_pw}
                secrets: [root_pw, other]
            secrets:
              root_pw: {file: ./pw.txt}
            """);
        State(imported).Services["db"].Environment["MARIADB_ROOT_PASSWORD"].ShouldBe(
            "${secrets.root_pw}");
        Text(imported, "security.yaml").ShouldContain(
            "encrypted:v1:" + Convert.ToBase64String(new byte[11]));
        imported.Notes.Single(n => n.Kept == Kept.Lost).Message.ShouldContain(
            "/run/secrets/other");
    }

    [Fact]
    public void Anchors_merges_and_what_is_extended_are_resolved()
    {
        var state = State(Read("""
            x-base: &base {restart: on-failure, environment: &env {TZ: UTC}}
            services:
              one: {<<: *base, image: a:1, user: "1000:1000"}
              two:
                extends: one
                image: b:2
                environment: {<<: *env, LANG: C}
                command: run --now
            """));
        state.Services["two"].Restart.ShouldBe(RestartPolicy.OnFailure);
        state.Services["two"].Environment.Keys.ShouldBe(["LANG", "TZ"], ignoreOrder: true);
        state.Services["two"].User.ShouldBe("1000:1000");
        state.Services["two"].Image.Short.ShouldBe("b:2");
    }

    [Theory]
    [InlineData("${TAG:-1.2}", "1.2")]
    [InlineData("$SET", "set")]
    [InlineData("${EMPTY:-full}", "full")]
    [InlineData("${EMPTY-full}", "")]
    [InlineData("${SET:+other}", "other")]
    [InlineData("${NONE:-${SET}-x}", "set-x")]
    [InlineData("a$$b", "a$b")]
    [InlineData("costs 5$", "costs 5$")]
    public void Variables_are_filled_in(string text, string filled)
    {
        _variables["SET"] = "set";
        _variables["EMPTY"] = "";
        new ComposeVariables(_variables).Fill(text).ShouldBe(filled);
    }

    [Fact]
    public void What_is_not_set_is_said_and_what_is_required_ends_it()
    {
        Read("services: {a: {image: \"a:$TAG\"}}").Notes.ShouldContain(n => n.Key == "TAG");
        Should.Throw<ComposeException>(() => Read("services: {a: {image: \"a:${TAG:?which}\"}}"))
            .Message.ShouldContain("which");
    }

    [Fact]
    public void Files_of_variables_give_way_to_what_is_written()
    {
        _disk["/srv/stack/app.env"] = "A=1\nexport B=\"two words\" \n# C=3\nD='x#y' # why\n";
        var state = State(Read("""
            services:
              a: {image: a:1, env_file: app.env, environment: {A: own}}
            """));
        state.Services["a"].Environment.OrderBy(e => e.Key).Select(e => $"{e.Key}={e.Value}")
            .ShouldBe(["A=own", "B=two words", "D=x#y"]);
    }

    [Fact]
    public void What_cannot_be_kept_is_said_with_its_line()
    {
        var notes = Read("""
            services:
              vpn:
                image: gluetun:3
                network_mode: host
                sysctls: {net.ipv4.ip_forward: 1}
                unheard_of: 1
              tool:
                build: .
              debug: {image: a:1, profiles: [debug]}
              late:
                image: a:1
                depends_on: [tool]
            """).Notes.Select(n => $"{n.At?.Line} {n.Kept} {n.Subject} {n.Key}");
        notes.ShouldBe(["4 Lost vpn network_mode", "5 Lost vpn sysctls", "6 Lost vpn unheard_of",
            "7 LeftOut tool ", "9 LeftOut debug ", "12 Lost late depends_on"]);
    }

    [Fact]
    public void An_app_of_the_catalogue_is_checked_as_the_catalogue_does()
    {
        var state = State(Read("""
            services:
              cache: {image: redis:7-alpine}
              own: {image: redis:7-alpine, healthcheck: {disable: true}}
            """));
        state.Services["cache"].Ports.ShouldHaveSingleItem().Container.ShouldBe(6379);
        state.Services["cache"].Probe.Synthesised.ShouldBeFalse();
        state.Services["own"].Ports.ShouldBeEmpty();
    }

    [Fact]
    public void Two_secrets_that_would_have_one_name_stay_two()
    {
        var state = State(Read("""
            services:
              a: {image: a:1, environment: {B_TOKEN: first-value}}
              a_b: {image: a:1, environment: {TOKEN: second-value}}
            """));
        state.Secrets.Keys.ShouldBe(["a_b_token", "a_b_token_2"]);
        state.Services["a-b"].Environment["TOKEN"].ShouldBe("${secrets.a_b_token_2}");
    }

    [Fact]
    public void What_no_file_can_hold_is_refused_with_a_remedy()
    {
        _variables["ODD"] = "a\u0001\u0085b";
        foreach (var text in (string[])[
            "services: {a: {image: a:1, volumes: [\"./x\\0y:/z\"]}}",
            "services: {a: {image: a:1, environment: {A: \"${ODD}\"}}}"])
        {
            try
            {
                _ = State(Read(text));
            }
            catch (ComposeException refusal)
            {
                refusal.Remedy.ShouldNotBeEmpty();
            }
        }
        Read("services: {a: , b: {image: b:1, networks: [X_y, x-y]}}").Notes.ShouldContain(
            n => n.Kept == Kept.LeftOut && n.Subject == "a");
    }

    [Fact]
    public void Rights_are_listed()
    {
        Read("""
            services:
              a:
                image: a:1
                privileged: true
                devices: [/dev/net/tun]
                cap_add: [net_admin]
                volumes: [/var/run/docker.sock:/var/run/docker.sock]
            """).Rights.Select(r => $"{r.Right} {r.What}").ShouldBe([
                "Privileged all rights over the machine", "Device /dev/net/tun",
                "Capability NET_ADMIN", "EngineSocket /var/run/docker.sock"]);
    }

    [Theory]
    [InlineData("", "has no services")]
    [InlineData("[]", "not a mapping")]
    [InlineData("services: {a: {image: *x}}", "&x")]
    [InlineData("services:\n\t- x", "is not YAML")]
    [InlineData("services: {a: {image: x}, A: {image: y}}", "Two services")]
    public void What_is_no_compose_file_is_refused(string text, string why) =>
        Should.Throw<ComposeException>(() => Read(text)).Message.ShouldContain(why);

    [Fact]
    public void A_name_that_is_taken_is_not_taken_over()
    {
        var present = Read("services: {web: {image: a:1}}").Files;
        Should.Throw<ComposeException>(
            () => Read("services: {web: {image: b:1}}", present)).Message.ShouldContain("web");
        Read("services: {other: {image: b:1}}", present).Files["services.yaml"]!
            .ShouldStartWith(present["services.yaml"]!.TrimEnd());
    }

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range('b', 12)
            .Select(c => $"{(char)c}: &{(char)c} [{string.Join(',',
                Enumerable.Repeat($"*{(char)(c - 1)}", 10))}]\n"));
        Should.Throw<ComposeException>(() => Read(bomb + "services: {x: {image: y}}"))
            .Message.ShouldContain("aliases");
    }

    /// <summary>The keys of a service in the Compose Specification.</summary>
    [Fact]
    public void Every_key_of_the_specification_is_known()
    {
        const string keys = """
            annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command
            configs container_name cpu_period cpu_quota cpu_shares cpus cpuset credential_spec
            depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname
            entrypoint env_file environment expose extends external_links extra_hosts gpus group_add
            healthcheck hostname image init ipc isolation label_file labels links logging
            mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode
            networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start
            pre_stop privileged profiles provider pull_policy read_only restart runtime scale
            secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt
            sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from
            working_dir
            """;
        keys.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Except(ComposeKeys.All).ShouldBeEmpty();
    }

    /// <summary>Whatever is cut out of a compose file or put into it: a state that can be read, or
    /// a refusal with a remedy.</summary>
    [Fact]
    public void Broken_files_end_in_a_refusal_or_in_a_valid_state()
    {
        const string whole = """
            x-a: &a {restart: always, environment: {A: "${B:-c}", PASSWORD: secret-value}}
            services:
              web: {<<: *a, image: "nginx:${V:-1}", ports: ["80:80/tcp", {target: 90}], user: "1:1"}
              base: {image: "a:1", user: "1:1", expose: ["90"]}
              db:
                extends: {service: base}
                volumes: [./a:/b:ro, {type: volume, source: d, target: /d}]
                healthcheck: {test: [CMD, x], interval: 1m}
                deploy: {resources: {limits: {memory: 64m, cpus: "0.5"}}}
            volumes: {d: }
            """;
        string[] parts = ["&a", "*a", "<<:", "- ", "{", "}", "[", "]", ": ", "\"", "\n", "${", "80",
            "\u00e4", "null", "-1", "..", "/", "extends: db", "\0", "'"];
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var text = whole;
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                text = random.Next(2) == 0
                    ? text.Remove(at, Math.Min(random.Next(1, 9), text.Length - at))
                    : text.Insert(at, parts[random.Next(parts.Length)]);
            }
            try
            {
                _ = Read(text);
            }
            catch (ComposeException refusal)
            {
                refusal.Remedy.ShouldNotBeEmpty();
            }
            catch (Exception fault) when (fault is not ShouldAssertException)
            {
                throw new InvalidOperationException($"seed {seed}: {text}", fault);
            }
        }
    }

    private Imported Read(string text, StateSet? present = null) => ComposeImport.Read(text,
        new("docker-compose.yml", "/srv/stack", "/home/anna", new(_variables),
            _disk.GetValueOrDefault,
            value => "encrypted:v1:" + Convert.ToBase64String(new byte[value.Length])),
        present ?? StateSet.Empty);

    private static string Text(Imported imported, string file) => imported.Files[file]!;

    private static DesiredState State(Imported imported)
    {
        var reading = StateReader.Read(imported.Files);
        reading.Findings.Where(f => f.IsError).Select(f => f.ToString()).ShouldBeEmpty();
        return reading.State!;
    }
}
