using System.Collections.Immutable;
using System.Text.Json;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Evaluating;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Thinking;

namespace Loam.Cli.Commands;

/// <summary>Loam-bench against a model: the mind asks it, and what comes of it is judged here as
/// the interpreter is judged.</summary>
internal static class EvalCommand
{
    private const string Shipped = "/usr/share/loam/loam-bench";

    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var cases = Cases(call, Read(call));
        var mind = new MindClient(call.Paths.MindSocket);
        var model = await ModelAsync(call, mind, cancel).ConfigureAwait(false);
        if (!await MayBeginAsync(call, model, cases.Sum(c => c.Case.Turns.Length), cases.Count,
            cancel).ConfigureAwait(false))
        {
            return ExitCode.NotApproved;
        }
        var results = new List<EvalResult>();
        foreach (var (test, state) in cases)
        {
            if (!call.Json)
            {
                call.Terminal.Complain(new Line($"{results.Count + 1} of {cases.Count}, "
                    + $"{results.Count(r => r.IsRight)} right: {test.Said}", Ink.Dim));
            }
            results.Add(await AskAsync(mind, model, test, state, cancel).ConfigureAwait(false));
        }
        call.Answer(() => JsonSerializer.Serialize(new EvalAnswer(model.Name, [.. results]),
            EvalJson.Default.EvalAnswer), EvalView.Of(model.Name, results, call.Terminal.Look));
        return ExitCode.Done;
    }

    private static LoamBench Read(Invocation call)
    {
        var folder = call.Value("cases") ?? Shipped;
        if (!Directory.Exists(Path.Combine(folder, "cases")))
        {
            throw new CommandFailure(ExitCode.Invalid, $"{folder} has no folder cases.",
                "--cases DIR names one with states/NAME/*.yaml and cases/CLASS.cases, such as "
                + "test/loam-bench of Loam's sources.");
        }
        // The blind part is not for tuning, and not for this.
        var files = ((string[])["states", "cases"]).Select(d => Path.Combine(folder, d))
            .Where(Directory.Exists)
            .SelectMany(d => Directory.GetFiles(d, "*", SearchOption.AllDirectories))
            .ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllText,
                StringComparer.Ordinal);
        var bench = LoamBench.Of(files);
        return bench.Faults is [] ? bench : throw new CommandFailure(
            ExitCode.Invalid, $"{bench.Faults[0]}", "Mend the case, or leave it out.");
    }

    private static List<(Case Case, Loam.Mind.Evaluating.Judging.MachineState State)> Cases(
        Invocation call, LoamBench bench)
    {
        var of = call.Value("class");
        if (of is not null && !LoamBench.Classes.Contains(of))
        {
            throw new CommandFailure(ExitCode.Invalid, $"There is no class {of}.",
                Nearest.To(of, LoamBench.Classes) is { } meant ? $"Write {meant}."
                    : $"There are {string.Join(", ", LoamBench.Classes)}.");
        }
        var cases = bench.Cases.Where(c => of is null || c.Class == of).ToList();
        var most = call.Number("limit", cases.Count, int.MaxValue);
        // Some of each class, evenly, and always the same.
        return [.. cases.Where((_, at) => (long)at * most / cases.Count
                != (long)(at + 1) * most / cases.Count || most >= cases.Count)
            .Select(c => (c, bench.States[c.State]))];
    }

    private static async Task<ModelLine> ModelAsync(
        Invocation call, MindClient mind, CancellationToken cancel)
    {
        ImmutableArray<ModelLine> models = [];
        await foreach (var line in mind.AskAsync(new("models", null, null), cancel)
            .ConfigureAwait(false))
        {
            models = line.Type == "error" ? throw Failure(line) : line.Models ?? models;
        }
        var name = call.Value("model");
        return models.FirstOrDefault(m => name is null || m.Name == name
                || m.Name.EndsWith($" {name}", StringComparison.Ordinal))
            ?? throw new CommandFailure(ExitCode.Invalid, name is null
                ? "No model is configured." : $"No model is called '{name}'.",
                models.IsEmpty ? "Name one in llm of manifest.yaml."
                    : $"There are {string.Join(", ", models.Select(m => m.Name))}.");
    }

    private static async Task<bool> MayBeginAsync(Invocation call, ModelLine model, int turns,
        int cases, CancellationToken cancel)
    {
        var screen = call.Terminal;
        // To begin is to say that it may leave the machine.
        if (call.Yes || model is { Input: 0, Output: 0, IsAway: false })
        {
            return true;
        }
        screen.Write(EvalView.Estimate(model, turns, cases));
        if (!screen.Asks || call.Json)
        {
            throw new CommandFailure(ExitCode.NotApproved, "Nobody said that it may cost that.",
                "Say so with --yes, or ask fewer cases with --limit N.");
        }
        var answer = await screen.AskAsync(new Line("Begin? [y/N] ", Ink.Accent), cancel)
            .ConfigureAwait(false);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    private static async Task<EvalResult> AskAsync(MindClient mind, ModelLine model, Case test,
        Loam.Mind.Evaluating.Judging.MachineState state, CancellationToken cancel)
    {
        FromMind? came = null, end = null;
        var turn = new ToMind("trial", null, null)
        {
            Files = state.Files.Texts, Turns = test.Turns, Only = model.Name, MaySend = true,
        };
        await foreach (var line in mind.AskAsync(turn, cancel).ConfigureAwait(false))
        {
            (came, end) = line.Type == "trial" ? (line, end) : (came, line);
        }
        if (came is null)
        {
            return new(test.Class, test.Place, test.Said, false, null,
                $"no answer: {end?.Message}", end?.Cost, end?.TookMs);
        }
        var kind = Enum.TryParse<ThoughtKind>(came.Outcome, ignoreCase: true, out var read) ? read
            : ThoughtKind.Failed;
        var judged = TrialJudge.Weigh(test, state, kind, came.Content ?? "",
            came.Files ?? ImmutableSortedDictionary<string, string>.Empty);
        return new(test.Class, test.Place, test.Said, judged.IsRight, judged.Outcome,
            judged.Fault, end?.Cost, end?.TookMs);
    }

    private static CommandFailure Failure(FromMind line) => new(ExitCode.Failed,
        line.Message ?? "The mind has no answer.", line.Remedy ?? "");
}
