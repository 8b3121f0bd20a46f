using System.Globalization;
using Loam.Scoring.Gating;

namespace Loam.Bench.Hostility;

/// <summary>Hostile proposals at the gate, in great number.</summary>
internal static class GateBench
{
    private const int Proposals = 20_000;
    private const int Seed = 20261126;

    private const string Help = """
        usage: ./dev bench gate [--proposals N] [--seed N]

          --proposals N   how many (20000)
          --seed N        others of the same kinds (20261126)
        """;

    public static int Run(string[] args, CancellationToken cancel)
    {
        var (proposals, seed) = (Proposals, Seed);
        for (var i = 0; i < args.Length; i += 2)
        {
            var number = 0;
            if (args[i] is not ("--proposals" or "--seed") || i + 1 == args.Length
                || !int.TryParse(args[i + 1], out number) || number < 1)
            {
                Console.Error.WriteLine(Help);
                return args[i] is "--help" or "-h" ? 0 : 2;
            }
            (proposals, seed) = args[i] == "--seed" ? (proposals, number) : (number, seed);
        }
        Console.WriteLine($"{Report.Machine()}\n");
        var begun = System.Diagnostics.Stopwatch.StartNew();
        var run = GateRun.Go(proposals, seed, Math.Min(Environment.ProcessorCount, proposals),
            Progress(proposals, begun), cancel);
        run.Examples.ToList().ForEach(Console.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Planned} came to a plan, {run.Forged} approvals were forged; ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{proposals / begun.Elapsed.TotalSeconds:0} proposals a second"));
        Console.WriteLine(Report.Line("gate", ("proposals", run.Proposals),
            ("unapproved", run.Unapproved), ("leaks", run.Leaks), ("crashes", run.Crashes),
            ("peak_mib", run.PeakBytes >> 20)));
        return run.Unapproved + run.Leaks + run.Crashes == 0 ? 0 : 1;
    }

    /// <summary>A line every minute.</summary>
    private static Action<int> Progress(int proposals, System.Diagnostics.Stopwatch begun)
    {
        var (done, said) = (0, 0);
        return more =>
        {
            var now = Interlocked.Add(ref done, more);
            var minute = (int)begun.Elapsed.TotalMinutes;
            if (Interlocked.Exchange(ref said, minute) < minute)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{now} of {proposals}; {Environment.WorkingSet >> 20} MiB resident"));
            }
        };
    }
}
