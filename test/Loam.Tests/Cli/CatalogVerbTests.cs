using System.Text.Json;
using Loam.Cli;
using Loam.Core.Catalog;

namespace Loam.Tests.Cli;

public sealed class CatalogVerbTests
{
    [Theory]
    [InlineData("immich", "photo", "library")]
    [InlineData("immich", "photos")]
    [InlineData("pihole", "ad", "blocker")]
    [InlineData("vaultwarden", "something for my passwords")]
    [InlineData("jellyfin", "jelyfin")]
    [InlineData("qbittorrent", "torrents")]
    [InlineData("open-webui", "local chatgpt")]
    public async Task Search_puts_the_likeliest_first(string first, params string[] words)
    {
        var said = await WithoutDaemonAsync(["search", .. words, "-o", "json"]);
        said.Exit.ShouldBe(ExitCode.Done);
        using var json = JsonDocument.Parse(said.Output);
        json.RootElement.GetProperty("apps")[0].GetProperty("name").GetString()
            .ShouldBe(first);
    }

    [Fact]
    public async Task Search_without_words_lists_all_by_category()
    {
        var said = await WithoutDaemonAsync("search");
        said.Exit.ShouldBe(ExitCode.Done);
        var lines = said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(AppCatalog.All.Length + 1);
        lines[0].ShouldMatch("^name +summary +category");
        lines[1].ShouldContain(AppCategory.All[0]);
        lines[^1].ShouldContain(AppCategory.All[^1]);
    }

    [Fact]
    public async Task Search_for_what_nobody_makes_says_so()
    {
        var said = await WithoutDaemonAsync("search", "xyzzyplugh");
        said.Exit.ShouldBe(ExitCode.Done);
        said.Output.ReplaceLineEndings(" ").ShouldContain("No app is known for 'xyzzyplugh'");
    }

    [Fact]
    public async Task Show_is_a_page_of_everything_one_can_ask_for()
    {
        var said = await WithoutDaemonAsync("show", "immich");
        said.Exit.ShouldBe(ExitCode.Done);
        foreach (var part in (string[])["Immich", "ghcr.io/immich-app/immich-server:", "2283",
            "PostgreSQL for Immich", "2Gi", "loam \"install immich\"", "photo library"])
        {
            said.Output.ShouldContain(part);
        }
        (await WithoutDaemonAsync("show", "home", "assistant")).Output
            .ShouldContain("Home Assistant");
        (await WithoutDaemonAsync("show", "postgresql")).Output.ShouldContain("shared buffers");
    }

    [Fact]
    public async Task Every_app_can_be_shown_and_as_json()
    {
        foreach (var app in AppCatalog.FileNames)
        {
            (await WithoutDaemonAsync("show", app)).Exit.ShouldBe(ExitCode.Done, app);
            var said = await WithoutDaemonAsync("show", app, "-o", "json");
            using var json = JsonDocument.Parse(said.Output);
            json.RootElement.GetProperty("name").GetString().ShouldBe(app);
        }
    }

    [Theory]
    [InlineData("show", "jelyfin", "jellyfin")]
    [InlineData("install", "wordpres", "wordpress")]
    [InlineData("install", "submarine", "loam search")]
    public async Task An_unknown_app_gets_the_nearest_names(
        string verb, string app, string expected)
    {
        var said = await WithoutDaemonAsync(verb, app);
        said.Exit.ShouldBe(ExitCode.Invalid);
        said.Error.ShouldContain($"There is no app '{app}'");
        said.Error.ReplaceLineEndings(" ").ShouldContain(expected);
        var json = await WithoutDaemonAsync(verb, app, "-o", "json");
        json.Exit.ShouldBe(ExitCode.Invalid);
        JsonDocument.Parse(json.Output).RootElement.GetProperty("exit_code").GetInt32()
            .ShouldBe(2);
    }

    [Fact]
    public async Task Install_is_the_request_with_its_plan_and_its_approval()
    {
        await using var running = await Running.StartAsync();
        var said = await running.LoamAsync("install", "nginx", "on", "port", "8091");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Output.ShouldContain("+ service nginx");
        said.Output.ShouldContain("8091");
        running.Machine.Approvals.ShouldBeEmpty();
        (await running.LoamAsync("y\n", true, "install", "nginx")).Exit.ShouldBe(ExitCode.Done);
        running.Machine.Approvals.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Install_takes_names_of_several_words_and_what_an_app_does()
    {
        await using var running = await Running.StartAsync();
        (await running.LoamAsync("install", "uptime", "kuma")).Output
            .ShouldContain("+ service uptime-kuma");
        (await running.LoamAsync("install", "a", "web", "server")).Output
            .ShouldContain("+ service nginx");
    }

    [Fact]
    public async Task Completion_knows_the_apps()
    {
        (await WithoutDaemonAsync("--complete", "install", "wordp")).Output
            .ShouldBe("wordpress\n");
        (await WithoutDaemonAsync("--complete", "show", "jelly")).Output
            .ShouldBe("jellyfin\njellyseerr\n");
        (await WithoutDaemonAsync("--complete", "install", "wordpress", "")).Output
            .ShouldBeEmpty();
    }

    private static async Task<Said> WithoutDaemonAsync(params string[] args)
    {
        var running = await Running.StartAsync();
        await running.DisposeAsync();
        return await running.LoamAsync(args);
    }
}
