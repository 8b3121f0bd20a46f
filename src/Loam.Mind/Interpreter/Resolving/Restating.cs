using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>A turn that is no sentence of its own may finish or mend the one before it: "… and
/// docker", "except caddy", "no, 120", "not sofia". These are the sentences it may make.</summary>
internal static class Restating
{
    /// <summary>A reading surer than this may stand for what was said in two turns.</summary>
    public const double Sure = 0.75;

    /// <summary>The turn by itself came to nothing, and has no verb to be a sentence.</summary>
    public static bool Wants(Proposal plain, IReadOnlyList<Clause> clauses) =>
        (plain.Outcome == Outcome.Question
            || (plain.Outcome == Outcome.Refusal && plain.Message == Refusals.NotUnderstood))
        && clauses.Count is > 0 and <= 4 && clauses.All(IsFragment);

    private static bool IsFragment(Clause clause) => clause is { Question: null, Foreign: null }
        && (clause.Verb is "" or "have" or "set" or "undo" || clause.IsInherited)
        && !clause.Attributes.OfType<LimitAttribute>().Any(l => l.Amount.IsVague);

    /// <summary>Whole sentences to try, the likeliest first.</summary>
    /// <param name="before">What was said before.</param>
    /// <param name="earlier">Its words.</param>
    public static IEnumerable<string> Of(
        string before, List<Lexeme> earlier, string turn, IReadOnlyList<Clause> clauses)
    {
        var words = clauses.SelectMany(c => c.Lexemes).ToList();
        var start = turn.TrimStart();
        var mends = clauses.Any(c => c.Corrects) || words.Exists(l => l.IsGlue("not"))
            || start.StartsWith("make it", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("make that", StringComparison.OrdinalIgnoreCase);
        if (!mends)
        {
            yield return $"{before.TrimEnd(' ', '.', '!')} {start}";
            yield return $"{before.TrimEnd(' ', '.', '!')}, {start}";
            yield break;
        }
        var not = words.FindIndex(l => l.IsGlue("not"));
        if (not >= 0 && not + 1 < words.Count)
        {
            var gone = words.Skip(not + 1).FirstOrDefault(IsValue);
            if (gone is not null && Cut(before, gone.Original, "") is { } without)
            {
                yield return without;
            }
            yield break;
        }
        if (words.Where(IsValue).ToList() is [var value]
            && earlier.FindLast(l => IsLike(l, value)) is { } old
            && Cut(before, old.Original, WithUnit(value, old)) is { } mended)
        {
            yield return mended;
        }
    }

    private static string? Cut(string text, string old, string put)
    {
        var at = text.LastIndexOf(old, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : text[..at] + put + text[(at + old.Length)..];
    }

    /// <summary>"80Gi", "no, 60": the unit stays.</summary>
    private static string WithUnit(Lexeme value, Lexeme old)
    {
        var unit = old.Original.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        return value.IsNumber && value.Unit.Length == 0 && old.Unit.Length > 0
            ? value.Original + unit : value.Original;
    }

    private static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.IsMention
        || lexeme.Readings[0].Part is Part.Path or Part.Address or Part.Cidr or Part.Domain
            or Part.Email or Part.PortPair or Part.PortRange or Part.Quoted or Part.Version
            or Part.Image or Part.Mount or Part.Unknown;

    private static bool IsLike(Lexeme old, Lexeme value) => value.IsNumber ? old.IsNumber
        : IsWord(value) ? IsWord(old) : old.Readings[0].Part == value.Readings[0].Part;

    private static bool IsWord(Lexeme lexeme) => lexeme.IsMention
        || lexeme.Readings[0].Part is Part.Unknown or Part.Quoted;
}
