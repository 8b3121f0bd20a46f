using System.Text.Json;
using Loam.Api;
using Loam.Api.Tokens;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

public sealed class TokenTests
{
    private static readonly Peer s_root = new(0, [], "ada");

    [Fact]
    public async Task A_token_opens_what_its_scope_says_and_no_more()
    {
        await using var running = await Running.StartAsync();
        foreach (var scope in Enum.GetValues<TokenScope>())
        {
            var allowed = TokenBook.RightsOf(scope);
            using var web = new Web(running.Socket, await MakeAsync(running, scope));
            foreach (var route in running.Table)
            {
                // Whatever is not opened is refused before it is read.
                if ((allowed & route.Needs) == route.Needs)
                {
                    continue;
                }
                var path = route.Pattern.Replace("*", "1", StringComparison.Ordinal);
                foreach (var before in (string[])["", "/api"])
                {
                    (await web.SendAsync(route.Method, before + path, "{}")).Status.ShouldBe(
                        route.Needs is Rights.Propose or Rights.Serve || path == "/status" && before != ""
                            ? 404 : 403, $"{scope} {path}");
                }
            }
            (await web.GetAsync("/api/v1/status")).Status.ShouldBe(200);
            (await web.PostAsync("/api/v1/plan", """{"kind":"work_tree","reason":"t"}""")).Status
                .ShouldBe(scope == TokenScope.View ? 403 : 200);
        }
        running.Machine.Approvals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_old_revoked_and_powerless_tokens_open_nothing()
    {
        await using var running = await Running.StartAsync();
        var token = await MakeAsync(running, TokenScope.Approve);
        async Task<int> WithAsync(string? text)
        {
            // Enough time lies between them that none is too many.
            running.Time.Ahead += Limits.TokenPause;
            using var web = new Web(running.Socket, text);
            return (await web.GetAsync("/api/v1/status")).Status;
        }
        (await WithAsync(token)).ShouldBe(200);
        foreach (var wrong in (string[])["", "x", token[..^1], token + "x", token.ToUpperInvariant(),
            token[TokenBook.Prefix.Length..], new('a', 4000)])
        {
            (await WithAsync(wrong)).ShouldBe(401, wrong);
        }
        running.Persons.Remove("ada");
        (await WithAsync(token)).ShouldBe(401);
        running.Persons["ada"] = Rights.View;
        (await WithAsync(token)).ShouldBe(200);
        using (var web = new Web(running.Socket, token))
        {
            // No more than its person has.
            (await web.PostAsync("/api/v1/apply", "{}")).Status.ShouldBe(403);
        }
        running.Persons["ada"] = Peer.All;
        running.Time.Ahead += TimeSpan.FromHours(2);
        (await WithAsync(token)).ShouldBe(401);
        var other = await MakeAsync(running, TokenScope.View, "other");
        (await WithAsync(other)).ShouldBe(200);
        (await running.LoamAsync("token", "revoke", "other")).Exit.ShouldBe(ExitCode.Done);
        (await WithAsync(other)).ShouldBe(401);
    }

    [Fact]
    public async Task Whoever_brings_a_token_is_its_bearer_even_as_root()
    {
        await using var running = await Running.StartAsync();
        using var web = new Web(running.Socket, await MakeAsync(running, TokenScope.View));
        (await web.PostAsync("/v1/plan", "{}")).Status.ShouldBe(403);
        (await web.GetAsync("/v1/tokens")).Status.ShouldBe(403);
        using var basic = new Web(running.Socket);
        (await basic.SendAsync("GET", "/v1/status", null, ("Authorization", "Basic YTpi")))
            .Status.ShouldBe(401);
    }

    [Fact]
    public async Task What_a_token_applies_was_typed_by_nobody()
    {
        await using var running = await Running.StartAsync();
        using var web = new Web(running.Socket, await MakeAsync(running, TokenScope.Approve));
        running.Machine.WorkTree = States.Web;
        var plan = await web.PostAsync("/api/v1/plan", """{"kind":"work_tree","reason":"t"}""");
        using var json = JsonDocument.Parse(plan.Body);
        var (id, digest) = (json.RootElement.GetProperty("id").GetString(),
            json.RootElement.GetProperty("plan").GetProperty("digest").GetString());
        (await web.PostAsync("/api/v1/apply", $$"""
            {"id":"{{id}}","digest":"{{digest}}","how":"typed","confirmed":["manifest.yaml"]}
            """)).Status.ShouldBe(200);
        var approval = running.Machine.Approvals.ShouldHaveSingleItem();
        approval.Who.ShouldBe("ada");
        approval.How.ShouldBe("token ci");
        approval.Confirmed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_many_wrong_ones_are_turned_away_and_right_ones_never()
    {
        await using var running = await Running.StartAsync();
        var token = await MakeAsync(running, TokenScope.View);
        using (var wrong = new Web(running.Socket, "loam_wrong"))
        {
            for (var i = 0; i < Limits.TokenFailures; i++)
            {
                (await wrong.GetAsync("/api/v1/status")).Status.ShouldBe(401);
            }
            (await wrong.GetAsync("/api/v1/status")).Status.ShouldBe(429);
        }
        using var right = new Web(running.Socket, token);
        (await right.GetAsync("/api/v1/status")).Status.ShouldBe(200);
        running.Recorded.Entries.Count(e => e.What.Contains("10 wrong tokens")).ShouldBe(1);
        running.Time.Ahead += Limits.TokenPause;
        using var again = new Web(running.Socket, "loam_wrong");
        (await again.GetAsync("/api/v1/status")).Status.ShouldBe(401);
    }

    /// <summary>A program that fails now and then is no guesser.</summary>
    [Fact]
    public void Failures_are_counted_from_the_first_of_them()
    {
        var time = new FakeTime();
        var failed = new FailedTokens(time);
        for (var i = 0; i < 3 * Limits.TokenFailures; i++)
        {
            failed.Add("one").ShouldBeFalse();
            time.Ahead += Limits.TokenPause / 2;
            failed.Wait("one").ShouldBeNull();
        }
        time.Ahead += Limits.TokenPause;
        for (var i = 1; i < Limits.TokenFailures; i++)
        {
            failed.Add("two").ShouldBeFalse();
        }
        time.Ahead += Limits.TokenPause * 0.9;
        failed.Add("two").ShouldBeTrue();
        // A whole pause from there.
        time.Ahead += Limits.TokenPause * 0.9;
        failed.Wait("two").ShouldNotBeNull();
        time.Ahead += Limits.TokenPause * 0.2;
        failed.Wait("two").ShouldBeNull();
    }

    [Fact]
    public void Places_that_are_remembered_are_bounded()
    {
        var failed = new FailedTokens(TimeProvider.System);
        for (var i = 0; i < 3 * Limits.TokenSources; i++)
        {
            failed.Add($"place {i}").ShouldBeFalse();
        }
        Enumerable.Range(0, Limits.TokenFailures).Count(_ => failed.Add("one")).ShouldBe(1);
        failed.Wait("one").ShouldNotBeNull();
        failed.Wait("place 1").ShouldBeNull();
    }

    [Fact]
    public async Task Texts_are_kept_nowhere_and_the_rest_outlives_a_restart()
    {
        await using var running = await Running.StartAsync();
        var token = await MakeAsync(running, TokenScope.View);
        var kept = File.ReadAllText(running["tokens.json"]);
        kept.ShouldContain("\"ci\"");
        kept.ShouldNotContain(token[TokenBook.Prefix.Length..]);
        File.GetUnixFileMode(running["tokens.json"]).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var again = new TokenBook(new(running["tokens.json"]), _ => Peer.All, running.Recorded,
            running.Time);
        again.Find(token).ShouldNotBeNull().Peer.Name.ShouldBe("ada");
        await File.WriteAllTextAsync(running["tokens.json"], "rubbish");
        new TokenBook(new(running["tokens.json"]), _ => Peer.All, running.Recorded, running.Time)
            .Find(token).ShouldBeNull();
    }

    [Fact]
    public async Task Only_root_makes_one_in_anothers_name_and_never_for_nobody()
    {
        await using var running = await Running.StartAsync();
        var book = running.Tokens;
        Task<TokenMade> Make(Peer maker, string name, string? person, TimeSpan? lifetime = null) =>
            book.AddAsync(new(name, TokenScope.View, person, lifetime), maker, default);
        (await Make(s_root, "a", "eve")).Line.For.ShouldBe("eve");
        (await Make(new(1000, [], "ada"), "b", "ada")).Line.Until.ShouldBeNull();
        await Should.ThrowAsync<HostException>(() => Make(new(1000, [], "ada"), "c", "eve"));
        await Should.ThrowAsync<HostException>(() => Make(s_root, "c", "mallory"));
        await Should.ThrowAsync<HostException>(() => Make(s_root, "a", null));
        foreach (var name in (string[])["", "a b", "../a", new('a', 64), "ä", "a\n"])
        {
            await Should.ThrowAsync<HostException>(() => Make(s_root, name, null));
        }
        await Should.ThrowAsync<HostException>(() => Make(s_root, "c", null, TimeSpan.Zero));
        await Should.ThrowAsync<HostException>(() => Make(s_root, "c", null, TimeSpan.MaxValue));
        // A look gives no right to plan.
        await Should.ThrowAsync<HostException>(() => book.AddAsync(
            new("d", TokenScope.Approve, "mallory", null), s_root, default));
        for (var i = book.List().Length; i < Limits.Tokens; i++)
        {
            await Make(s_root, $"n{i}", null);
        }
        (await Should.ThrowAsync<HostException>(() => Make(s_root, "more", null))).Fault
            .ShouldBe(Fault.Exhausted);
    }

    [Fact]
    public async Task Broken_bodies_of_programs_end_nobody_but_themselves()
    {
        await using var running = await Running.StartAsync();
        using var web = new Web(running.Socket, await MakeAsync(running, TokenScope.Approve));
        foreach (var route in running.Table.Where(r => r.Method == "POST"
            && (r.Needs & (Rights.Plan | Rights.Operate)) != 0))
        {
            var path = "/api" + route.Pattern.Replace("*", "1", StringComparison.Ordinal);
            foreach (var body in (string[])["{}", "null", "[]", "{", "\"\"",
                """{"kind":null}""", """{"kind":"files","reason":null}""",
                """{"kind":"files","reason":"r","texts":{"services.yaml":null}}""",
                """{"kind":"files","reason":"r","texts":{"../x":"a"},"names":[null]}""",
                """{"id":null,"digest":null,"how":null,"confirmed":null}""",
                """{"request":null,"how":null}""", """{"address":null}""",
                """{"names":[null]}""", """{"message":null}"""])
            {
                (await web.PostAsync(path, body)).Status.ShouldNotBe(500, $"{path} {body}");
            }
        }
        (await web.GetAsync("/api/v1/status")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_verb_makes_lists_and_revokes()
    {
        await using var running = await Running.StartAsync();
        var made = await running.LoamAsync("token", "add", "ci", "--may", "propose", "--expires",
            "30d");
        made.Exit.ShouldBe(ExitCode.Done);
        made.Output.ShouldContain("ci may propose as ada, until ");
        made.Output.ShouldContain(TokenBook.Prefix);
        (await running.LoamAsync("token", "list")).Output.ShouldContain("propose");
        (await running.LoamAsync("token", "list", "-o", "json")).Output
            .ShouldNotContain(TokenBook.Prefix);
        foreach (var wrong in (string[][])[["add", "x"], ["add", "x", "--may", "all"],
            ["add", "x", "--may", "view", "--expires", "soon"], ["add"], ["rubbish", "x"]])
        {
            (await running.LoamAsync(["token", .. wrong])).Exit.ShouldBe(ExitCode.Invalid);
        }
        (await running.LoamAsync("token", "revoke", "nobody")).Exit.ShouldBe(ExitCode.Invalid);
        (await running.LoamAsync("token", "revoke", "ci")).Exit.ShouldBe(ExitCode.Done);
        (await running.LoamAsync("token", "list")).Output.ShouldContain("There are no tokens.");
        running.Recorded.Entries.Select(e => e.What).ShouldBe(
            ["token ci was made: it may propose as ada", "token ci was revoked"]);
    }

    private static async Task<string> MakeAsync(
        Running running, TokenScope scope, string name = "ci")
    {
        if (running.Tokens.List().Any(t => t.Name == name))
        {
            await running.Tokens.RevokeAsync(name, "ada", default);
        }
        return (await running.Tokens.AddAsync(
            new(name, scope, null, TimeSpan.FromHours(1)), s_root, default)).Token;
    }
}
