using System.Globalization;

namespace Loam.Simulation.Running;

internal sealed record SimOptions(
    ulong? Seed, ulong From, int Seeds, bool StopAtFirst, bool Mutations)
{
    public static SimOptions? Parse(string[] args)
    {
        var options = new SimOptions(null, 1, 1000, false, true);
        for (var i = 0; i < args.Length; i++)
        {
            var hasNumber = i + 1 < args.Length && ulong.TryParse(args[i + 1],
                NumberStyles.None, CultureInfo.InvariantCulture, out _);
            var number = hasNumber ? ulong.Parse(args[i + 1], CultureInfo.InvariantCulture) : 0;
            switch (args[i])
            {
                case "--seed" when hasNumber:
                    options = options with { Seed = number };
                    i++;
                    break;
                case "--seeds" when hasNumber:
                    options = options with { Seeds = (int)number };
                    i++;
                    break;
                case "--from" when hasNumber:
                    options = options with { From = number };
                    i++;
                    break;
                case "--stop-at-first":
                    options = options with { StopAtFirst = true };
                    break;
                case "--no-mutations":
                    options = options with { Mutations = false };
                    break;
                default:
                    Console.Error.WriteLine($"sim: {args[i]} is not understood. Use --seeds N, "
                        + "--from N, --seed N, --stop-at-first or --no-mutations.");
                    return null;
            }
        }
        return options;
    }
}

/// <param name="Failing">The first seeds that showed a violation.</param>
internal sealed record Campaign(
    int Seeds, long Plans, long Crashes, int Violations, IReadOnlyList<TrialResult> Failing)
{
    private const int Shown = 5;

    /// <summary>One line that renews itself, on a terminal only.</summary>
    private static void ShowProgress(int ran, int seeds)
    {
        if (!Console.IsErrorRedirected && (seeds == 0 || ran % 100 == 0))
        {
            Console.Error.Write(seeds == 0 ? "\r\u001b[K" : $"\r{ran} of {seeds} seeds");
        }
    }

    /// <summary>Runs seeds on all cores. Every hundredth is run twice: the same seed must give
    /// the same transcript.</summary>
    public static Campaign Run(ulong from, int seeds, bool stopAtFirst)
    {
        long plans = 0, crashes = 0;
        var ran = 0;
        var failing = new List<TrialResult>();
        Parallel.For(0, seeds, (i, loop) =>
        {
            var result = Trial.Run(from + (ulong)i);
            if (i % 100 == 0 && Trial.Run(from + (ulong)i).Transcript != result.Transcript)
            {
                result = result with
                {
                    Violations = [.. result.Violations, "the same seed gave two transcripts"],
                };
            }
            Interlocked.Add(ref plans, result.Plans);
            Interlocked.Add(ref crashes, result.Crashes);
            ShowProgress(Interlocked.Increment(ref ran), seeds);
            if (result.Violations.Count > 0)
            {
                lock (failing)
                {
                    failing.Add(result);
                }
                if (stopAtFirst)
                {
                    loop.Stop();
                }
            }
        });
        ShowProgress(0, 0);
        foreach (var result in failing.OrderBy(f => f.Seed).Take(Shown))
        {
            Console.WriteLine($"seed {result.Seed}: {string.Join("; ", result.Violations)}");
        }
        return new(ran, plans, crashes, failing.Count, failing);
    }
}
