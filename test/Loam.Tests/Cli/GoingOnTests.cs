using Loam.Api;
using Loam.Cli;
using Loam.Cli.Shell;
using Loam.Core;
using Loam.Tests.Files;

namespace Loam.Tests.Cli;

public sealed class GoingOnTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Own_words_are_kept_bounded_and_readable_by_nobody_else()
    {
        var said = new SaidWords(_scratch["said"]);
        said.All().ShouldBeEmpty();
        for (var i = 0; i < 2 * Limits.SaidSessions; i++)
        {
            said.Keep(new($"s{i}", [$"words {i}"], 0));
        }
        said.Keep(new("long", [.. Enumerable.Range(0, 100).Select(i => $"{i}")], 70));
        var all = said.All();
        all.Count.ShouldBe(Limits.SaidSessions);
        all[^1].Words.Length.ShouldBe(Limits.MindTurns);
        all[^1].Words[^1].ShouldBe("99");
        all[^1].Over.ShouldBe(10);
        File.GetUnixFileMode(_scratch["said"]).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite);
        said.Keep(new("long", [], 0));
        said.All().ShouldAllBe(s => s.Name != "long");
        File.WriteAllText(_scratch["said"], "rubbish\n{}\nnull\n");
        said.All().ShouldBeEmpty();
        new SaidWords(null).All().ShouldBeEmpty();
    }

    [Fact]
    public async Task Options_of_a_request_stand_before_or_behind_it_and_at_no_verb()
    {
        await using var running = await Running.StartAsync();
        (await running.LoamAsync("--continue", "with 512 MB")).Error.ShouldContain(
            "There is nothing to go on with.");
        (await running.LoamAsync("with 512 MB", "-c")).Error.ShouldContain(
            "There is nothing to go on with.");
        (await running.LoamAsync("--continue", "status")).Error.ShouldContain(
            "`loam status` has no option --continue.");
        (await running.LoamAsync("--rubbish", "add redis")).Error.ShouldContain("no option");
    }
}
