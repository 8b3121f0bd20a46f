using Loam.Core.Catalog;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Tests.Catalog;

public sealed class AppCatalogTests
{
    public static TheoryData<string> Names => [.. AppCatalog.All.Select(a => a.Name)];

    [Fact]
    public void Holds_the_apps_of_the_first_stories()
    {
        string[] wanted = ["nginx", "caddy", "postgres", "redis", "mariadb", "wordpress"];
        wanted.ShouldBeSubsetOf(AppCatalog.All.Select(a => a.Name));
        AppCatalog.All.Length.ShouldBeGreaterThanOrEqualTo(25);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_app_is_complete(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        app.Image.TagIsImplied.ShouldBeFalse();
        app.Image.Tag.ShouldNotBe("latest");
        app.Names.ShouldNotBeEmpty();
        app.Names.ShouldContain(app.Name.Replace('-', ' '));
        app.Ports.ShouldNotBeEmpty();
        app.Roles.ShouldNotBeEmpty();
        app.Majors.ShouldNotBeEmpty();
        app.Summary.ShouldNotEndWith(".");
        app.Names.Concat(app.Roles).ShouldAllBe(w => w == w.ToLowerInvariant().Trim());
        app.DefaultFor.ShouldBeSubsetOf(app.Roles);
        app.Majors.ShouldContain(m => app.Image.Tag.StartsWith(m, StringComparison.Ordinal));
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
            app.Ports.Select(p => p.Container).ShouldContain(port);
        }
        AppCatalog.ByImage(app.Image).ShouldBe(app);
    }

    [Theory, MemberData(nameof(Names))]
    public void Databases_can_be_dumped(string name)
    {
        var app = AppCatalog.Named(name).ShouldNotBeNull();
        if (app.Roles.Contains("database"))
        {
            app.Dump.ShouldNotBeEmpty();
            app.Restore.ShouldNotBeEmpty();
            app.Data.ShouldNotBeNull().Breaking.ShouldBe(Breaking.Major);
            app.Secrets.ShouldNotBeEmpty();
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
    [InlineData("secrets: [{name: a, length: 4, variable: A}]", "length")]
    public void A_file_that_breaks_the_rules_is_refused_with_the_place(string line, string said)
    {
        var found = new DiagnosticBag();
        var text = "name: a\ntitle: A\nsummary: b\nimage: a:1\nnames: [a]\n"
            + "probe: {tcp: {port: 1}}\nresources: {memory: 1Mi, cpu: \"1\"}\n";
        AppReader.Read("a.yaml", text, found).ShouldNotBeNull();
        AppReader.Read("a.yaml", text + line + "\n", found).ShouldBeNull();
        found.ToList().ShouldContain(d => d.IsError && d.At!.Line == 8
            && d.Message.Contains(said, StringComparison.Ordinal));
    }

    private static ImageReference Image(string text) =>
        ImageReference.Parse(text, out _).ShouldNotBeNull();
}
