using System.Globalization;
using Loam.Scoring.Gating;

namespace Loam.Bench.Hostility;

/// <summary>Hostile proposals at the gate, in great number.</summary>
internal static class GateBench
{
    private const int Proposals = 20_000;
    private const int Seed = 20261126;

    private const string Help = """
        usage: ./dev bench gate [--proposals N] [--socket N] [--seed N]

          --proposals N   how many at the gate of a simulated machine (20000)
          --socket N      how many over the mind's socket of a real daemon (none)
          --seed N        others of the same kinds (20261126)
        """;

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        var (proposals, socket, seed) = (Proposals, 0, Seed);
        for (var i = 0; i < args.Length; i += 2)
        {
            var number = 0;
            if (args[i] is not ("--proposals" or "--socket" or "--seed") || i + 1 == args.Length
                || !int.TryParse(args[i + 1], out number) || number < 1)
            {
                Console.Error.WriteLine(Help);
                return args[i] is "--help" or "-h" ? 0 : 2;
            }
            (proposals, socket, seed) = args[i] switch
            {
                "--seed" => (proposals, socket, number),
                "--socket" => (proposals, number, seed),
                _ => (number, socket, seed),
            };
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
        var (spoken, peak) = socket == 0 ? (null, 0L)
            : await SpeakAsync(socket, seed, cancel);
        var unapproved = run.Unapproved + (spoken?.Unapproved ?? 0);
        var leaks = run.Leaks + (spoken?.Leaks ?? 0);
        var crashes = run.Crashes + (spoken?.Crashes ?? 0);
        Console.WriteLine(Report.Line("gate", ("proposals", run.Proposals),
            ("unapproved", unapproved), ("leaks", leaks), ("crashes", crashes),
            ("peak_mib", run.PeakBytes >> 20), ("socket", spoken?.Proposals ?? 0),
            ("daemon_peak_mib", peak)));
        return unapproved + leaks + crashes == 0 ? 0 : 1;
    }

    private static async Task<(SocketResult, long)> SpeakAsync(
        int proposals, int seed, CancellationToken cancel)
    {
        using var place = new Workplace();
        await using var daemon = await GateDaemon.StartAsync(place, cancel);
        var begun = System.Diagnostics.Stopwatch.StartNew();
        var run = await new SocketRun(daemon.People, daemon.Mind, daemon.MindUser).GoAsync(
            proposals, seed, Progress(proposals, begun), cancel);
        run.Examples.ToList().ForEach(Console.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"over the socket: {run.Kept} kept, {run.Approved} changes approved meanwhile, ")
            + string.Create(CultureInfo.InvariantCulture, $"{run.Forged} forged; ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{proposals / begun.Elapsed.TotalSeconds:0} proposals a second"));
        return (run, daemon.PeakMebibytes);
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
