using System.Text.RegularExpressions;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <param name="OnTop">It is said besides the sentence before, not in its place.</param>
internal readonly record struct Restatement(string Text, bool OnTop);

/// <summary>A turn that is no sentence of its own may finish or mend the one before it, or say the
/// same of something else: "… and docker", "except caddy", "no, 120", "not sofia", "api too".
/// These are the sentences it may make.</summary>
internal static partial class Restating
{
    /// <summary>A reading surer than this may stand for what was said in two turns.</summary>
    public const double Sure = 0.75;

    /// <summary>The turn by itself came to nothing, and has no verb to be a sentence.</summary>
    public static bool Wants(Proposal plain, IReadOnlyList<Clause> clauses) =>
        (plain.Outcome == Outcome.Question
            || (plain.Outcome == Outcome.Refusal && plain.Message == Refusals.NotUnderstood))
        && clauses.Count is > 0 and <= 4 && clauses.All(IsFragment);

    /// <summary>"No, tom": another is meant than who was named.</summary>
    public static bool Swaps(IReadOnlyList<Clause> clauses) =>
        clauses is [{ Corrects: true, Verb: "", Question: null, Negated: false } clause]
        && clause.Lexemes.Where(l => !l.IsGlue("instead") && !l.IsGlue("comma")
            && (l.IsMention || l.Readings[0].Part is not Part.Noise)).ToList() is [{ } only]
        && only.IsMention && only.Namings.All(n => n.Known is Known.User or Known.Job
            or Known.Volume or Known.Rule or Known.Certificate or Known.Mount or Known.Secret);

    private static bool IsFragment(Clause clause) => clause is { Question: null, Foreign: null }
        && (clause.Verb is "" or "have" or "set" or "undo" || clause.IsInherited)
        && !clause.Attributes.OfType<LimitAttribute>().Any(l => l.Amount.IsVague);

    /// <summary>Whole sentences to try, the likeliest first.</summary>
    /// <param name="before">What was said before.</param>
    /// <param name="earlier">Its words.</param>
    public static IEnumerable<Restatement> Of(
        string before, List<Lexeme> earlier, string turn, IReadOnlyList<Clause> clauses)
    {
        var words = clauses.SelectMany(c => c.Lexemes).ToList();
        if (Widened(before, turn) is { } wide)
        {
            yield return new(wide, OnTop: false);
        }
        if (Mends(turn, words, clauses))
        {
            foreach (var text in Mended(before, earlier, words))
            {
                yield return new(text, OnTop: false);
            }
            yield break;
        }
        var alike = Put(before, earlier, words.Where(IsValue));
        var also = words.Exists(l => l.IsGlue("also")
            || l.Text.Split(' ')[0] is "same" or "likewise" or "ditto");
        if (also && alike is not null)
        {
            yield return new(alike, OnTop: true);
        }
        yield return new($"{before.TrimEnd(' ', '.', '!')} {turn.TrimStart()}", OnTop: false);
        yield return new($"{before.TrimEnd(' ', '.', '!')}, {turn.TrimStart()}", OnTop: false);
        if (!also && alike is not null && words.Exists(l => l.IsMention))
        {
            yield return new(alike, OnTop: true);
        }
        // "Every 2", "30": a value alone, where one like it was said.
        else if (!also && alike is not null && words.TrueForAll(l => IsValue(l)
            || l.Readings[0].Part is Part.Noise or Part.Glue))
        {
            yield return new(alike, OnTop: false);
        }
    }

    /// <summary>"Block 203.0.113.77", "the whole /24": its network; null: none is said.</summary>
    private static string? Widened(string before, string turn)
    {
        var (mask, address) = (Mask().Match(turn), Address().Match(before));
        if (!mask.Success || !address.Success || turn.Any(c => c == '.' && char.IsDigit(c))
            || Address().IsMatch(turn)
            || !int.TryParse(mask.Groups[1].Value, out var bits) || bits is not (8 or 16 or 24))
        {
            return null;
        }
        if (!turn.Split(' ', ',').Intersect(["whole", "entire", "all", "range", "net", "network",
            "subnet", "neighbours", "neighbourhood"], StringComparer.OrdinalIgnoreCase).Any())
        {
            // "With /24 of course"
            return turn.StartsWith("with", StringComparison.OrdinalIgnoreCase)
                ? before.Insert(address.Index + address.Length, $"/{bits}") : null;
        }
        var parts = address.Value.Split('.');
        var network = string.Join('.', parts.Take(bits / 8).Concat(
            Enumerable.Repeat("0", 4 - bits / 8)));
        return $"{before[..address.Index]}{network}/{bits}"
            + before[(address.Index + address.Length)..];
    }

    [GeneratedRegex(@"(?<![\w./])/(\d{1,2})(?![\w/])")]
    private static partial Regex Mask();

    [GeneratedRegex(@"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d./])", RegexOptions.RightToLeft)]
    private static partial Regex Address();

    /// <summary>The turn takes something back: "no, …", "make it …", "not …".</summary>
    private static bool Mends(
        string turn, List<Lexeme> words, IReadOnlyList<Clause> clauses) =>
        clauses.Any(c => c.Corrects || c.Verb == "undo") || words.Exists(l => l.IsGlue("not"))
            || turn.TrimStart().StartsWith("back to ", StringComparison.OrdinalIgnoreCase)
            || turn.TrimStart().StartsWith("make it", StringComparison.OrdinalIgnoreCase)
            || turn.TrimStart().StartsWith("make that", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Mended(
        string before, List<Lexeme> earlier, List<Lexeme> words)
    {
        var not = words.FindIndex(l => l.IsGlue("not"));
        if (not >= 0 && not + 1 < words.Count && words.Skip(not + 1).Any(IsValue))
        {
            var gone = words.Skip(not + 1).First(IsValue);
            // "Not pia, mia"
            if (words.Skip(not + 1).Where(IsValue).ToList() is [_, var put]
                && Cut(before, gone.Original, put.Original) is { } other)
            {
                yield return other;
                yield break;
            }
            // "Not 8080, take 8443", of a port that nobody said.
            if (words.Skip(not + 1).Where(l => l.IsNumber).ToList() is
                    [{ Unit: "", Value: >= 80 }, { Unit: "", Value: >= 80 } port]
                && !words.Exists(l => l.IsMention))
            {
                yield return $"{before.TrimEnd(' ', '.', '!')} on port {port.Original}";
                yield break;
            }
            if (Without(before, gone.Original) is { } without)
            {
                yield return without;
            }
            yield break;
        }
        // "No signups" names nothing else.
        var no = words.FindIndex(l => l.Text is "no");
        if (no >= 0 && no + 1 < words.Count && words[no + 1].Is(Part.Unknown)
            && Lexicon.English.Knows(words[no + 1].Text))
        {
            yield break;
        }
        if (Put(before, earlier, words.Where(IsValue)) is { } mended)
        {
            yield return mended;
        }
    }

    /// <summary>The sentence with each value in the place of the last one like it; null: there is
    /// none like it.</summary>
    private static string? Put(string before, List<Lexeme> earlier, IEnumerable<Lexeme> values)
    {
        var free = earlier.ToList();
        var text = before;
        var any = false;
        foreach (var value in values)
        {
            var old = free.FindLast(l => IsAlike(l, value));
            old ??= value.Readings[0].Part is Part.Unknown
                && free.Exists(l => l.Is(Part.Assignment))
                ? free.FindLast(l => l.Readings[0].Part is Part.Unknown or Part.Quoted)
                : free.FindLast(l => IsLike(l, value));
            if (old is null && value.Readings[0].Part is Part.Unknown
                && free.FindLast(l => l.Is(Part.Assignment)) is { } given)
            {
                free.Remove(given);
                text = Cut(text, given.Original,
                    given.Original[..(given.Original.IndexOf('=') + 1)] + value.Original) ?? text;
                any = true;
                continue;
            }
            if (old is null || Cut(text, old.Original, WithUnit(value, old)) is not { } put)
            {
                return null;
            }
            free.Remove(old);
            text = put;
            any = true;
        }
        return any && text != before ? text : null;
    }

    /// <summary>A thing that is spared or kept after all: "keep petra", "not photos", "leave
    /// grafana", "docker is too much, without that". Null: the words say something else.</summary>
    public static List<Lexeme>? Spared(List<Lexeme> words)
    {
        List<Lexeme>? things = null;
        var named = new List<Lexeme>();
        foreach (var (from, to) in ClauseSplitter.PiecesOf(words, at => words[at].IsGlue("comma")
            || words[at].Readings[0].Part == Part.Stop || words[at].Text == "but"))
        {
            var piece = words[from..to];
            var meant = piece.Where(l => !(l.IsGlue("instead") || l.IsGlue("wish")
                || l.IsGlue("and") || l.IsGlue("also") || l.IsGlue("yes"))
                && (l.Readings[0].Part is not Part.Noise || l.IsMention)
                && l.Text is not ("though" or "after all" or "then" or "anyway" or "running"
                    or "alone" or "up" or "alive" or "wait")).ToList();
            // "No prometheus", without a comma.
            if (piece.Count > 1 && piece[0].Text == "no" && meant.Count > 0)
            {
                meant = [piece[0], .. meant];
            }
            if (things is null && SparedBy(meant, named) is { } spared)
            {
                things = spared;
            }
            else if (things is not null ? meant.Count > 0 && !Tells(piece) : !TooMuch(meant, named))
            {
                return null;
            }
        }
        return things;
    }

    private static List<Lexeme>? SparedBy(List<Lexeme> meant, List<Lexeme> named)
    {
        if (meant is [.., var last] && meant.Count > 1 && (last.IsGlue("not") || Stays(last)
            || last.IsVerb("undo") && last.Text.StartsWith("not ", StringComparison.Ordinal)))
        {
            meant = [last, .. meant.SkipLast(1)];
        }
        if (named.Count > 0 && meant is [var drops, ..] && drops.IsVerb("undo")
            && meant.Skip(1).All(l => l.Text is "out" or "off" or "away"))
        {
            return named;
        }
        // "Leave prometheus out"
        if (meant is [var left, _, { Text: "out" or "off" or "away" or "aside" }]
            && left.Text is "leave" or "keep" or "take" or "put")
        {
            meant = [left, meant[1]];
            return named.Count > 0 && meant[1].Is(Part.Reference) ? named
                : IsThing(meant[1]) ? meant[1..] : null;
        }
        if (named.Count > 0 && meant is [var leaves, { } it] && it.Is(Part.Reference)
            && (Spares(leaves) || leaves.IsVerb("remove")))
        {
            return named;
        }
        return meant is [var says, _, ..] && (Spares(says) || Stays(says))
            && meant.Skip(1).All(IsThing) ? meant[1..] : null;
    }

    private static bool IsThing(Lexeme lexeme) => lexeme.IsMention || lexeme.Readings[0].Part
        is Part.Unknown or Part.Address or Part.Cidr or Part.Domain;

    /// <summary>"Docker is too much": the thing is kept in mind.</summary>
    private static bool TooMuch(List<Lexeme> meant, List<Lexeme> named)
    {
        if (meant is [{ } thing, { } has] && IsThing(thing) && has.IsGlue("is"))
        {
            named.Add(thing);
            return true;
        }
        return meant.Count == 0;
    }

    /// <summary>"…, we have one elsewhere": why, with nothing named.</summary>
    private static bool Tells(List<Lexeme> piece) => piece.TrueForAll(l => !l.IsMention
        && !l.IsNumber && (!l.Is(Part.Verb) || l.IsVerb("have")))
        && piece.Find(l => l.Text.Length > 0)?.Text is "we" or "i" or "they" or "that" or "it"
            or "he" or "she" or "there";

    private static bool Stays(Lexeme lexeme) => lexeme.Text is "stays" or "stay" or "remains"
        or "remain" or "stays as it is" or "stays on";

    private static bool Spares(Lexeme lexeme) => lexeme.IsVerb("spare") || lexeme.IsGlue("not")
        || lexeme.IsGlue("except") || lexeme.IsGlue("without")
        || lexeme.Text is "keep" or "leave" or "keeps" or "skip" or "spare" or "exclude" or "no"
            or "omit"
        || (lexeme.IsVerb("undo") && lexeme.Text is not ("undo that" or "undo"));

    /// <summary>The sentence without an item of its list; null: it does not say it.</summary>
    public static string? Without(string text, string item)
    {
        var word = Regex.Escape(item);
        foreach (var pattern in (string[])
            [$@"(,\s*and|,|\band)\s+{word}\b", $@"\b{word}\s*(,\s*and\b|,|\band\b)",
                $@"(?<![\w.-]){word}(?![\w-])"])
        {
            var match = Regex.Match(text, pattern,
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
                    | RegexOptions.RightToLeft);
            if (match.Success)
            {
                return Spaces().Replace(text.Remove(match.Index, match.Length), " ").Trim();
            }
        }
        return null;
    }

    [GeneratedRegex(@"\s{2,}")]
    private static partial Regex Spaces();

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

    /// <summary>Both name a thing of one kind.</summary>
    private static bool IsAlike(Lexeme old, Lexeme value) => old.IsMention && value.IsMention
        && old.Namings.Any(o => value.Namings.Any(v => v.Known == o.Known));

    private static bool IsLike(Lexeme old, Lexeme value) => value.IsNumber ? old.IsNumber
        : IsWord(value) ? IsWord(old) : old.Readings[0].Part == value.Readings[0].Part;

    private static bool IsWord(Lexeme lexeme) => lexeme.IsMention
        || lexeme.Readings[0].Part is Part.Unknown or Part.Quoted;
}
