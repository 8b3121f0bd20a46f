using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Evaluating.Facts;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Mind.Evaluating.Cases;

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

    private LoamBench(IReadOnlyDictionary<string, string> files)
    {
        foreach (var state in files.Where(f => f.Key.StartsWith("states/", StringComparison.Ordinal)
            && f.Key.Split('/').Length == 3).GroupBy(f => f.Key.Split('/')[1]))
        {
            _states.Add(state.Key, new(state.OrderBy(f => f.Key, StringComparer.Ordinal).Aggregate(
                StateSet.Empty, (set, f) => set.With(f.Key.Split('/')[2], f.Value))));
        }
        _states[Empty] = new(StateSet.Empty);
    }

    public IReadOnlyDictionary<string, MachineState> States => _states;
    public List<Case> Cases { get; } = [];
    public List<CaseFault> Faults { get; } = [];

    /// <param name="files">By their path below a folder with <c>states</c>, <c>cases</c> and,
    /// where there is one, <c>blind</c>.</param>
    public static LoamBench Of(IReadOnlyDictionary<string, string> files)
    {
        var bench = new LoamBench(files);
        foreach (var (name, state) in bench._states.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            foreach (var error in state.Reading.Findings.Where(f => f.IsError))
            {
                bench.Faults.Add(new($"states/{name}/{error.At?.File}", error.At?.Line ?? 1,
                    error.Message, error.Remedy));
            }
        }
        bench.ReadCases(files, "cases", isBlind: false);
        bench.ReadCases(files, "blind", isBlind: true);
        bench.CheckCases();
        return bench;
    }

    private void ReadCases(
        IReadOnlyDictionary<string, string> files, string part, bool isBlind)
    {
        foreach (var (shown, text) in files.Where(f => f.Key.StartsWith(part + "/",
            StringComparison.Ordinal)).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var file = shown[(part.Length + 1)..];
            var name = Path.GetFileNameWithoutExtension(file);
            if (Path.GetExtension(file) != ".cases" || !Classes.Contains(name))
            {
                Faults.Add(new(shown, 1, $"{file} is no file of a class.",
                    $"Name it CLASS.cases; the classes are {string.Join(", ", Classes)}."));
                continue;
            }
            Cases.AddRange(CaseFile.Read(shown, text, name, isBlind, Faults));
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
}
