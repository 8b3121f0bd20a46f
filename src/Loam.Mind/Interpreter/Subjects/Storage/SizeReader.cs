using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Sizes of volumes as people say them: "to 60 GB", "another 25 gigs", "by a fifth",
/// "double", "it is full".</summary>
internal static class SizeReader
{
    private static readonly string[] s_units = ["Ki", "Mi", "Gi", "Ti", "m"];

    public static bool IsSize(Lexeme lexeme) => lexeme.IsNumber && s_units.Contains(lexeme.Unit);

    /// <summary>"50%" of what is there.</summary>
    public static bool IsShare(Lexeme lexeme) => lexeme is { IsNumber: true, Unit: "percent" };

    /// <summary>A size, a factor, or how much more; null: none was said.</summary>
    /// <param name="known">The volume it is about is there already.</param>
    public static Amount? Read(Clause clause, bool known)
    {
        foreach (var former in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && clause[i] is { IsNumber: true, Unit: "" } && IsFormer(clause, i)).ToList())
        {
            clause.Use(former);
        }
        foreach (var share in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && IsShare(clause[i]) && IsFull(clause, i)).ToList())
        {
            clause.Use(share);
        }
        var said = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (IsSize(clause[i]) || IsShare(clause[i])) && !IsFormer(clause, i)).ToList();
        if (said.Count > 0)
        {
            // "From 30 to 60", "is 30, make it 60": the last one holds.
            var at = said[^1];
            if (Bare(clause, at) is { } bare)
            {
                said.ForEach(clause.Use);
                return bare;
            }
            said.ForEach(clause.Use);
            UseFormer(clause, at);
            var amount = Of(clause, at, known);
            UseFactors(clause);
            return amount;
        }
        return Factor(clause) ?? Vague(clause);
    }

    /// <summary>"It does not need 40 gigs, 25 will do", "60 instead of 30 GB": in the same unit.
    /// </summary>
    private static Amount? Bare(Clause clause, int size)
    {
        var number = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i] is { IsNumber: true, Unit: "", Value: > 0 } && (i > size
                ? clause.Negated || clause.Lexemes.Take(size).Any(l => l.IsGlue("not")
                    || l.Text is "not need")
                : i + 1 < clause.Count && clause[i + 1].IsGlue("insteadof")), -1);
        var more = Enumerable.Range(size + 1, Math.Max(0, clause.Count - size - 2))
            .FirstOrDefault(i => clause.IsFree(i) && clause[i] is { IsNumber: true, Unit: "" }
                && clause[i + 1].Key(Part.Amount) == "more", -1);
        if (more > 0 && !IsShare(clause[size]))
        {
            clause.Use(more, more + 1);
            return new(AmountKind.Add, clause[more].Value, Unit(clause[size]));
        }
        if (number < 0 || IsShare(clause[size]))
        {
            return null;
        }
        clause.Use(number);
        clause.Negated = false;
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].IsGlue("not") || clause[i].IsGlue("insteadof"))).ToList())
        {
            clause.Use(at);
        }
        return new(AmountKind.Absolute, clause[number].Value, Unit(clause[size]));
    }

    /// <summary>"It is at 90 %", "95% full" says how full it is.</summary>
    private static bool IsFull(Clause clause, int at) => at > 0 && clause[at - 1].IsGlue("on")
        || (at > 0 && (clause[at - 1].IsGlue("is") || clause[at - 1].Text is "shows" or "reads"
            or "says" or "reports" or "hit" or "hits" or "reached" or "reaches" or "passed"
            or "stands" or "has reached" or "went")) || (at + 1 < clause.Count
            && (clause[at + 1].Is(Part.Topic, "space") || clause[at + 1].Text is "used"));

    private static Amount Of(Clause clause, int at, bool known)
    {
        var near = Enumerable.Range(Math.Max(0, at - 2), Math.Min(at, 2))
            .Concat(Enumerable.Range(at + 1, Math.Min(2, clause.Count - at - 1))).ToList();
        var lowers = clause.Verb == "lower";
        var by = near.Any(i => i < at && clause[i].IsGlue("by"));
        var to = at > 0 && clause[at - 1].IsGlue("to");
        if (IsShare(clause[at]))
        {
            var part = clause[at].Value / 100;
            return new(AmountKind.Factor, to ? part : lowers ? 1 - part : 1 + part, "");
        }
        var more = near.Any(i => clause[i].Text is "another" or "more" or "additional" or "extra"
            or "further" or "on top" or "top") || clause[at].Text.StartsWith('+');
        foreach (var i in near.Where(i => clause[i].Key(Part.Amount) == "more"))
        {
            clause.Use(i);
        }
        var adds = !to && known && clause.Verb == "create"
            && clause.Lexemes.Any(l => l.Text is "add" or "added" or "adding");
        return new(lowers && (by || (clause.Lexemes.Any(l => l.IsGlue("from")) && !to))
                ? AmountKind.Subtract
            : !lowers && (more || by || adds) ? AmountKind.Add : AmountKind.Absolute,
            clause[at].Value, Unit(clause[at]));
    }

    public static string Unit(Lexeme size) => size.Unit == "m" ? "Mi" : size.Unit;

    /// <summary>"Rather than 30", "instead of 20 GB" is no wish.</summary>
    private static bool IsFormer(Clause clause, int at)
    {
        var before = clause.Next(at, -1);
        if (before < 0 || !clause[before].IsGlue("insteadof"))
        {
            return false;
        }
        clause.Use(at);
        return true;
    }

    /// <summary>"30 to 60 GB", "from 30 to 60 GB": the first is how it was.</summary>
    private static void UseFormer(Clause clause, int at)
    {
        var to = at - 1;
        if (to > 0 && clause[to].IsGlue("to") && clause[to - 1].IsNumber && clause.IsFree(to - 1))
        {
            clause.Use(to - 1);
        }
    }

    /// <summary>"Double it to 200 GB": the size says it exactly.</summary>
    private static void UseFactors(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].Key(Part.Amount) is { } key
                && (key[0] == 'x' || key is "more" or "less"))
            {
                clause.Use(at);
            }
        }
    }

    private static Amount? Factor(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at) || clause[at].Key(Part.Amount) is not { } key
                || !(key[0] == 'x' || key is "more" or "less")
                || at + 1 < clause.Count && clause[at + 1].Text == "past")
            {
                continue;
            }
            clause.Use(at);
            var factor = key[0] == 'x'
                ? decimal.Parse(key[1..], CultureInfo.InvariantCulture) : 0;
            // "Grow it by half" is not half of it.
            factor = factor is > 0 and < 1 && clause.Verb == "raise" ? 1 + factor : factor;
            return factor > 0 ? new(AmountKind.Factor, factor, "")
                : new(key == "less" ? AmountKind.Less : AmountKind.More, 0, "");
        }
        return null;
    }

    private static Amount? Vague(Clause clause)
    {
        var full = clause.Lexemes.Any(l => l.Is(Part.Topic, "space")
            && (l.Text.Contains("full", StringComparison.Ordinal)
                || l.Text.Contains("out of", StringComparison.Ordinal)
                || l.Text.Contains("filling", StringComparison.Ordinal)));
        var small = clause.Find(Part.Topic, "toosmall");
        if (small >= 0)
        {
            clause.Use(small);
        }
        return clause.Verb is "raise" || full || small >= 0 ? new(AmountKind.More, 0, "") : null;
    }
}
