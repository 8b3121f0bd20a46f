using Loam.Scoring;
using System.Diagnostics;
using System.Globalization;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Bench.Requests;

/// <summary>Loam-bench: what the interpreter makes of requests as people make them.</summary>
internal static class RequestsBench
{
    private const int ColdRuns = 5;

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        if (RequestOptions.Read(args, out var problem) is not { } options)
        {
            Console.Error.WriteLine($"{problem}\n{RequestOptions.Help}".TrimStart());
            return problem.Length == 0 ? 0 : 2;
        }
        var bench = BenchFolder.Read(options.Folder);
        foreach (var fault in bench.Faults)
        {
            Console.Error.WriteLine(fault);
        }
        if (options.Check)
        {
            Console.WriteLine($"check: cases={bench.Cases.Count} faults={bench.Faults.Count}");
        }
        if (options.Check || bench.Faults.Count > 0)
        {
            return bench.Faults.Count == 0 ? 0 : 2;
        }
        Console.WriteLine($"{Report.Machine()}\n");
        var first = TurnTimes.First(bench);
        var cases = bench.Cases.Where(c => options.Class is null || c.Class == options.Class)
            .ToList();
        var judged = cases.Select(c => Judge.Run(c, bench.States[c.State])).ToList();
        var times = TurnTimes.Measure(bench, cases, cancel);
        ListFailures(judged, options);
        Table(judged, times);
        WrongOutcomes.Print(judged);
        Console.WriteLine(Invariant($"the first request of this process: {first:0} ms"));
        await ColdAsync(cancel);
        Console.WriteLine(Summary(judged, [.. times.Values.SelectMany(t => t)]));
        return 0;
    }

    private static void ListFailures(List<Judgement> judged, RequestOptions options)
    {
        foreach (var wrong in judged.Where(j => !j.IsRight
            && (j.Case.IsBlind ? options.BlindFailures : options.Failures)))
        {
            Console.WriteLine($"{wrong.Case}\n    {wrong.Fault!.ReplaceLineEndings(" ")}");
        }
    }

    private static void Table(List<Judgement> judged, Dictionary<Case, List<double>> times)
    {
        Console.WriteLine($"{"class",-12} {"cases",5} {"right",5} {"share",6} {"blind",6} "
            + $"{"share",6} {"invalid",8} {"collateral",10} {"p50 ms",7} {"p99 ms",7}");
        foreach (var group in judged.GroupBy(j => j.Case.Class)
            .OrderBy(g => LoamBench.Classes.ToList().IndexOf(g.Key)))
        {
            Row(group.Key, [.. group], times);
        }
        Row("all", judged, times);
        Console.WriteLine();
    }

    private static void Row(
        string name, List<Judgement> judged, Dictionary<Case, List<double>> times)
    {
        var open = judged.Where(j => !j.Case.IsBlind).ToList();
        var blind = judged.Where(j => j.Case.IsBlind).ToList();
        var turns = judged.SelectMany(j => times[j.Case]).ToList();
        Console.WriteLine(Invariant($"{name,-12} {open.Count,5} {open.Count(j => j.IsRight),5} ")
            + Invariant($"{Percent(open),6} {blind.Count,6} {Percent(blind),6} ")
            + Invariant($"{judged.Count(j => !j.IsValid),8} ")
            + Invariant($"{judged.Count(j => !j.Collateral.IsEmpty),10} ")
            + Invariant($"{Quantile(turns, 0.5),7:0.00} {Quantile(turns, 0.99),7:0.00}"));
    }

    private static string Summary(List<Judgement> judged, List<double> turns) => Report.Line(
        "requests", ("cases", judged.Count),
        ("right", Share([.. judged.Where(j => !j.Case.IsBlind)], j => j.IsRight)),
        ("blind", Share([.. judged.Where(j => j.Case.IsBlind)], j => j.IsRight)),
        ("valid", Share(judged, j => j.IsValid)),
        ("collateral", judged.Count(j => !j.Collateral.IsEmpty)),
        ("p50_ms", Quantile(turns, 0.5)), ("p99_ms", Quantile(turns, 0.99)));

    /// <summary>Rounded down, so that 1 means all.</summary>
    private static double Share(List<Judgement> judged, Predicate<Judgement> counts) =>
        judged.Count == 0 ? 0
            : Math.Floor(1000.0 * judged.Count(j => counts(j)) / judged.Count) / 1000;

    private static string Percent(List<Judgement> judged) => judged.Count == 0 ? "-"
        : Invariant($"{100 * Share(judged, j => j.IsRight):0.0}%");

    private static double Quantile(List<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0
            : sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];
    }

    /// <summary>A whole process of the published executable: what a person waits for at the
    /// first <c>loam propose</c>.</summary>
    private static async Task ColdAsync(CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable("LOAM_BINARY") is not { } loam)
        {
            Console.WriteLine("`loam propose` was not measured: use ./dev bench requests.");
            return;
        }
        var folder = Path.Combine(Path.GetTempPath(), $"loam-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            var (propose, version) = (new Samples(), new Samples());
            for (var run = 0; run < ColdRuns; run++)
            {
                propose.Add(await TimeAsync(loam,
                    ["propose", "--state", folder, "set up a web server"], cancel));
                version.Add(await TimeAsync(loam, ["--version"], cancel));
            }
            Console.WriteLine(Invariant($"`loam propose`, whole process, median of {ColdRuns}: ")
                + Invariant($"{propose.Median:0} ms; `loam --version`: {version.Median:0} ms"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> TimeAsync(
        string loam, string[] arguments, CancellationToken cancel)
    {
        var begun = 0L;
        await Programs.RunAsync(loam, arguments, null, () => begun = Stopwatch.GetTimestamp(),
            cancel);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static string Invariant(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
