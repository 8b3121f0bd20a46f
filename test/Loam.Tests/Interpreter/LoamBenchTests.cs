using Loam.Scoring;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

/// <summary>What the interpreter makes of the requests in <c>test/loam-bench</c>.</summary>
public sealed class LoamBenchTests
{
    /// <summary>Share of the open cases that are right. Raise it when it rises.</summary>
    private const double OpenFloor = 0.965;

    /// <summary>Cases in which something else changes too. Lower it when it falls.</summary>
    private const int MostCollateral = 15;

    private static readonly Lazy<LoamBench> s_bench = new(BenchFolder.Read);
    private static readonly Lazy<List<Judgement>> s_judged = new(() =>
        [.. s_bench.Value.Cases.Select(c => Judge.Run(c, s_bench.Value.States[c.State]))]);

    [Fact]
    public void Every_case_says_something_that_can_be_checked()
    {
        s_bench.Value.Faults.ShouldBeEmpty();
        s_bench.Value.Cases.Count.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void Whatever_is_asked_for_the_files_stay_valid() =>
        s_judged.Value.Where(j => !j.IsValid).Select(j => Shown(j, j.Fault)).ShouldBeEmpty();

    [Fact]
    public void Nothing_changes_that_nobody_asked_for()
    {
        var unasked = s_judged.Value.Where(j => !j.Collateral.IsEmpty)
            .Select(j => Shown(j, string.Join(", ", j.Collateral))).ToList();
        unasked.Count.ShouldBeLessThanOrEqualTo(MostCollateral, string.Join('\n', unasked));
    }

    [Fact]
    public void Most_requests_are_understood()
    {
        var open = s_judged.Value.Where(j => !j.Case.IsBlind).ToList();
        var wrong = open.Where(j => !j.IsRight).Select(j => $"{j.Case}\n    {j.Fault}");
        ((double)open.Count(j => j.IsRight) / open.Count).ShouldBeGreaterThanOrEqualTo(
            OpenFloor, string.Join('\n', wrong));
    }

    /// <summary>A blind case that is shown is blind no more.</summary>
    private static string Shown(Judgement judged, string? what) =>
        judged.Case.IsBlind ? judged.Case.Place : $"{judged.Case}\n    {what}";
}
