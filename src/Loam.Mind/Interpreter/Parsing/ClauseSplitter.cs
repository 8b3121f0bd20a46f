using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Cuts a turn's lexemes into clauses, one for each wish.</summary>
internal static class ClauseSplitter
{
    private const int MostBetween = 6;

    /// <summary>Verbs that mean something only by what stands with them; a stronger verb in the
    /// same clause wins: "I want redis removed".</summary>
    private static readonly string[] s_weak = ["set", "have", "limit"];

    public static List<Clause> Split(List<Lexeme> lexemes, Particles particles)
    {
        var clauses = new List<Clause>();
        var sentence = new List<Lexeme>();
        foreach (var lexeme in lexemes)
        {
            if (lexeme.Readings[0].Part != Part.Stop)
            {
                sentence.Add(lexeme);
                continue;
            }
            AddSentence(clauses, particles.Join(sentence), lexeme.Text == "?");
            sentence = [];
        }
        AddSentence(clauses, particles.Join(sentence), asks: false);
        return clauses;
    }

    /// <summary>"…, although we drop his network": how things are, and no wish.</summary>
    private static List<Lexeme> WithoutConcession(List<Lexeme> sentence)
    {
        var at = sentence.FindIndex(l => l.Text is "although" or "even though" or "even if"
            or "despite" or "whereas");
        return at > 1 ? sentence[..at] : sentence;
    }

    private static void AddSentence(List<Clause> clauses, List<Lexeme> sentence, bool asks)
    {
        sentence = WithoutConcession(sentence);
        var start = 0;
        var before = clauses.Count;
        for (var at = 1; at < sentence.Count; at++)
        {
            if (StartsClause(sentence, start, at))
            {
                Add(clauses, sentence[start..at], asks);
                start = at;
            }
        }
        if (sentence.Count > start)
        {
            Add(clauses, sentence[start..], asks);
        }
        ShareVerbs(clauses, before);
    }

    /// <summary>"add nginx on 8080, grafana on 3001": the second has no verb of its own.
    /// </summary>
    private static void ShareVerbs(List<Clause> clauses, int from)
    {
        for (var at = from + 1; at < clauses.Count; at++)
        {
            var clause = clauses[at];
            if (clause.Verb.Length == 0 && clauses[at - 1].Verb is { Length: > 0 } verb
                && verb is not "undo")
            {
                clause.Verb = verb;
                clause.IsInherited = true;
                clause.Negated = clauses[at - 1].Negated && !clauses[at].Negated;
            }
        }
    }

    private static void Add(List<Clause> clauses, List<Lexeme> lexemes, bool asks)
    {
        var clause = new Clause(lexemes) { AsksMark = asks };
        ReadVerb(clause);
        clauses.Add(clause);
    }

    private static bool StartsClause(List<Lexeme> all, int start, int at)
    {
        var lexeme = all[at];
        var joined = IsJoint(all[at - 1])
            || (all[at - 1].Text == "just" && at - 1 > start && IsJoint(all[at - 2]));
        // "and also", "but then": look at the first joint of a row.
        if (joined && IsJoint(lexeme))
        {
            return false;
        }
        if (joined && lexeme.Is(Part.Question) && !lexeme.Is(Part.Verb) && HasVerb(all, start, at))
        {
            return true;
        }
        var denies = lexeme.IsGlue("not") || (lexeme.Text is "we" or "i" or "they"
            && at + 1 < all.Count && all[at + 1].IsGlue("not"));
        if (joined && denies && HasVerb(all, start, at)
            && HasVerb(all, at + 1, Math.Min(all.Count, at + 4)))
        {
            return true;
        }
        // "I do not want it to be removed"
        var infinite = lexeme.Is(Part.Verb) && HasVerb(all, start, at)
            && (lexeme.Text.StartsWith("to be ", StringComparison.Ordinal)
                || all[at - 1].Text is "to be");
        if (infinite || IsSubordinate(all, start, at) || (joined && Furnishes(all, start, at)))
        {
            return false;
        }
        // "We are moving our code, so gitea can be removed"
        if (lexeme.Text is "so" && at > start + 1 && HasVerb(all, start, at)
            && at + 1 < all.Count && HasMention(all, at, all.Count)
            && StrongIn(all, at, all.Count))
        {
            return true;
        }
        // "… now that the balancer does it": what follows says why.
        var why = all.FindIndex(start, at - start, IsReason);
        if (why > start && !joined && HasVerb(all, start, why))
        {
            return false;
        }
        if (IsVerb(all, at))
        {
            if (!HasVerb(all, start, at))
            {
                // "grafana is slow, give it 4 gigs": the first part only says what "it" is.
                return HasMention(all, start, at) && !Asks(all, start) && at + 1 < all.Count
                    && all[at + 1].Is(Part.Reference) && !IsWeakNeed(lexeme);
            }
            return joined || (IsStrong(lexeme) && StrongIn(all, start, at)
                && HasMention(all, start, at));
        }
        return joined && PieceStandsAlone(all, start, at);
    }

    /// <summary>"Wait for postgres before it starts": the verb says when, not what.</summary>
    private static bool IsSubordinate(List<Lexeme> all, int start, int at)
    {
        if (!all[at].Is(Part.Verb) || at < start + 2)
        {
            return false;
        }
        var who = at - 1;
        while (who > start && (all[who].IsGlue("is") || all[who].IsGlue("wish")
            || all[who].Readings[0].Part == Part.Noise && !all[who].IsMention
                && all[who].Text is not ("it" or "they")))
        {
            who--;
        }
        var pronoun = all[who].Is(Part.Reference) || all[who].IsMention
            || all[who].Text is "it" or "they" or "he" or "she";
        return pronoun && who > start && who + 2 >= at
            && all[who - 1].Text is "before" or "when" or "until" or "while" or "after"
                or "as soon as" or "that" or "which" or "where" or "because" or "since"
                or "now that" or "so that" or "once";
    }

    /// <summary>"Run x, published on 80": a participle says more of what is made.</summary>
    private static bool Furnishes(List<Lexeme> all, int start, int at) =>
        all[at].Is(Part.Verb) && !all[at].IsMention
        && all[at].Text.Split(' ')[0] is "published" or "exposed" or "listening" or "mounted"
            or "connected" or "attached" or "limited" or "capped" or "hooked" or "bound"
            or "reachable" or "available" or "accessible" or "joined" or "hung" or "mapped"
            or "depending" or "restricted" or "visible" or "forwarded"
        && all.GetRange(start, at - start) is var before
        && VerbOf(before) is "create" or "have" or "start" or ""
        && before.Exists(l => IsMakeable(l))
        && !(at + 1 < all.Count && all.Skip(at + 1).TakeWhile(l => !IsJoint(l))
            .Any(l => l.Is(Part.Reference)));

    private static bool IsReason(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Text is "because" or "since" or "now that" or "as we" or "as it" or "so that"
            or "given that" or "in case" or "that is why" or "because of" or "due to" or "until"
            or "before" or "when" or "whenever" or "while" or "as soon as" or "in order to");

    /// <summary>Both this piece and what came before have a target and a value of their own, or
    /// several things are to be made.</summary>
    private static bool PieceStandsAlone(List<Lexeme> all, int start, int at)
    {
        var end = at;
        while (end < all.Count && !IsJoint(all[end]))
        {
            end++;
        }
        var piece = all[at..end];
        if (all.Exists(l => l.IsGlue("each")) || piece.Exists(l => l.IsGlue("insteadof")))
        {
            return false;
        }
        var before = all[start..at];
        var verb = VerbOf(before);
        // "Add a user sam, and a job …"; "get rid of mailpit and the report job".
        if (piece.Exists(IsJobWord) && verb.Length > 0 && !before.Exists(l => IsJobWord(l)
            || IsTime(l) || l.Is(Part.Command) || l.Named(Known.Job) is not null)
            && (piece.Exists(IsTime) || (verb == "remove" && before.Exists(IsThing))))
        {
            return true;
        }
        var thing = piece.FindIndex(IsThing);
        if (thing < 0 || !before.Exists(IsThing))
        {
            return false;
        }
        if (verb is "create" or "have" or "" && IsMakeable(piece[thing])
            && before.Exists(IsMakeable))
        {
            return !piece.Exists(IsShareMark) && (before.Exists(IsValue) || piece.Exists(IsValue))
                && !(verb != "create" && !before.Exists(IsValue));
        }
        return (piece.Exists(IsValue) && before.Exists(IsValue))
            // "Cleanup every 6 hours and report on mondays"
            || (piece[thing].Named(Known.Job) is not null && piece.Exists(IsTime)
                && before.Exists(l => l.Named(Known.Job) is not null) && before.Exists(IsTime));
    }

    private static bool IsJobWord(Lexeme lexeme) =>
        lexeme.Is(Part.Topic, "job") && !lexeme.IsMention;

    private static bool IsTime(Lexeme lexeme) => lexeme.IsField("schedule")
        || Times.TimeWords.English.Of(lexeme.Text, "day") is not null
        || lexeme is { IsNumber: true, Unit: "min" or "h" };

    private static bool IsShareMark(Lexeme lexeme) => lexeme.IsGlue("each");

    private static bool IsMakeable(Lexeme lexeme) =>
        lexeme.Named(Known.App) is not null || lexeme.Named(Known.Role) is not null
        || lexeme.Is(Part.Image);

    private static bool IsThing(Lexeme lexeme) =>
        lexeme.IsMention || lexeme.Is(Part.Image)
        || (lexeme.Is(Part.Reference) && lexeme.Key(Part.Reference) is "other" or "all");

    private static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.Is(Part.PortPair)
        || lexeme.Is(Part.Version) || lexeme.Is(Part.Assignment) || lexeme.Is(Part.Path)
        || lexeme.Is(Part.Mount)
        || (lexeme.Key(Part.Amount) is { } key && key is not ("more" or "less"));

    private static bool IsJoint(Lexeme lexeme) =>
        lexeme.IsGlue("and") || lexeme.IsGlue("comma") || lexeme.IsGlue("but")
        || lexeme.IsGlue("also");

    /// <summary>A verb by its place: not "the restart policy", "the limit", "a check".</summary>
    private static bool IsVerb(List<Lexeme> all, int at)
    {
        var lexeme = all[at];
        if (!lexeme.Is(Part.Verb))
        {
            return false;
        }
        var nounToo = lexeme.Is(Part.Field) || lexeme.Is(Part.Noise) || lexeme.IsMention;
        var determined = at > 0 && (all[at - 1].Text is "a" or "an" or "the" or "its" or "my"
            or "our" or "no" or "this" or "that" or "with" or "of" || all[at - 1].Possessive);
        // "the redis health check"
        var ofThing = lexeme.IsField("health") && lexeme.Text.Contains(' ')
            && at > 1 && all[at - 1].IsMention && all.Take(at - 1).Any(l => l.Is(Part.Verb));
        // "sonarr's mount of /tv"
        var noun = lexeme.Text is "mount" or "mounts" && at > 0
            && (all[at - 1].Possessive || all[at - 1].Text is "the" or "its" or "a");
        return !noun && !(nounToo && (determined || ofThing || lexeme.IsMention));
    }

    /// <summary>"Where does nextcloud keep its files": one question to its end.</summary>
    private static bool Asks(List<Lexeme> all, int start)
    {
        while (start < all.Count && all[start].Readings[0].Part is Part.Noise or Part.Glue
            && !all[start].Is(Part.Question))
        {
            start++;
        }
        return start < all.Count && all[start].Is(Part.Question);
    }

    private static bool IsStrong(Lexeme lexeme) =>
        lexeme.Key(Part.Verb) is { } key && !s_weak.Contains(key);

    private static bool IsWeakNeed(Lexeme lexeme) => lexeme.IsVerb("have");

    private static bool HasVerb(List<Lexeme> all, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (IsVerb(all, at))
            {
                return true;
            }
        }
        return false;
    }

    private static bool StrongIn(List<Lexeme> all, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (IsVerb(all, at) && IsStrong(all[at]))
            {
                return true;
            }
        }
        return false;
    }

    private static bool HasMention(List<Lexeme> all, int start, int end) =>
        all.FindIndex(start, end - start, IsThing) >= 0;

    private static string VerbOf(List<Lexeme> lexemes)
    {
        var clause = new Clause(lexemes);
        ReadVerb(clause);
        return clause.Verb;
    }

    private static void ReadVerb(Clause clause)
    {
        var lexemes = clause.Lexemes.ToList();
        var best = -1;
        for (var at = 0; at < lexemes.Count; at++)
        {
            if (IsVerb(lexemes, at) && (best < 0
                || Strength(lexemes[at]) > Strength(lexemes[best])))
            {
                best = at;
            }
        }
        if (best < 0)
        {
            return;
        }
        // "I do not want it to be removed" denies; "I do not want it" removes.
        var unwanted = lexemes[best].Text.Contains("not want", StringComparison.Ordinal)
            || lexemes[best].Text is "no longer want";
        var after = unwanted ? lexemes.FindIndex(best + 1, l => l.Is(Part.Verb) && !l.IsMention
            && IsStrong(l)) : -1;
        if (after > 0)
        {
            clause.Verb = lexemes[after].Key(Part.Verb)!;
            clause.Negated = true;
            clause.Use(best);
            clause.Use(after);
            return;
        }
        clause.Verb = lexemes[best].Key(Part.Verb)!;
        clause.Negated = clause.Verb == "spare";
        for (var at = 0; at < lexemes.Count; at++)
        {
            if (IsVerb(lexemes, at) && (at == best || Strength(lexemes[at]) == 0))
            {
                clause.Use(at);
                clause.Wants |= lexemes[at].IsVerb("have");
            }
        }
        ReadNegation(clause, best);
    }

    private static int Strength(Lexeme lexeme) => lexeme.Key(Part.Verb) switch
    {
        "set" or "have" => 0,
        "limit" => 1,
        _ => 2,
    };

    private static void ReadNegation(Clause clause, int verb)
    {
        for (var at = verb - 1; at >= 0 && at >= verb - MostBetween; at--)
        {
            if (clause[at].IsGlue("comma"))
            {
                return;
            }
            if (clause[at].IsGlue("not")
                || (clause[at].IsGlue("without") && clause.Verb == "publish"))
            {
                // Of these the opposite is what is wished, not that nothing happens.
                var opposite = clause.Verb switch
                {
                    "publish" => "unpublish",
                    "connect" => "disconnect",
                    _ => null,
                };
                clause.Negated = opposite is null;
                clause.Verb = opposite ?? clause.Verb;
                clause.Use(at);
                return;
            }
        }
    }
}
