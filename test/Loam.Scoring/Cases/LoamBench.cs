using System.Runtime.CompilerServices;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Scoring.Facts;
using Loam.Scoring.Judging;

namespace Loam.Scoring.Cases;

/// <summary>All of Loam-bench: start states and cases, and what is wrong with them.</summary>
public sealed class LoamBench
{
    public const string Empty = "empty";

    public static readonly IReadOnlyList<string> Classes =
    [
        "create", "modify", "remove", "firewall", "storage", "schedule", "users", "answer",
        "no-op", "ambiguous", "refuse", "several", "follow-up", "paraphrase",
    ];

    private readonly Dictionary<string, MachineState> _states = new(StringComparer.Ordinal);

    private LoamBench(string folder)
    {
        foreach (var state in Directory.GetDirectories(Path.Combine(folder, "states")))
        {
            var files = ReadState(state);
            _states.Add(Path.GetFileName(state), new(files));
        }
        _states[Empty] = new(StateSet.Empty);
    }

    public IReadOnlyDictionary<string, MachineState> States => _states;
    public List<Case> Cases { get; } = [];
    public List<CaseFault> Faults { get; } = [];

    /// <summary>Where it lies in a clone.</summary>
    public static string Folder { get; } = FindFolder();

    public static LoamBench Read() => Read(Folder);

    /// <param name="folder">One with <c>states</c>, <c>cases</c> and <c>blind</c>.</param>
    public static LoamBench Read(string folder)
    {
        var bench = new LoamBench(folder);
        foreach (var (name, state) in bench._states.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            foreach (var error in state.Reading.Findings.Where(f => f.IsError))
            {
                bench.Faults.Add(new($"states/{name}/{error.At?.File}", error.At?.Line ?? 1,
                    error.Message, error.Remedy));
            }
        }
        bench.ReadCases(folder, "cases", isBlind: false);
        bench.ReadCases(folder, "blind", isBlind: true);
        bench.CheckCases();
        return bench;
    }

    /// <summary>The state files of a folder.</summary>
    public static StateSet ReadState(string folder) =>
        Directory.GetFiles(folder).Order(StringComparer.Ordinal).Aggregate(StateSet.Empty,
            (state, file) => state.With(Path.GetFileName(file), File.ReadAllText(file)));

    private void ReadCases(string folder, string part, bool isBlind)
    {
        var path = Path.Combine(folder, part);
        if (!Directory.Exists(path))
        {
            return;
        }
        foreach (var file in Directory.GetFiles(path).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var shown = $"{part}/{Path.GetFileName(file)}";
            if (Path.GetExtension(file) != ".cases" || !Classes.Contains(name))
            {
                Faults.Add(new(shown, 1, $"{Path.GetFileName(file)} is no file of a class.",
                    $"Name it CLASS.cases; the classes are {string.Join(", ", Classes)}."));
                continue;
            }
            Cases.AddRange(
                CaseFile.Read(shown, File.ReadAllText(file), name, isBlind, Faults));
        }
    }

    /// <summary>What only all cases and states together show.</summary>
    private void CheckCases()
    {
        var seen = new Dictionary<(string, string), Case>();
        foreach (var test in Cases)
        {
            if (!States.TryGetValue(test.State, out var state))
            {
                Faults.Add(new(test.File, test.Line, $"There is no start state {test.State}.",
                    Nearest.To(test.State, States.Keys) is { } meant ? $"Write {meant}."
                        : $"There are {string.Join(", ", States.Keys.Order())}."));
                continue;
            }
            foreach (var fact in test.Facts.OfType<SameFact>())
            {
                if (fact.Place.Find(state) is null)
                {
                    Faults.Add(new(test.File, test.Line,
                        $"'{fact.Text}': state {test.State} has no {fact.Place.Text}.",
                        "Correct the name, or say what must come of it."));
                }
            }
            if (!seen.TryAdd((test.State, test.Said.ToLowerInvariant()), test))
            {
                Faults.Add(new(test.File, test.Line, "The same was said to the same state in "
                    + $"{seen[(test.State, test.Said.ToLowerInvariant())].Place}.",
                    "Remove one of the two."));
            }
        }
        Cases.RemoveAll(c => !States.ContainsKey(c.State));
    }

    private static string FindFolder([CallerFilePath] string here = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "loam-bench"));
}
