using System.Diagnostics;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Bench.Requests;

/// <summary>Milliseconds of single turns, in a process that is warm.</summary>
internal static class TurnTimes
{
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(3);

    /// <summary>What the first request of a process takes, once everything is compiled and read
    /// that it needs.</summary>
    public static double First(LoamBench bench)
    {
        var begun = Stopwatch.GetTimestamp();
        Interpreter.Propose(bench.States[LoamBench.Empty].Files, ["set up a web server"],
            Judge.Now);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    /// <summary>All turns of each case; the first one of a conversation reads the state files.
    /// </summary>
    public static Dictionary<Case, List<double>> Measure(
        LoamBench bench, IReadOnlyList<Case> cases, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        while (cases.Count > 0 && Stopwatch.GetElapsedTime(begun) < s_warm)
        {
            foreach (var test in cases)
            {
                cancel.ThrowIfCancellationRequested();
                Turns(bench, test);
            }
        }
        GC.Collect();
        return cases.ToDictionary(c => c, c => Turns(bench, c));
    }

    private static List<double> Turns(LoamBench bench, Case test)
    {
        var times = new List<double>(test.Turns.Length);
        var begun = Stopwatch.GetTimestamp();
        var conversation = new Conversation(bench.States[test.State].Files, Judge.Now);
        foreach (var turn in test.Turns)
        {
            try
            {
                conversation.Say(turn);
            }
            // The judge has counted the crash.
            catch (Exception)
            {
                break;
            }
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            begun = Stopwatch.GetTimestamp();
        }
        return times;
    }
}
