using Loam.Scoring;
using Loam.Mind.Evaluating.Cases;
using Loam.Scoring.Hostile;

namespace Loam.Bench.Requests;

/// <summary>Sentences nobody would say, in great number.</summary>
internal static class HostileBench
{
    private const int Sentences = 100_000;
    private const int Seed = 20250314;

    private const string Help = """
        usage: ./dev bench hostile [--sentences N] [--seed N]

          --sentences N   how many (100000)
          --seed N        others of the same kinds (20250314)
        """;

    public static int Run(string[] args, CancellationToken cancel)
    {
        var (sentences, seed) = (Sentences, Seed);
        for (var i = 0; i < args.Length; i += 2)
        {
            var number = 0;
            if (args[i] is not ("--sentences" or "--seed") || i + 1 == args.Length
                || !int.TryParse(args[i + 1], out number) || number < 1)
            {
                Console.Error.WriteLine(Help);
                return args[i] is "--help" or "-h" ? 0 : 2;
            }
            (sentences, seed) = args[i] == "--seed" ? (sentences, number) : (number, seed);
        }
        Console.WriteLine($"{Report.Machine()}\n");
        var bench = BenchFolder.Read();
        // Everything is compiled before anything is measured.
        HostileRun.Go(bench, seed + 1, 2000, isTimed: false, cancel);
        var run = HostileRun.Go(bench, seed, sentences, isTimed: true, cancel);
        run.Examples.Concat(run.Slowest.Values).ToList().ForEach(Console.WriteLine);
        Console.WriteLine(Report.Line("hostile", ("sentences", run.Sentences),
            ("crashes", run.Crashes), ("invalid", run.Invalid), ("over_50ms", run.Late),
            ("worst_ms", run.WorstMilliseconds)));
        return run.Crashes + run.Invalid == 0 ? 0 : 1;
    }
}
