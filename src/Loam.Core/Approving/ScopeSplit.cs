using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>A proposal in two parts: what somebody's words cover, and what lies outside and needs
/// an approval of its own. The first part is the approved text with only the covered changes in
/// it; the second leads from there to all that was proposed.</summary>
public sealed record ScopeSplit
{
    /// <summary>The approved texts.</summary>
    public required StateSet Before { get; init; }

    /// <summary>With what is covered; the same as before where nothing is.</summary>
    public required StateSet Inside { get; init; }

    /// <summary>With everything; the same as <see cref="Inside"/> where nothing lies outside.
    /// </summary>
    public required StateSet Whole { get; init; }

    /// <summary>What lies outside, one sentence each, by code and from the typed change.
    /// </summary>
    public ImmutableArray<string> Outside { get; init; } = [];
    public ImmutableArray<FieldEdit> OutsideEdits { get; init; } = [];

    /// <summary>Why what is covered cannot stand alone, so that all of it is outside; null: it
    /// can, or there is none.</summary>
    public string? Hindrance { get; init; }

    /// <summary>What is wrong with the proposal; with an error in it there are no parts.</summary>
    public IReadOnlyList<Diagnostic> Findings { get; init; } = [];

    public bool IsValid => !Findings.Any(f => f.IsError);

    /// <summary>Changed files of the covered part: what is planned and shown first.</summary>
    public ImmutableSortedDictionary<string, string> InsideTexts => Changed(Before, Inside);

    /// <summary>Changed files of the other part, on top of the first.</summary>
    public ImmutableSortedDictionary<string, string> OutsideTexts => Changed(Inside, Whole);

    /// <param name="proposed">File name to its whole new text; empty: without that file.</param>
    public static ScopeSplit Of(
        StateSet before, IReadOnlyDictionary<string, string> proposed, Scope scope)
    {
        var whole = before;
        // Which images tags mean is looked up by Loam alone.
        foreach (var (file, text) in proposed.Where(p => p.Key != StateSet.Lock))
        {
            whole = text.Length == 0 ? whole.Without(file) : whole.With(file, text);
        }
        var (then, now) = (StateReader.Read(before), StateReader.Read(whole));
        if (then.State is null || now.State is null)
        {
            return Nothing(before, now.State is null ? now.Findings : then.Findings);
        }
        var verdicts = scope.Judge(then.State, now.State);
        var (inside, hindrance) = (then.State, (string?)null);
        if (verdicts.Any(v => v.IsCovered))
        {
            (inside, hindrance) = Taken(then.State, now.State, verdicts, scope);
        }
        // What is covered and could not be taken alone waits with the rest: nothing is lost.
        var taken = FieldEdits.Between(then.State, inside).Select(e => e.Said).ToHashSet();
        var outside = verdicts.Where(v => !v.IsCovered || !taken.Contains(v.Edit.Said))
            .Select(v => v.Edit).ToImmutableArray();
        var all = inside.Files;
        foreach (var file in whole.ChangedFrom(before).Where(f => outside.Any(
            e => ScopeTexts.FileOf(e.Id, now.State, then.State) == f)))
        {
            all = whole[file] is { } text ? all.With(file, text) : all.Without(file);
        }
        return new()
        {
            Before = before, Inside = inside.Files, Whole = all, OutsideEdits = outside,
            Outside = ScopeWords.Of(outside), Hindrance = hindrance, Findings = now.Findings,
        };
    }

    private static ScopeSplit Nothing(StateSet before, IReadOnlyList<Diagnostic> findings) =>
        new() { Before = before, Inside = before, Whole = before, Findings = findings };

    /// <summary>The covered part, read and judged again: nothing is taken on trust from how it was
    /// put together.</summary>
    private static (DesiredState, string?) Taken(DesiredState before, DesiredState after,
        ImmutableArray<ScopeVerdict> verdicts, Scope scope)
    {
        var inside = ScopeTexts.Take(before, after, verdicts);
        var reading = inside is null ? null : StateReader.Read(inside);
        if (inside is null || reading is null)
        {
            return (before, "It cannot be written into the files without the rest.");
        }
        if (reading.State is null)
        {
            return (before, reading.Findings.First(f => f.IsError).Message);
        }
        return scope.Covers(before, reading.State) ? (reading.State, null)
            : (before, "Without the rest it would mean something else.");
    }

    private static ImmutableSortedDictionary<string, string> Changed(StateSet from, StateSet to) =>
        to.ChangedFrom(from).ToImmutableSortedDictionary(f => f, f => to[f] ?? "",
            StringComparer.Ordinal);
}
