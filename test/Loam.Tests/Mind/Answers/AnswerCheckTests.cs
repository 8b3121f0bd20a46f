using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Tests.StateFiles;

namespace Loam.Tests.Mind.Answers;

/// <summary>A proposal is held against what is there, and goes back at most three times.</summary>
public sealed class AnswerCheckTests
{
    private static readonly StateSet Shop = SecretHandles.Blank(Examples.Read("shop"));

    private static CheckedAnswer Check(StateSet present, string said,
        params (string File, string Text)[] files) => AnswerCheck.Check(
            new ModelAnswer(AnswerKind.Proposal, "So.")
            {
                Files = files.ToImmutableSortedDictionary(
                    f => f.File, f => f.Text, StringComparer.Ordinal),
            },
            new(present, [.. present.Texts.Select(t => new ShownFile(
                t.Key, t.Value, ImmutableSortedDictionary<string, string>.Empty))], said));

    [Fact]
    public void A_good_proposal_passes_and_what_stays_is_left_out()
    {
        var services = Shop["services.yaml"]! + "\n# a remark\n";
        var check = Check(Shop, "x", ("services.yaml", services),
            ("storage.yaml", Shop["storage.yaml"]!));
        check.IsUsable.ShouldBeTrue(check.Json);
        check.Answer.Files.Keys.ShouldBe(["services.yaml"]);
    }

    [Fact]
    public void What_is_wrong_is_said_as_people_get_it()
    {
        var check = Check(StateSet.Empty, "x", ("services.yaml", AnswerReaderTests.Redis
            .Replace("image:", "imgae:")));
        check.IsUsable.ShouldBeFalse();
        check.Json.ShouldContain("\"code\":\"LOAM0103\"");
        check.Json.ShouldContain("Write image.");
    }

    [Theory]
    [InlineData("add redis", false)]
    [InlineData("remove everything and set up redis", true)]
    [InlineData("delete all of them, I only want redis", true)]
    public void A_file_written_from_memory_is_noticed(string said, bool isGood)
    {
        var present = StateSet.Empty.With("services.yaml", AnswerReaderTests.Redis
            + "    - name: web\n      image: nginx:1.27\n    - name: db\n      image: mysql:8\n");
        var check = Check(present, said, ("services.yaml", AnswerReaderTests.Redis));
        check.IsUsable.ShouldBe(isGood, check.Json);
        check.Json.Contains("service web, service db", StringComparison.Ordinal).ShouldBe(!isGood);
        Check(present, "remove web and db please", ("services.yaml", AnswerReaderTests.Redis))
            .IsUsable.ShouldBeTrue();
    }

    [Theory]
    [InlineData("    # ... rest of the services unchanged\n")]
    [InlineData("    # (other services remain here)\n")]
    [InlineData("    ...\n")]
    public void A_part_is_no_file(string line) => Check(StateSet.Empty, "x",
        ("services.yaml", AnswerReaderTests.Redis + line)).Findings
            .ShouldContain(f => f.Code == Codes.AnswerLoses);

    [Fact]
    public void A_file_that_was_not_shown_is_shown_before_it_is_written()
    {
        var basis = new AnswerBasis(
            StateSet.Empty.With("services.yaml", AnswerReaderTests.Redis), [], "add web");
        var answer = AnswerReader.Read($"```yaml:services.yaml\n{AnswerReaderTests.Redis}"
            + "    - name: web\n      image: nginx:1.27\n```");
        var step = RepairRounds.None.After(AnswerCheck.Check(answer, basis));
        step.Verdict.ShouldBe(RepairVerdict.Again);
        step.Files.ShouldBe(["services.yaml"]);
    }

    [Fact]
    public void Aliases_and_placeholders_do_not_pass()
    {
        Check(StateSet.Empty, "x", ("services.yaml", "a: &a [x]\nb: [*a, *a]\n")).IsUsable
            .ShouldBeFalse();
        Check(StateSet.Empty, "x", ("services.yaml", AnswerReaderTests.Redis
            .Replace("redis:7", "redis:7\n      environment: {A: ⟦secret⟧}"))).Findings
            .ShouldContain(f => f.Code == Codes.AnswerSecret);
    }

    [Fact]
    public void Windows_line_ends_stay()
    {
        var present = StateSet.Empty.With(
            "services.yaml", AnswerReaderTests.Redis.Replace("\n", "\r\n"));
        Check(present, "x", ("services.yaml", AnswerReaderTests.Redis)).Answer.Files
            .ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_goes_back_three_times_and_not_again_where_nothing_changes()
    {
        var rounds = RepairRounds.None;
        for (var n = 0; n < 3; n++)
        {
            var step = rounds.After(Check(StateSet.Empty, "x", ("services.yaml", $"a{n}: 1\n")));
            step.Verdict.ShouldBe(RepairVerdict.Again);
            rounds = step.Next;
        }
        var last = rounds.After(Check(StateSet.Empty, "x", ("services.yaml", "z: 1\n")));
        last.Verdict.ShouldBe(RepairVerdict.GiveUp);
        last.Text.ShouldContain("in 4 tries; nothing was changed");
        var same = Check(StateSet.Empty, "x", ("services.yaml", "a: 1\n"));
        RepairRounds.None.After(same).Next.After(same).Verdict.ShouldBe(RepairVerdict.GiveUp);
    }

    [Theory]
    [InlineData("  # kept 1-1: app-1, app-2\n      replicas: 0", false)]
    [InlineData("  # kept 1-1: app-1, app-2\n      # a remark\n\n      replicas: 0", false)]
    [InlineData("      replicas: 0\n    # kept 1-1: app-1, app-2\n  networks: []", true)]
    public void Nothing_stands_below_a_line_for_entries_that_were_not_shown(
        string end, bool isGood)
    {
        var present = Views.Many(3);
        var all = present["services.yaml"]!;
        var cut = all.IndexOf("    # Number 1.", StringComparison.Ordinal);
        var shown = new ShownFile("services.yaml", all[..cut] + "    # kept 1-1: app-1, app-2\n",
            ImmutableSortedDictionary<string, string>.Empty.Add("# kept 1-1:", all[cut..]));
        var check = AnswerCheck.Check(new(AnswerKind.Proposal, "So.")
        {
            Files = ImmutableSortedDictionary<string, string>.Empty.Add(
                "services.yaml", all[..cut] + end + "\n"),
        }, new(present, [shown], "stop app-0"));
        check.IsUsable.ShouldBe(isGood, check.Json);
    }
}
