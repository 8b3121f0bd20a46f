using System.Diagnostics;
using System.Text;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Scoring.Hostile;

/// <summary>Whatever is said: no crash, never an invalid file, and soon.</summary>
public sealed class HostileRun
{
    private const int MostExamples = 20;
    private const int MostLate = 10;
    private const int Tries = 3;

    /// <summary>Milliseconds that a sentence may take.</summary>
    public const int Soon = 50;

    public int Sentences { get; private set; }
    public int Crashes { get; private set; }
    public int Invalid { get; private set; }
    public int Late { get; private set; }
    public double WorstMilliseconds { get; private set; }

    /// <summary>Some of what went wrong, to be said again.</summary>
    public List<string> Examples { get; } = [];

    /// <summary>What took longest, the slowest last.</summary>
    public SortedList<double, string> Slowest { get; } = [];

    /// <param name="isTimed">Also measure: what takes too long is tried again, because a machine
    /// has other things to do.</param>
    public static HostileRun Go(LoamBench bench, int seed, int sentences, bool isTimed,
        CancellationToken cancel)
    {
        var run = new HostileRun();
        var states = bench.States.OrderBy(s => s.Key, StringComparer.Ordinal).ToList();
        var said = new HostileSentences(seed,
            [.. bench.Cases.Where(c => !c.IsBlind).SelectMany(c => c.Turns)]);
        var random = new Random(seed);
        while (run.Sentences < sentences)
        {
            cancel.ThrowIfCancellationRequested();
            var (name, state) = states[random.Next(states.Count)];
            var turns = said.Next();
            run.Sentences += turns.Count;
            run.Try(name, state.Files, turns, isTimed);
        }
        return run;
    }

    /// <summary>Says these turns to that state, and notes what goes wrong.</summary>
    public void Try(string name, StateSet state, IReadOnlyList<string> turns, bool isTimed)
    {
        Proposal proposal;
        double taken;
        try
        {
            (proposal, taken) = Say(state, turns);
        }
        // That nothing is thrown is what is tried.
        catch (Exception crash)
        {
            Crashes++;
            var frame = crash.StackTrace?.Split('\n')
                .FirstOrDefault(l => l.Contains(" Loam.", StringComparison.Ordinal))?.Trim();
            Note($"crash: {crash.GetType().Name}: {crash.Message} {frame}", name, turns);
            return;
        }
        if (isTimed)
        {
            Time(name, state, turns, taken);
        }
        if (Problem(state, proposal) is { } problem)
        {
            Invalid++;
            Note(problem, name, turns);
        }
    }

    /// <returns>What was proposed last, and the milliseconds of the turn that took longest.
    /// </returns>
    private static (Proposal Proposal, double Longest) Say(
        StateSet state, IReadOnlyList<string> turns)
    {
        var begun = Stopwatch.GetTimestamp();
        // The first turn reads the state files.
        var conversation = new Conversation(state, Judge.Now);
        var (proposal, longest) = (conversation.Nothing, 0.0);
        foreach (var turn in turns)
        {
            proposal = conversation.Say(turn);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            begun = Stopwatch.GetTimestamp();
        }
        return (proposal, longest);
    }

    private static string? Problem(StateSet state, Proposal proposal)
    {
        if (proposal.Message.Length == 0 || proposal.Confidence is not (>= 0 and <= 1))
        {
            return "no message, or no confidence from 0 to 1";
        }
        if (proposal.Files.Count == 0)
        {
            return null;
        }
        var reading = StateReader.Read(Judge.Applied(state, proposal));
        return reading.State is null
            ? $"invalid: {reading.Findings.First(f => f.IsError)}" : null;
    }

    private void Time(string name, StateSet state, IReadOnlyList<string> turns, double taken)
    {
        // No other work of the machine explains more than a second.
        for (var left = Tries - 1; left > 0 && taken is > Soon and < 1000; left--)
        {
            taken = Math.Min(taken, Say(state, turns).Longest);
        }
        WorstMilliseconds = Math.Max(WorstMilliseconds, taken);
        if (taken > Soon)
        {
            Late++;
            Slowest[taken] = $"{taken:0} ms{Shown(name, turns)}";
            if (Slowest.Count > MostLate)
            {
                Slowest.RemoveAt(0);
            }
        }
    }

    private void Note(string what, string name, IReadOnlyList<string> turns)
    {
        if (Examples.Count < MostExamples)
        {
            Examples.Add(what + Shown(name, turns));
        }
    }

    private static string Shown(string name, IReadOnlyList<string> turns) =>
        $"\n    {name}: {Visible(string.Join(" // ", turns))}";

    private static string Visible(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.Length > 600 ? text[..600] + "…" : text)
        {
            shown.Append(c is >= ' ' and <= '~' or '…' ? c.ToString() : $"\\u{(int)c:x4}");
        }
        return shown.ToString();
    }
}
