using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using static Loam.Mind.Interpreter.Parsing.Verbs;

namespace Loam.Mind.Interpreter.Parsing;

/// <param name="Asks">Ended with a question mark.</param>
internal sealed record Sentence(List<Lexeme> Lexemes, bool Asks);

/// <summary>Cuts a turn's lexemes into clauses, one for each wish.</summary>
internal static partial class ClauseSplitter
{
    public static List<Sentence> Sentences(List<Lexeme> lexemes, Particles particles)
    {
        var sentences = new List<Sentence>();
        var sentence = new List<Lexeme>();
        foreach (var lexeme in lexemes)
        {
            if (lexeme.Readings[0].Part != Part.Stop)
            {
                sentence.Add(lexeme);
                continue;
            }
            sentences.Add(new(sentence, lexeme.Text == "?"));
            sentence = [];
        }
        sentences.Add(new(sentence, Asks: false));
        sentences.RemoveAll(s => s.Lexemes.Count == 0);
        sentences.ForEach(s => PortSides.Mark(s.Lexemes));
        sentences = Particulars.Join(Reported.Join(Antecedents.Bind(
            Antecedents.WithoutCourtesy(sentences))));
        sentences = Narrowed.Split(sentences).ConvertAll(Reported.Of).ConvertAll(
            s => s with { Lexemes = Joined(s.Lexemes, particles) });
        sentences.RemoveAll(s => s.Lexemes.Count == 0);
        return Definites.Bind(Complaints.Mend(OwnAddress.Bind(Antecedents.BindBoth(sentences))));
    }

    private static List<Lexeme> Joined(List<Lexeme> sentence, Particles particles)
    {
        var plain = SharedZone.WriteOut(Subjects.Storage.StorageWords.Mark(sentence));
        var named = HeadCounts.Mark(Aims.Mark(GivenNames.Mark(WithoutConcession(
            particles.Join(Boots.Mark(plain))))));
        var valued = Exchange.Join(Quantities.Plain(
            Attributes.DependsReader.Mark(Attributes.NetworkReader.Mark(Inversions.Mark(named)))));
        var wished = Present.Mark(Loopback.Mark(Asides.Mark(valued)));
        return Bystanders.Mark(Roles.Mark(Predicates.English.Mark(Conditions.Mark(wished))));
    }

    /// <summary>Where the clauses of a sentence begin, by its joints, verbs and values.</summary>
    public static List<int> Starts(Sentence sentence)
    {
        var starts = new List<int> { 0 };
        for (var at = 1; at < sentence.Lexemes.Count; at++)
        {
            if (StartsClause(sentence.Lexemes, starts[^1], at))
            {
                starts.Add(at);
            }
        }
        return starts;
    }

    /// <summary>Where its pieces begin: what stands between two joints.</summary>
    public static List<int> Pieces(Sentence sentence)
    {
        var starts = new List<int> { 0 };
        for (var at = 1; at < sentence.Lexemes.Count; at++)
        {
            // A colon belongs to what it announces.
            if (IsJoint(sentence.Lexemes[at - 1]) && !IsJoint(sentence.Lexemes[at])
                && starts[^1] < at - 1 && sentence.Lexemes[at - 1].Text != ":")
            {
                starts.Add(at);
            }
        }
        return starts;
    }

    /// <summary>What stands between two joints, one after the other: where it begins, and where the
    /// joint after it is.</summary>
    /// <param name="isJoint">Of a place; null: what always is one.</param>
    public static IEnumerable<(int From, int To)> PiecesOf(
        IReadOnlyList<Lexeme> sentence, Predicate<int>? isJoint = null)
    {
        isJoint ??= at => IsJoint(sentence[at]);
        for (var from = 0; from < sentence.Count;)
        {
            var to = from;
            while (to < sentence.Count && !isJoint(to))
            {
                to++;
            }
            yield return (from, to);
            from = to + 1;
        }
    }

    /// <summary>The same sentence, each piece as it is then.</summary>
    public static List<Lexeme> WithPieces(
        List<Lexeme> sentence, Func<List<Lexeme>, List<Lexeme>> piece)
    {
        var marked = new List<Lexeme>(sentence.Count);
        foreach (var (from, to) in PiecesOf(sentence))
        {
            marked.AddRange(piece(sentence[from..to]));
            marked.AddRange(sentence.Skip(to).Take(1));
        }
        return marked;
    }

    /// <summary>The clauses of a sentence that begin where <paramref name="starts"/> says.
    /// </summary>
    public static List<Clause> Clauses(Sentence sentence, IReadOnlyList<int> starts)
    {
        var clauses = new List<Clause>();
        for (var at = 0; at < starts.Count; at++)
        {
            var end = at + 1 < starts.Count ? starts[at + 1] : sentence.Lexemes.Count;
            var said = sentence.Lexemes[starts[at]..end];
            Add(clauses, clauses.Count == 0 ? said : Ellipsis.WrittenOut(
                said, clauses[^1].Lexemes), sentence.Asks);
        }
        ShareVerbs(clauses);
        Delay(clauses);
        return clauses;
    }

    /// <summary>"…, although we drop his network": how things are, and no wish.</summary>
    private static List<Lexeme> WithoutConcession(List<Lexeme> sentence)
    {
        var at = sentence.FindIndex(l => l.Text is "although" or "even though" or "even if"
            or "despite" or "even after" or "even when"
            || l.Text is "even" && sentence.IndexOf(l) + 1 < sentence.Count
                && sentence[sentence.IndexOf(l) + 1].Text is "after" or "when" or "on" or "if");
        return at > 1 ? sentence[..at] : sentence;
    }

    /// <summary>A run of lexemes as one clause.</summary>
    public static Clause One(Sentence sentence, int start, int end)
    {
        var clauses = new List<Clause>();
        Add(clauses, sentence.Lexemes[start..end], sentence.Asks);
        return clauses[0];
    }

    /// <summary>"add nginx on 8080, grafana on 3001": the second has no verb of its own.
    /// </summary>
    private static void ShareVerbs(List<Clause> clauses)
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var clause = clauses[at];
            if (clause.Verb.Length == 0 && clauses.GetRange(0, at)
                .FindLast(c => Inherits(clause, c.Verb)) is { } earlier
                && !(earlier.Verb == "remove" && Measures(clause.Lexemes)
                    && !earlier.Lexemes.Any(IsValue)))
            {
                clause.Verb = earlier.Verb;
                clause.IsInherited = true;
                clause.Negated = earlier.Negated && !clause.Negated;
            }
        }
    }

    /// <summary>"Daily backups, a user bob": what has a topic of its own is not backed up.
    /// </summary>
    public static bool Inherits(Clause clause, string verb) => verb is not ("" or "undo" or "spare")
        && !(verb is "remove" or "stop" && clause.Lexemes.Any(l => l.Text is "is" or "are"))
        && !(verb is "stop" or "start" or "restart" && (Measures(clause.Lexemes)
            || clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.IsGlue("on")
                && p.Second is { IsNumber: true, Unit: "", Value: >= 80 })))
        && !(verb is "remove" or "stop" && IsJobAtTime([.. clause.Lexemes]))
        && (verb != "backup" || Topics.Of(clause.Lexemes).All(t => t == "backup"));

    private static void Add(List<Clause> clauses, List<Lexeme> lexemes, bool asks)
    {
        var clause = new Clause(lexemes) { AsksMark = asks };
        Verbs.Read(clause);
        clauses.Add(clause);
    }

    private static bool StartsClause(List<Lexeme> all, int start, int at)
    {
        var lexeme = all[at];
        var joined = IsJoint(all[at - 1]) && !(IsMore(all[at - 1]) && at > 1
                && IsJoint(all[at - 2]))
            || (all[at - 1].Text == "just" && at - 1 > start && IsJoint(all[at - 2]));
        // "and also", "but then": look at the first joint of a row.
        if (joined && IsJoint(lexeme))
        {
            // "… and a second nginx on 8081"
            return IsMore(lexeme) && at + 1 < all.Count && all[at + 1].IsMention
                && HasVerb(all, start, at) && PieceStandsAlone(all, start, at + 1);
        }
        // "Prometheus too", "both not published", "never mind, 3 is plenty"
        if (joined && (Ellipsis.Begins(all, at) || Ellipsis.Ends(all, start, at)
            || IsJobAtTime(all[at..]) && VerbOf(all.GetRange(start, at - start)) is "remove"
                or "stop"
            || Reach.OfAll(all, at) && HasMention(all, start, at) || Reach.ValueOfAll(all, at)
            || IsTakingBack(all, start, at)))
        {
            return true;
        }
        if (joined && HasVerb(all, start, at) && TurnsAnew(all, start, at)
            && !Reach.Says(all, start, at))
        {
            return true;
        }
        // "I do not want it to be removed"
        var infinite = lexeme.Is(Part.Verb) && HasVerb(all, start, at)
            && (lexeme.Text.StartsWith("to be ", StringComparison.Ordinal)
                || all[at - 1].Text is "to be");
        if (infinite || IsSubordinate(all, start, at) || (joined && Furnishes(all, start, at))
            || Reach.Says(all, start, at) || IsBan(all, at))
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
                return joined && ActsAnew(all, start, at)
                    || HasMention(all, start, at) && !Asks(all, start)
                    && !all[at - 1].IsMention
                    && at + 1 < all.Count && all[at + 1].Is(Part.Reference)
                    && !IsWeakNeed(lexeme);
            }
            return joined || (IsStrong(lexeme) && StrongIn(all, start, at)
                && HasMention(all, start, at));
        }
        return joined && ((HasVerb(all, start, at) && (IsSubjectOfVerb(all, at)
                || EndsInVerb(all, at)))
            || PieceStandsAlone(all, start, at));
    }

    /// <summary>"LOG_LEVEL warn for the api, hands off the database", "session minutes to 30, then
    /// restart the portal": what stands before is a wish without a verb.</summary>
    private static bool ActsAnew(List<Lexeme> all, int start, int at) =>
        all[at].IsVerb("spare") && HasMention(all, start, at)
        || all[at].IsVerb("restart") && HasMention(all, at, all.Count)
            && all.GetRange(start, at - start).Exists(IsValue);

    /// <summary>"…, tell me if it breaks" says more of the wish.</summary>
    private static bool TellsIf(List<Lexeme> all, int at) => all[at].Is(Part.Topic, "notify")
        && at + 1 < all.Count && all[at + 1].IsField("onfailure");

    /// <summary>What begins here asks, denies, or politely wishes something of its own.</summary>
    private static bool TurnsAnew(List<Lexeme> all, int start, int at)
    {
        var lexeme = all[at];
        var denies = lexeme.IsGlue("not") || (lexeme.Text is "we" or "i" or "they"
            && at + 1 < all.Count && all[at + 1].IsGlue("not"));
        return lexeme.Is(Part.Question) && !lexeme.Is(Part.Verb) && !TellsIf(all, at)
            || denies && HasVerb(all, at + 1, Math.Min(all.Count, at + 4))
            // "Two interns start tomorrow, please create lea and finn"
            || lexeme.IsGlue("wish") && at + 1 < all.Count && IsVerb(all, at + 1)
                && StrongIn(all, start, at) && (IsStrong(all[at + 1])
                    // "…, and then we would like to have nextcloud"
                    || IsWeakNeed(all[at + 1]) && all.Skip(at + 2).Take(3).Any(IsMakeable));
    }

    /// <summary>"The grafana ban", "the pgdata backup": what is declared of it, and no verb.
    /// </summary>
    private static bool IsBan(List<Lexeme> all, int at) => all[at].Text is "ban" or "bans"
            or "backup" or "backups"
        && all[at - 1].IsMention && at > 1 && all[at - 2].Text is "the" or "a" or "our" or "my";

    private static bool IsMore(Lexeme lexeme) => lexeme.Text is "another" or "a second"
        or "a further" or "one more";

    private static bool IsTakingBack(List<Lexeme> all, int start, int end)
    {
        var verbs = 0;
        for (var at = start; at < end; at++)
        {
            verbs += all[at].IsVerb("undo") ? 1 : 0;
            if (!(all[at].IsVerb("undo") || all[at].IsGlue("instead") || IsJoint(all[at])
                || all[at].Readings[0].Part == Part.Noise))
            {
                return false;
            }
        }
        return verbs == 1;
    }

    /// <summary>"…, peter loses it": a thing that does something of its own. What is said of both
    /// ("redis and api start after it") is no wish of its own.</summary>
    private static bool IsSubjectOfVerb(List<Lexeme> all, int at)
    {
        var thing = at;
        while (thing < all.Count && all[thing].Readings[0].Part == Part.Noise)
        {
            thing++;
        }
        var does = thing + 1;
        while (does < all.Count && (all[does].IsGlue("wish") || all[does].IsGlue("also")))
        {
            does++;
        }
        return thing < all.Count && IsThing(all[thing]) && does < all.Count && IsVerb(all, does)
            && (!all[at - 1].IsGlue("and") || !IsThing(all[at - 2])
                || all[does].Text.EndsWith('s'));
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
        // "We no longer want it backed up"
        if (all[at].Text.Split(' ')[0].EndsWith("ed", StringComparison.Ordinal)
            && all.GetRange(start, at - start).Exists(l => l.Text is "no longer want"
                || l.Text.Contains("not want", StringComparison.Ordinal))
            && (all[at - 1].IsMention || all[at - 1].Is(Part.Reference)))
        {
            return true;
        }
        // "Archive instead of snapshot", "it should stop waiting for the cache"
        if (all[at - 1].IsGlue("insteadof") || all[at - 1].Text is "stop" or "stops"
            && all[at].Text.Split(' ')[0].EndsWith("ing", StringComparison.Ordinal))
        {
            return true;
        }
        // "8090 (the container listens on 5000)"
        if (all[at].Text is "listens" or "listening" && all[at - 1].IsField("service")
            && all.Take(at).Any(l => l.IsNumber))
        {
            return true;
        }
        // "A container that runs it", "one which needs redis"
        if (all[at - 1].Text is "that" or "which" && (all[at - 2].Is(Part.Image)
            || all[at - 2].IsMention || all[at - 2].IsField("service")))
        {
            return true;
        }
        var pronoun = all[who].Is(Part.Reference) || all[who].IsMention
            || all[who].Text is "it" or "they" or "he" or "she";
        return pronoun && who > start && who + 2 >= at
            && all[who - 1].Text is "before" or "when" or "until" or "while" or "after"
                or "as soon as" or "that" or "which" or "where" or "because" or "since"
                or "now that" or "so that" or "once";
    }

    /// <summary>"…, the nginx in front please unchanged": what the piece ends in is its verb.
    /// </summary>
    private static bool EndsInVerb(List<Lexeme> all, int at)
    {
        var end = at;
        while (end < all.Count && !IsJoint(all[end]))
        {
            end++;
        }
        var last = end - 1;
        return last > at && all[last].IsVerb("spare") && !HasVerb(all, at, last)
            && HasMention(all, at, last) && !all.GetRange(at, last - at).Exists(IsValue)
            && !(all[at - 1].IsGlue("and") && IsThing(all[at - 2]));
    }

    /// <summary>"Run x, published on 80": a participle says more of what is made.</summary>
    private static bool Furnishes(List<Lexeme> all, int start, int at) =>
        // "Run IMAGE, needs redis up first"
        all[at].Text is "needs" or "requires" && all[at].Is(Part.Verb) && at + 1 < all.Count
            && all[at + 1].Named(Known.Service) is not null
            && all.GetRange(start, at - start).Exists(l => l.Is(Part.Image))
        || all[at].Is(Part.Verb) && !all[at].IsMention
        && all[at].Text.Split(' ')[0] is "published" or "exposed" or "listening" or "listens"
            or "mounted"
            or "connected" or "attached" or "limited" or "capped" or "hooked" or "bound"
            or "reachable" or "available" or "accessible" or "joined" or "hung" or "mapped"
            or "depending" or "restricted" or "visible" or "forwarded"
        && all.GetRange(start, at - start) is var before
        && VerbOf(before) is "create" or "have" or "start" or ""
        && before.Exists(l => IsMakeable(l) || all[at].Text == "mounted" && l.IsField("volume"))
        && !(at + 1 < all.Count && all.Skip(at + 1).TakeWhile(l => !IsJoint(l))
            .Any(l => l.Is(Part.Reference)));

    /// <summary>Both this piece and what came before have a target and a value of their own, or
    /// several things are to be made.</summary>
    private static bool PieceStandsAlone(List<Lexeme> all, int start, int at)
    {
        var end = all.FindIndex(at, IsJoint);
        end = end < 0 ? all.Count : end;
        var piece = all[at..end];
        // "Gotify on 8070 (gotify/server:2.6.1)"
        if (piece is [{ } only] && only.Is(Part.Image) && all.Take(at).LastOrDefault(IsMakeable)
            is { IsMention: true } named && only.Text.Contains(
                named.Named(Known.App) ?? named.Text, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        var before = all[start..at];
        var isJob = IsJobOfItsOwn(piece, before);
        if (isJob || SharesEach(all, end) || piece.Exists(l => l.IsGlue("insteadof")))
        {
            return isJob;
        }
        var verb = VerbOf(before);
        if (IsOtherKind(piece, before))
        {
            return true;
        }
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
        if (MeasuresAnother(piece, piece[thing], before, verb))
        {
            return true;
        }
        var goes = verb == "remove" || verb.Length == 0 && VerbOf(all[..at]) == "remove";
        if (goes && Kinds(piece) is { Count: > 0 } kinds
            && Kinds(before) is { Count: > 0 } others && !kinds.Overlaps(others))
        {
            return true;
        }
        if (verb is "create" or "have" or "" && IsMakeable(piece[thing])
            && before.Exists(IsMakeable))
        {
            // "Add TZ=… to jellyfin and minecraft" names two that are there.
            if (!piece.Exists(IsValue) && before.FindIndex(l => l.Is(Part.Assignment)) is
                >= 0 and var given && before.Skip(given).Any(l => l.IsGlue("to")))
            {
                return false;
            }
            // "IMAGE on 8080, in the network nginx is in"
            if (piece[thing].Named(Known.Service) is not null && IsPlaced(piece))
            {
                return false;
            }
            return !piece.Exists(IsShareMark) && (before.Exists(IsValue) || piece.Exists(IsValue))
                && !(verb != "create" && !before.Exists(IsValue));
        }
        return HasValue(piece) && HasValue(before)
            || verb is "" or "have" or "set" or "create" && IsFor(piece) && IsFor(before)
            // "Cleanup every 6 hours and report on mondays"
            || (piece[thing].Named(Known.Job) is not null && piece.Exists(IsTime)
                && before.Exists(l => l.Named(Known.Job) is not null) && before.Exists(IsTime));
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

    private static bool HasMention(List<Lexeme> all, int start, int end) =>
        all.FindIndex(start, end - start, IsThing) >= 0;

    public static string VerbOf(List<Lexeme> lexemes)
    {
        var clause = new Clause(lexemes);
        Verbs.Read(clause);
        return clause.Verb;
    }
}
