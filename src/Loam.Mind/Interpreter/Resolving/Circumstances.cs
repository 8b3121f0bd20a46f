using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What a turn says besides its wishes: why, since when, what is meant, what shall not
/// happen anyway. Such clauses lend the wishes what they are about, and are no wishes.</summary>
internal sealed class Circumstances(Session session, List<Clause> clauses)
{
    public void Settle()
    {
        if (clauses.Count < 2)
        {
            return;
        }
        Foretold();
        Listed();
        Repeated();
        Kept();
        Specified();
        Moved();
        Background();
    }

    private static bool IsWish(Clause clause) => clause.Question is null && clause.Foreign is null;

    /// <summary>Has a verb that says what to do, or says a value.</summary>
    private static bool IsComplete(Clause clause) => IsWish(clause) && (clause.Subject is not null
        || clause.Attributes.Count > 0 || (clause.Verb is not ("" or "have" or "set" or "undo")
            && !clause.IsInherited));

    private static bool RefersBack(Clause clause) =>
        clause.Targets.TrueForAll(t => t.Reference is "it" or "them");

    /// <summary>"Nodered is not used. Delete it." says one thing twice; "we are done with redis.
    /// Delete." names what and how apart.</summary>
    private void Repeated()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var (said, again) = (clauses[at - 1], clauses[at]);
            // "Take down and remove nginx"
            if (said is { Targets.Count: 0, Attributes.Count: 0, Question: null, Subject: null,
                    Negated: false, Verb: "stop" or "remove" } && again is { Verb: "remove",
                    Negated: false, Subject: null, Targets.Count: > 0 })
            {
                clauses.RemoveAt(--at);
                continue;
            }
            if (IsNothingHere(said, again))
            {
                clauses.RemoveAt(--at);
                continue;
            }
            // "I have no use for gitea, drop it and gitea-db"
            if (said.Verb == "remove" && again.Verb == "remove" && said.Targets.Count > 0
                && again.Targets.Count > 1 && again.Targets.Exists(t => t.Reference is null))
            {
                again.Targets.RemoveAll(t => t.Reference is "it" or "them");
            }
            // "The api no longer needs redis: remove that dependency"
            if (said is { Negated: true, Subject: null, Targets.Count: > 1 }
                && again is { Verb: "remove", Negated: false, Subject: null, Attributes.Count: 0 }
                && RefersBack(again) && again.Lexemes.Any(l => l.IsField("depends")))
            {
                clauses.RemoveAt(at--);
                continue;
            }
            // "Link-check is useless, drop the job"
            if (said is { Verb: "remove", Subject: { } subject, Negated: false }
                && again is { Verb: "remove", Negated: false } && again.Subject == subject
                && Named(said) is { Count: > 0 } first && first.SetEquals(Named(again)))
            {
                clauses.RemoveAt(at--);
                continue;
            }
            if (!IsWish(said) || !IsWish(again) || said.Subject is not null
                || again.Subject is not null || again.Attributes.Count > 0
                || said.Targets.Count == 0 || again.Verb is not ("remove" or "stop" or "start"
                    or "restart"))
            {
                continue;
            }
            var names = said.Targets.SelectMany(Names).ToHashSet(StringComparer.Ordinal);
            var same = RefersBack(again) || again.Targets.TrueForAll(
                t => t.Reference is null && Names(t).ToList() is { Count: > 0 } all
                    && all.TrueForAll(names.Contains));
            if (!same || again.Count == 0)
            {
                continue;
            }
            if (said.Verb == again.Verb && said.Attributes.Count == 0 && !said.Negated
                && !again.Negated)
            {
                clauses.RemoveAt(at--);
            }
            else if (again.Targets.Count == 0 && said.Attributes.Count == 0
                && (said.Verb is "" or "have" or "set" || said.Negated) && !again.Negated)
            {
                said.Verb = again.Verb;
                said.Negated = false;
                clauses.RemoveAt(at--);
            }
        }
    }

    private static HashSet<string> Named(Clause clause) =>
        [.. clause.Lexemes.Where(l => l.IsMention).Select(l => l.Text)];

    /// <summary>"I want no torrents running. Turn transmission off": nothing is called so here, and
    /// the second says what is meant.</summary>
    private bool IsNothingHere(Clause said, Clause again) =>
        said is { Subject: null, Question: null, Attributes.Count: 0, Verb: "stop" or "remove",
            Targets: [{ Reference: null } nobody] }
        && again is { Subject: null, Targets: [{ Reference: null } somebody] }
        && again.Verb == said.Verb
        && new TargetResolver(session.Draft.State, []) is var targets
        && targets.Candidates(nobody).Count == 0
        && nobody.Named(Known.App) is null && targets.Candidates(somebody).Count == 1;

    /// <summary>"The kids keep asking for minecraft. Set one up": what was told of is what shall
    /// be made.</summary>
    private void Foretold()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var (told, wish) = (clauses[at - 1], clauses[at]);
            if (told is { Question: null, Foreign: null, Subject: null, Attributes.Count: 0,
                    Negated: false, Verb: "" or "have" or "set", Targets: [{ } thing] }
                && thing.Named(Known.App) is not null && !Names(thing).Any()
                && wish is { Subject: null, Question: null, Negated: false,
                    Verb: "create" or "start" or "have" or "set" }
                && RefersBack(wish) && !wish.Attributes.Exists(a => a is ImageAttribute))
            {
                wish.Targets.Clear();
                wish.Targets.Add(thing);
                wish.Verb = "create";
                clauses.RemoveAt(--at);
            }
        }
    }

    /// <summary>"Radarr, sonarr and transmission: restart all": all of these.</summary>
    private void Listed()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var (list, wish) = (clauses[at - 1], clauses[at]);
            if (list is { Verb: "", Question: null, Subject: null, Attributes.Count: 0,
                    Negated: false, Targets.Count: > 1 } && list[list.Count - 1].Text == ":"
                && list.Targets.TrueForAll(t => t.Reference is null && Names(t).Any())
                && wish is { Question: null, Subject: null, Negated: false,
                    Targets: [{ Reference: "all" or "them" or "it" }] })
            {
                wish.Targets.Clear();
                wish.Targets.AddRange(list.Targets);
                clauses.RemoveAt(--at);
            }
        }
    }

    private IEnumerable<string> Names(Target target) =>
        new TargetResolver(session.Draft.State, session.Focus).Candidates(target);

    /// <summary>"Remove jellyfin but keep its data": data are kept anyway.</summary>
    private void Kept()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var clause = clauses[at];
            var keeps = clause.Lexemes.Any(l => l.Text.Split(' ')[0] is "keep" or "keeping"
                or "leave" or "leaving" or "preserve" or "retain" or "save" or "spare"
                or "preserving" || l.IsGlue("not"));
            var data = clause.Lexemes.Any(l => l.IsField("volume") || l.IsField("data")
                || l.Named(Known.Volume) is not null
                || l.Text is "files" or "config" or "configuration" or "settings" or "photos");
            if (keeps && data && clauses.Take(at).Any(c => c.Verb is "remove" or "stop"
                or "replace" or "upgrade" || c.Targets.Exists(t => t.Version is not null)
                    || c.Attributes.Exists(a => a is VersionAttribute))
                && !clause.Lexemes.Any(l => l.IsNumber))
            {
                clauses.RemoveAt(at--);
            }
        }
    }

    /// <summary>"I want a search engine. SearXNG was recommended": the second says which.
    /// </summary>
    private void Specified()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var (vague, exact) = (clauses[at - 1], clauses[at]);
            var makes = vague is { Question: null, Subject: null, Attributes.Count: 0,
                Negated: false, Verb: "create" or "have" or "start" }
                && vague.Targets.TrueForAll(t => t.Named(Known.Service) is null
                    && t.Named(Known.App) is null);
            if (makes && IsWish(exact) && exact.Subject is null && !exact.Negated
                && exact.Verb is "" or "have" or "create" or "set"
                && exact.Targets.Count(t => t.Named(Known.App) is not null) == 1
                && exact.Targets.TrueForAll(t => t.Named(Known.Service) is null))
            {
                exact.Verb = "create";
                clauses.RemoveAt(--at);
            }
        }
    }

    /// <summary>"Take port 80 off nginx and use 8080 for it" moves it.</summary>
    private void Moved()
    {
        for (var at = 1; at < clauses.Count; at++)
        {
            var (gone, come) = (clauses[at - 1], clauses[at]);
            // "It may not bind low ports, use 8080 instead"
            if (gone is { Verb: "unpublish", Subject: null, Targets.Count: > 0,
                    Attributes: [PortAttribute { First: null }] or [] }
                && come is { Corrects: true, Subject: null } && RefersBack(come)
                && come.Attributes.Exists(a => a is PortAttribute or BareAttribute))
            {
                come.Targets.Clear();
                come.Targets.AddRange(gone.Targets);
                clauses.RemoveAt(--at);
                continue;
            }
            if (gone is not { Verb: "unpublish" or "remove" or "stop", Negated: false,
                    Subject: null, Attributes: [PortAttribute { First: { } from, Second: null }] }
                || come.Subject is not null || come.Question is not null || come.Negated
                || come.Verb is not ("" or "have" or "set" or "publish" or "create" or "replace")
                || !(RefersBack(come) || come.Targets.TrueForAll(t => Names(t).Intersect(
                    gone.Targets.SelectMany(Names)).Any())))
            {
                continue;
            }
            var to = come.Attributes is [PortAttribute { First: { } port, Second: null }] ? port
                : come.Attributes is [BareAttribute { Unit: "", Value: > 0 and < 65536 } bare]
                    ? (int)bare.Value : (int?)null;
            if (to is { } number)
            {
                gone.Verb = "move";
                gone.Attributes[0] = new PortAttribute(from, number, "from", false, null, null);
                clauses.RemoveAt(at--);
            }
        }
    }

    /// <summary>"The regatta is next week, start the results", "api 2.4.0 is out, we want it":
    /// what was told of is what "it" means.</summary>
    private void Background()
    {
        for (var at = 0; at < clauses.Count; at++)
        {
            var told = clauses[at];
            if (!(told.IsTold || TellsOfAccounts(told, clauses)
                    || IsTold(told) || (at > 0 && Explains(told)))
                || !clauses.Exists(c => c != told && IsComplete(c)))
            {
                continue;
            }
            var about = told.Targets.Where(t => t.Reference is null).ToList();
            var next = at + 1 < clauses.Count ? clauses[at + 1] : null;
            // "The api doesn't need redis any more, remove it"
            about = next?.Verb is "remove" or "stop" && Unneeded.Of(told) is { } it ? [it] : about;
            if (next is not null && next.Subject is null && about.Count > 0
                && about.TrueForAll(t => Names(t).Any()) && (RefersBack(next)
                    || about.Count > 1 && next.Targets is [{ Reference: "all" }])
                && !clauses.Take(at).Any(c => c.Targets.Count > 0))
            {
                next.Targets.Clear();
                next.Targets.AddRange(about);
            }
            else if (next is not null && about is [{ } one] && session.Focus.Count == 0
                && new TargetResolver(session.Draft.State, []).Candidates(one) is [var named])
            {
                // "Nextcloud was an experiment and he has lost interest, so take it off"
                session.Focus = [named];
            }
            next?.Told.Add(told);
            clauses.RemoveAt(at--);
        }
    }

    /// <summary>"They all need an account in vaultwarden, so allow sign-ups there": those of an app
    /// are its own business.</summary>
    public static bool TellsOfAccounts(Clause clause, List<Clause> turn) =>
        clause is { Subject: null, Question: null, Attributes.Count: 0, Verb: "have" or "create" }
        && clause.Lexemes.Any(l => l.IsField("login") || l.IsField("user"))
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && turn.Exists(c => c != clause && c.Subject is null && c.Attributes.Count > 0);

    /// <summary>"That's the analysts' VPN": of what was said just before.</summary>
    private static bool Explains(Clause clause) => clause is { Verb: "", Attributes.Count: 0,
        Question: null, Subject: null } && clause.Lexemes.Count > 1
        && (clause[0].Text is "that is" or "it is" or "this is" or "those are" or "they are"
            || clause[0].Text is "that" or "it" or "this" or "they" && clause[1].IsGlue("is"));

    /// <summary>It may tell something and wish nothing, whoever it is of: somebody or something
    /// is said to be or to do, without a word of wishing and without a value.</summary>
    public static bool MayTell(Clause clause)
    {
        var lexemes = clause.Lexemes.ToList();
        var first = lexemes.FindIndex(l => l.Readings[0].Part is not (Part.Noise or Part.Glue));
        // "Keep the logs but …": what nobody knows stays anyway.
        if (clause is { Question: null, Subject: null, Targets.Count: 0, Attributes.Count: 0 }
            && first >= 0 && lexemes[first].Text is "keep" or "keeps" or "leave"
            && !lexemes.Exists(l => l.IsNumber || l.IsMention))
        {
            return true;
        }
        if (clause is not { Question: null, Foreign: null, Corrects: false, IsInherited: false }
            || first < 0 || Verbs.IsVerb(lexemes, first) && !lexemes[first].IsMention
                && !lexemes.Take(first).Any(IsSomebody)
            || lexemes.Exists(l => l.IsGlue("wish") || l.Text is "please" or "pls" or "only"
                || l.IsNumber || l.IsVerb("create") || l.Text.Split(' ')[0] is "need" or "needs"
                    or "want" or "wants" or "should" or "must" or "shall" or "gets" or "get"
                || l.Readings[0].Part is Part.Address or Part.Cidr or Part.Assignment
                    or Part.Path or Part.Image or Part.Mount or Part.Key or Part.PortPair
                    or Part.PortRange or Part.Quoted or Part.Command or Part.Version
                    or Part.Amount))
        {
            return false;
        }
        return lexemes.Skip(1).Any(l => l.IsGlue("is") || l.Text.Split(' ')[0] is "is" or "are"
                or "was" or "were" or "has" or "have" or "had" or "does" or "do" or "did"
                or "keeps" or "keep" or "went" or "got" or "gone" or "left" or "came" or "comes")
            || Tells(clause) || lexemes.Take(first + 1).Any(l => l.Text is "nobody" or "somebody"
                or "someone" or "everybody" or "he" or "she" or "they" or "people");
    }

    /// <summary>Who does something, where that is told.</summary>
    private static bool IsSomebody(Lexeme lexeme) => lexeme.Text is "we" or "they" or "he" or "she"
        or "nobody" or "somebody" or "someone" or "everybody" or "people";

    /// <summary>It tells something, and wishes nothing.</summary>
    private static bool IsTold(Clause clause)
    {
        if (clause.Question is not null || clause.Subject is not null
            || clause.Foreign is not null || clause.Attributes.Count > 0 || clause.IsInherited
            || clause.Corrects)
        {
            return false;
        }
        if (clause.Verb is "" or "have" or "set")
        {
            var words = clause.Lexemes.Count(l => !l.IsMention && !l.Is(Part.Noise)
                && !l.Is(Part.Stop) && !l.IsGlue("comma") && !l.IsGlue("and")
                && !l.IsGlue("yes") && !l.IsGlue("also"));
            return words >= 2 && (clause.Verb.Length == 0 || clause.Negated || Tells(clause));
        }
        return clause.Verb is not "undo" && Tells(clause);
    }

    /// <summary>"We retired it", "they have stopped using it", "somebody removed it": the verb is
    /// one of the past, or of what happens, and somebody is said to do it.</summary>
    private static bool Tells(Clause clause)
    {
        for (var at = 1; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            // "I have moved to forgejo"
            if (lexeme.IsVerb("have") && !Verbs.IsVerb([.. clause.Lexemes], at)
                && clause[at - 1].Text is "i" or "we" or "they" or "he" or "she")
            {
                return true;
            }
            // "Transmission not published at all" is wished.
            if (!lexeme.Is(Part.Verb) || lexeme.IsMention || clause.Verb == "unpublish")
            {
                continue;
            }
            var form = lexeme.Text.Split(' ')[0];
            var past = form.EndsWith("ed", StringComparison.Ordinal) && form is not ("need")
                || form is "sold" or "got" or "had" or "was" or "went" or "broke" or "used"
                    or "took" or "gave" or "put" or "ran";
            var now = form.EndsWith("ing", StringComparison.Ordinal)
                || form.EndsWith('s') && form is not ("needs" or "gets" or "wants" or "uses");
            var who = clause[at - 1];
            // "The regatta starts on Saturday": somebody nobody knows does something.
            if (form.EndsWith('s') && who.Is(Part.Unknown) && clause.Targets.Count == 0
                && clause.Lexemes.Take(at - 1).All(l => l.Readings[0].Part == Part.Noise
                    || ClauseSplitter.IsJoint(l)))
            {
                return true;
            }
            var told = who.Text is "we" or "they" or "he" or "she" or "somebody" or "someone"
                or "i" or "nobody" or "it" or "who" or "people" or "everybody"
                // "Home assistant gets switched on again" is wished.
                || who.IsGlue("is") || who.IsVerb("have") && who.Text is not ("gets" or "get")
                || who.Text is "just" or "already"
                    or "being"
                    or "never" or "not" or "no longer";
            if ((past && told) || (now && who.Text is "he" or "she" or "it" or "nobody"
                or "somebody" or "someone" or "everybody"))
            {
                return true;
            }
        }
        return false;
    }
}
