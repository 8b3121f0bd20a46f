using Loam.Core.Planning;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>A network or an address has changed: "moved from 10.8.0.0/24 to 10.9.0.0/24", "now
/// 10.40.8.0/24 instead of 10.40.9.0/24".</summary>
internal sealed record SourceSwap(string Old, string New)
{
    public static SourceSwap? Of(Clause clause)
    {
        var places = Enumerable.Range(0, clause.Count).Where(at => PortNames.Network(clause[at])
            is not null).ToList();
        if (places is not [var first, var second])
        {
            return null;
        }
        var (one, other) = (PortNames.Network(clause[first])!, PortNames.Network(clause[second])!);
        var between = clause.Lexemes.Skip(first + 1).Take(second - first - 1).ToList();
        var before = clause.Lexemes.Take(first).ToList();
        var after = clause.Lexemes.Skip(second + 1).ToList();
        if (between.Exists(l => l.Text is "too wide" or "too broad" or "too much" or "wide"
                or "broad"
                or "too big" or "too large") && after.Exists(l => l.Text is "enough" or "suffices"
                or "sufficient" or "will do" or "is enough" or "do"))
        {
            return new(one, other);
        }
        if (between.Exists(l => l.IsGlue("insteadof") || l.Text is "replaces" or "not"))
        {
            return new(other, one);
        }
        var changes = before.Concat(between).Any(l => l.Is(Language.Part.Topic, "moved")
            || l.Is(Language.Part.Topic, "widen") || l.Is(Language.Part.Verb, "raise")
            || l.Is(Language.Part.Verb, "lower") || l.Is(Language.Part.Verb, "move")
            || l.Is(Language.Part.Verb, "replace"));
        var linked = between.Exists(l => l.IsGlue("to") || l.IsGlue("by") || l.IsGlue("with")
            || l.Is(Language.Part.Topic, "moved"));
        return changes && linked && between.Count <= 3
            && (before.Exists(l => l.IsGlue("from") || l.Is(Language.Part.Verb, "replace"))
                || between.Exists(l => l.Is(Language.Part.Topic, "moved"))) ? new(one, other)
            : null;
    }

    /// <summary>Puts the new one where the old one stands, in the rules that are meant.</summary>
    public Reply? In(RuleBook book, IReadOnlyList<string> rules)
    {
        var changed = new List<string>();
        foreach (var rule in book.Rules.Rules.Where(r => rules.Count == 0
            || rules.Contains(r.Name)).ToList())
        {
            var sources = rule.Sources.Select(PortNames.Text).ToList();
            if (!sources.Contains(Old))
            {
                continue;
            }
            book.SetSources(rule.Name, [.. sources.Select(s => s == Old ? New : s).Distinct()]);
            changed.Add(rule.Name);
        }
        return changed.Count == 0 ? null : Reply.Done($"put {New} instead of {Old} in rule"
            + $"{(changed.Count > 1 ? "s" : "")} {Wording.List(changed)}").With(Risk.Medium);
    }
}
