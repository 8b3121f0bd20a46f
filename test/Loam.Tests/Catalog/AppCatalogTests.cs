using Loam.Core.Catalog;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Judging;
using Proposing = Loam.Mind.Interpreter.Interpreter;

namespace Loam.Tests.Catalog;

public sealed class AppCatalogTests
{
    public static TheoryData<string> Names => [.. AppCatalog.All.Select(a => a.Name)];
    public static TheoryData<string> Categories => [.. AppCategory.All];

    [Fact]
    public void Holds_the_apps_of_the_first_stories()
    {
        string[] wanted = ["nginx", "caddy", "postgres", "redis", "mariadb", "wordpress"];
        wanted.ShouldBeSubsetOf(AppCatalog.All.Select(a => a.Name));
        AppCatalog.All.Length.ShouldBeGreaterThanOrEqualTo(66);
    }

    [Theory, MemberData(nameof(Categories))]
    public void Every_category_has_an_app(string category) =>
        AppCatalog.All.ShouldContain(a => a.Category == category);

    [Theory, MemberData(nameof(Names))]
    public void Every_app_is_complete(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        app.Image.TagIsImplied.ShouldBeFalse();
        app.Image.Tag.ShouldContain(c => char.IsAsciiDigit(c), "a version has a number");
        app.Names.ShouldContain(app.Name.Replace('-', ' '));
        app.Names.ShouldContain(app.Name);
        app.Ports.ShouldNotBeEmpty();
        if (app.Roles.IsEmpty)
        {
            AppCatalog.All.ShouldContain(a => a.Needs.Any(n => n.App == name),
                "what has no role is a part of another app");
        }
        app.Majors.ShouldNotBeEmpty();
        app.Summary.ShouldNotEndWith(".");
        app.Resources.Pids.ShouldNotBeNull();
        (app.Note ?? ".").ShouldEndWith(".");
        app.Names.Concat(app.Roles).ShouldAllBe(w => w == w.ToLowerInvariant().Trim());
        app.Names.Concat(app.Roles).ShouldAllBe(w => w.Count(c => c == ' ') < 5);
        app.DefaultFor.ShouldBeSubsetOf(app.Roles);
        app.Majors.ShouldContain(m => app.Image.Tag.StartsWith(m, StringComparison.Ordinal));
        AppCategory.All.ShouldContain(app.Category);
    }

    [Theory, MemberData(nameof(Names))]
    public void What_refers_to_something_finds_it(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        app.Needs.ShouldAllBe(n => AppCatalog.Named(n.App) != null);
        if (app.Data is { } data)
        {
            app.Volumes.Select(v => v.Name).ShouldContain(data.Volume);
        }
        if (app.Probe.Port is { } port)
        {
            app.Ports.Where(p => p.Protocol == "tcp").Select(p => p.Container)
                .ShouldContain(port);
        }
        app.Volumes.Select(v => v.Target).Concat(app.Content.Select(c => c.Target)).ToList()
            .ShouldBeUnique();
        AppCatalog.ByImage(app.Image).ShouldBe(app);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_secret_is_used_and_every_dependency_is_told_of(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        var texts = app.Environment.Select(e => e.Value).Concat(app.Command)
            .Concat(app.Needs.SelectMany(n => n.Environment.Concat(n.ItsEnvironment))
                .Select(e => e.Value)).ToList();
        app.Secrets.ShouldAllBe(s => s.Variable != null
            || texts.Any(t => t.Contains($"{{secret:{s.Name}}}", StringComparison.Ordinal)));
        foreach (var need in app.Needs)
        {
            need.Environment.ShouldContain(
                e => e.Value.Contains("{service}", StringComparison.Ordinal));
            // A password is a password when both sides have it.
            need.ItsEnvironment.Any(e => e.Value == "{secret}").ShouldBe(
                need.Environment.Any(
                    e => e.Value.Contains("{secret}", StringComparison.Ordinal)));
            (need.Shared && need.ItsEnvironment.Length > 0).ShouldBeFalse(
                "one that serves others is left as it is");
        }
        app.Needs.Where(n => !n.ItsEnvironment.IsEmpty).Select(n => n.Secret).ToList()
            .ShouldBeUnique();
    }

    [Fact]
    public void Dependencies_form_no_loop()
    {
        foreach (var app in AppCatalog.All)
        {
            Behind(app, []).ShouldNotContain(app.Name);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void What_is_read_in_advance_is_what_stands_there(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        foreach (var words in app.Names)
        {
            AppCatalog.NamesOfApps.ShouldContain((words, name));
        }
        foreach (var role in app.Roles)
        {
            AppCatalog.Find(role).ShouldContain(app);
        }
        foreach (var role in app.DefaultFor)
        {
            AppCatalog.Find(role)[0].ShouldBe(app);
        }
        app.Settings.SelectMany(s => s.Words).ShouldBeSubsetOf(AppCatalog.SettingWords);
        AppCatalog.FileNames.ShouldContain(name);
    }

    [Theory, MemberData(nameof(Names))]
    public void Set_up_by_its_name_it_is_valid_and_brings_what_it_needs(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        var proposal = Proposing.Propose(
            StateSet.Empty, [$"set up {app.Names[0]}"], Judge.Now);
        proposal.Outcome.ShouldBe(Outcome.Proposal, proposal.Message);
        var files = proposal.Files.Aggregate(StateSet.Empty, (to, f) => to.With(f.Key, f.Value));
        var reading = StateReader.Read(files);
        reading.Findings.ShouldNotContain(f => f.IsError);
        var state = reading.State.ShouldNotBeNull();
        var service = state.Services[name];
        service.Image.ShouldBe(app.Image);
        service.DependsOn.ShouldBe(app.Needs.Select(n => n.App), ignoreOrder: true);
        state.Services.Keys.ShouldBe(Behind(app, [name]), ignoreOrder: true);
        foreach (var need in app.Needs.Where(n => !n.ItsEnvironment.IsEmpty))
        {
            var secret = $"${{secrets.{name.Replace('-', '_')}_{need.Secret}}}";
            service.Environment.Values.ShouldContain(
                v => v.Contains(secret, StringComparison.Ordinal));
            state.Services[need.App].Environment.Values.ShouldContain(secret);
        }
        foreach (var text in state.Services.Values.SelectMany(
            s => s.Environment.Values.Concat(s.Command)))
        {
            text.Replace("${secrets.", "", StringComparison.Ordinal).ShouldNotContain("{");
        }
        state.Secrets.Values.ShouldAllBe(s => s.IsGenerated);
    }

    [Theory, MemberData(nameof(Names))]
    public void Databases_can_be_dumped(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        if (app.Category == "databases" && !app.Volumes.IsEmpty)
        {
            app.Data.ShouldNotBeNull();
            app.Secrets.ShouldNotBeEmpty();
            app.Dump.IsEmpty.ShouldBe(app.Restore.IsEmpty);
        }
        if (app.Roles.Contains("database") || app.Names.Contains("immich database"))
        {
            app.Dump.ShouldNotBeEmpty();
            app.Data.ShouldNotBeNull().Breaking.ShouldBe(Breaking.Major);
            app.Ports.ShouldAllBe(p => p.Publish == null);
        }
    }

    [Fact]
    public void No_word_names_two_apps_and_no_role_has_two_defaults()
    {
        var names = AppCatalog.All.SelectMany(a => a.Names).ToList();
        names.ShouldBeUnique();
        AppCatalog.All.SelectMany(a => a.DefaultFor).ToList().ShouldBeUnique();
        AppCatalog.All.SelectMany(a => a.Roles).Intersect(names).ShouldBeEmpty();
        AppCatalog.All.Select(a => a.Image.Repository).ToList().ShouldBeUnique();
        foreach (var app in AppCatalog.All)
        {
            app.Roles.ShouldBeUnique();
        }
    }

    [Theory]
    [InlineData("photo library", "immich")]
    [InlineData("ad blocker", "pihole")]
    [InlineData("password manager", "vaultwarden")]
    [InlineData("torrent client", "qbittorrent")]
    [InlineData("rss reader", "freshrss")]
    [InlineData("local chatgpt", "open-webui")]
    [InlineData("git server", "gitea")]
    [InlineData("music server", "navidrome")]
    [InlineData("vpn", "wg-easy")]
    [InlineData("network share", "samba")]
    [InlineData("team chat", "mattermost")]
    [InlineData("recipe book", "mealie")]
    [InlineData("document archive", "paperless-ngx")]
    [InlineData("single sign on", "keycloak")]
    public void One_app_is_chosen_for_what_people_ask_for(string role, string app)
    {
        AppCatalog.Find(role)[0].Name.ShouldBe(app);
        AppCatalog.Find(role)[0].DefaultFor.ShouldContain(role);
    }

    [Fact]
    public void Finds_by_name_by_role_and_by_image()
    {
        AppCatalog.Find("postgresql").Single().Name.ShouldBe("postgres");
        AppCatalog.Find("web server")[0].Name.ShouldBe("nginx");
        AppCatalog.Find("cache")[0].Name.ShouldBe("redis");
        AppCatalog.Find("submarine").ShouldBeEmpty();
        AppCatalog.ByImage(Image("postgres:9")).ShouldNotBeNull().Name.ShouldBe("postgres");
        AppCatalog.ByImage(Image("mirror.example:5000/library/redis:7"))
            .ShouldNotBeNull().Name.ShouldBe("redis");
        AppCatalog.ByImage(Image("acme/shop:1")).ShouldBeNull();
    }

    [Theory]
    [InlineData("postgres:16.4-alpine", "16")]
    [InlineData("postgres:16-alpine", "16")]
    [InlineData("mariadb:11.4", "11")]
    [InlineData("rabbitmq:4.0-management-alpine", "4.0")]
    [InlineData("redis:7-alpine", null)]
    [InlineData("postgres:latest", null)]
    [InlineData("nginx:1.27", null)]
    public void Knows_which_versions_cannot_read_each_others_data(string image, string? major) =>
        AppCatalog.DataMajor(Image(image)).ShouldBe(major);

    [Theory]
    [InlineData("colour: red", "colour")]
    [InlineData("ports: [{container: 99999}]", "container")]
    [InlineData("majors: 7", "majors")]
    [InlineData("secrets: [{name: a, length: 32, form: base64}]", "form")]
    [InlineData("secrets: [{name: a, length: 4, variable: A}]", "length")]
    public void A_file_that_breaks_the_rules_is_refused_with_the_place(string line, string said)
    {
        var found = new DiagnosticBag();
        var text = "name: a\ntitle: A\nsummary: b\ncategory: web\nimage: a:1\nnames: [a]\n"
            + "probe: {tcp: {port: 1}}\nresources: {memory: 1Mi, cpu: \"1\"}\n";
        AppReader.Read("a.yaml", text, found).ShouldNotBeNull();
        AppReader.Read("a.yaml", text + line + "\n", found).ShouldBeNull();
        found.ToList().ShouldContain(d => d.IsError && d.At!.Line == 9
            && d.Message.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void A_category_outside_the_list_is_refused()
    {
        var found = new DiagnosticBag();
        AppReader.Read("a.yaml", "name: a\ntitle: A\nsummary: b\ncategory: odd\nimage: a:1\n"
            + "names: [a]\nprobe: {tcp: {port: 1}}\nresources: {memory: 1Mi, cpu: \"1\"}\n",
            found).ShouldBeNull();
        found.ToList().ShouldContain(d => d.Message.Contains("'category' is one of",
            StringComparison.Ordinal));
    }

    /// <summary>Everything an app brings, itself not counted unless it comes back.</summary>
    private static HashSet<string> Behind(App app, HashSet<string> seen)
    {
        foreach (var need in app.Needs)
        {
            if (seen.Add(need.App))
            {
                Behind(AppCatalog.Named(need.App)!, seen);
            }
        }
        return seen;
    }

    private static ImageReference Image(string text) =>
        ImageReference.Parse(text, out _).ShouldNotBeNull();
}
