using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Two people and what goes from the one to the other: "petra takes over from joost as
/// admin", "replace peter with sofia in sudo", "sudo goes from ben to anna".</summary>
internal static class Handover
{
    /// <summary>Said between the two: the first has it from now on.</summary>
    private static readonly HashSet<string> s_takes = ["takes", "take", "replaces", "succeeds",
        "inherits", "follows", "instead", "relieves", "supersedes"];

    /// <summary>Said before both: the second has it from now on.</summary>
    private static readonly HashSet<string> s_swaps = ["replace", "swap", "exchange", "switch",
        "substitute", "change", "trade"];

    /// <summary>Said between the two, with what it is: the second has it from now on.</summary>
    private static readonly HashSet<string> s_passes = ["hands", "passes", "transfers", "hand",
        "pass", "transfer", "yields", "cedes", "move", "moves", "goes", "go", "shift", "give",
        "gives"];

    /// <summary>Who has it from now on, and who had it; null: nothing is handed over.</summary>
    public static (string To, string From)? Of(Clause clause)
    {
        var people = Enumerable.Range(0, clause.Count)
            .Where(at => clause[at].Named(Known.User) is not null).ToList();
        if (people is not [var first, var second] || clause.Negated || clause.Question is not null
            || clause[first].Named(Known.User) == clause[second].Named(Known.User)
            || clause.Lexemes.Any(l => l.Is(Part.Key) || l.Is(Part.Topic, "key")
                || l.IsField("sshkey") || l.Is(Part.Topic, "like") || l.Possessive))
        {
            return null;
        }
        var (one, other) = (clause[first].Named(Known.User)!, clause[second].Named(Known.User)!);
        var links = (Before: Link(clause, first), Between: Link(clause, second));
        bool Says(int from, int to, HashSet<string> words) => clause.Lexemes.Skip(from)
            .Take(to - from).Any(l => l.Text.Split(' ').Any(words.Contains));
        if (links is ("from", "to") && Says(0, clause.Count, s_passes))
        {
            return (other, one);
        }
        if (Says(first, second, s_takes) && !Says(0, first, s_swaps)
            && links.Between is "from" or "for" or "of" or "")
        {
            return (one, other);
        }
        if (Says(0, first, s_swaps) && links.Between is "with" or "by" or "for")
        {
            return (other, one);
        }
        return Says(first, second, s_passes) && links.Between is "to" ? (other, one) : null;
    }

    /// <summary>The small word right before a name; empty: none.</summary>
    private static string Link(Clause clause, int at)
    {
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part == Part.Noise)
        {
            before--;
        }
        var word = before < 0 ? "" : clause[before].Text.Split(' ')[^1];
        return word is "from" or "to" or "with" or "by" or "for" or "of" ? word : "";
    }
}
