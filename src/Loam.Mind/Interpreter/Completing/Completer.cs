using Loam.Core.Catalog;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Completing;

/// <summary>How a request in words may go on where somebody types: a verb at its beginning,
/// then what the state has names for, and apps of the catalogue where something is to be added.
/// </summary>
public sealed class Completer
{
    private const int ShortestVerb = 3;
    private static readonly char[] s_ends = [' ', ',', '(', '"'];

    private static readonly string[] s_inflections = ["s", "ed", "ing"];

    private readonly List<string> _names;

    /// <param name="files">The state in force; of files with errors nothing is named.</param>
    public Completer(StateSet files)
    {
        var state = StateReader.Read(files).State;
        _names = state is null ? [] : [.. NameTable.Of(state).Names.Where(n => !n.Contains(' '))
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>What may stand in place of the last word, in order; empty: nothing is known.
    /// </summary>
    public IReadOnlyList<string> Candidates(string text)
    {
        var begin = text.LastIndexOfAny(s_ends) + 1;
        var (before, last) = (text[..begin].ToLowerInvariant(), text[begin..]);
        var all = before.Trim().Length > 0
            ? _names.Concat(Adds(before) && last.Length > 0 ? AppCatalog.FileNames : [])
            : last.Length > 0 ? Verbs() : [];
        return [.. all.Where(w => w.StartsWith(last, StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    // As one says them to somebody: not "restarted" beside "restart".
    private static IEnumerable<string> Verbs()
    {
        var all = Lexicon.English.Phrases(Part.Verb)
            .Where(p => p.Length >= ShortestVerb && !p.Contains(' ')).ToHashSet();
        return all.Where(p => !s_inflections.Any(
            i => p.EndsWith(i, StringComparison.Ordinal) && all.Contains(p[..^i.Length])));
    }

    private static bool Adds(string before) => Lexicon.English.Phrases(Part.Verb, "create")
        .Any(p => $" {before}".Contains($" {p} ", StringComparison.Ordinal));
}
