using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>worker waits for postgres</c>: what stands behind the verb is waited for.
/// </summary>
internal static class DependsReader
{
    public static void Read(Clause clause)
    {
        if (clause.Verb == "remove" && OfNoun(clause))
        {
            return;
        }
        if (clause.Verb != "depend")
        {
            Waits(clause);
            return;
        }
        // A clause may take its verb over from the one before it: then all of it stands behind.
        var verb = Enumerable.Range(0, clause.Count)
            .Where(i => clause[i].IsVerb("depend")).FirstOrDefault(-1);
        var (on, instead) = (new List<Target>(), new List<Target>());
        var former = false;
        for (var at = verb + 1; at < clause.Count; at++)
        {
            former |= clause[at].IsGlue("insteadof");
            if (clause.IsFree(at) && clause[at].IsMention)
            {
                clause.Use(at);
                (former ? instead : on).Add(TargetReader.TargetAt(clause, at));
            }
        }
        // "X comes up before Y does, have it wait for Y": what is waited for is not who waits.
        for (var at = 0; at < verb; at++)
        {
            if (clause.IsFree(at) && on.Exists(t => t.Namings.Intersect(clause[at].Namings).Any()))
            {
                clause.Use(at);
            }
        }
        // "Let wordpress wait for it": for what was spoken of just before.
        var it = on.Count > 0 ? -1 : clause.Lexemes.ToList().FindIndex(verb + 1,
            l => l.Is(Part.Reference, "it"));
        if (it > 0 && verb > 0 && clause.Lexemes.Take(verb).Any(l => l.IsMention))
        {
            clause.Use(it);
            on.Add(TargetReader.TargetAt(clause, it));
        }
        // "Wait for nothing", of what is to be made
        var nothing = on.Count > 0 || !MakesOne(clause) ? -1
            : clause.Lexemes.ToList().FindIndex(l => l.Text is "nothing" or "nobody" or "no one");
        if (nothing > 0)
        {
            clause.Use(nothing);
            clause.Verb = "create";
            return;
        }
        clause.Attributes.Add(new DependsAttribute(on) { Instead = instead });
    }

    /// <summary>"Api needs redis and postgres", "IMAGE, needs mqtt": what is there is needed to
    /// run, where "needs 2 GB" is another wish.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            if (sentence[at].Text is not "needs"
                || !(at == 0 || ClauseSplitter.IsJoint(sentence[at - 1])
                    || sentence[at - 1].Named(Known.Service) is not null))
            {
                continue;
            }
            var to = at + 1;
            while (to < sentence.Count && (sentence[to].Named(Known.Service) is not null
                || sentence[to].IsGlue("and") || sentence[to].Text is "," or "the" or "our"
                    or "both"))
            {
                to++;
            }
            var end = to;
            while (end < sentence.Count && sentence[end].Text is "first" or "started" or "running"
                or "up" or "up first" or "to run" or "to be up" or "to start" or "ready" or "to"
                    or "run" or "start" or "be")
            {
                end++;
            }
            if (sentence[at..to].Exists(l => l.Named(Known.Service) is not null)
                && (end == sentence.Count || ClauseSplitter.IsJoint(sentence[to - 1])))
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Verb, "depend")] };
                sentence.RemoveRange(to, end - to);
            }
        }
        return sentence;
    }

    private static readonly string[] s_there =
        ["up", "running", "there", "ready", "started", "healthy", "online", "alive", "up first"];

    /// <summary>"IMAGE, after postgres", "…, once mqtt is up", "…, redis has to be there before
    /// it", "…, needs redis up first": what shall run starts after what is there.</summary>
    private static void Waits(Clause clause)
    {
        if (clause.Verb is not ("" or "create" or "have" or "start" or "set" or "publish"
                or "unpublish" or "limit" or "mount" or "connect"))
        {
            return;
        }
        var made = MakesOne(clause);
        var on = new List<Target>();
        for (var at = 0; at < clause.Count; at++)
        {
            // "Worker: 3 copies, after postgres"
            var behind = at > 1 && clause[at - 1].Text is "after" or "only after"
                && ClauseSplitter.IsJoint(clause[at - 2])
                && clause.Lexemes.Take(at).Any(l => l.Named(Known.Service) is not null);
            if (clause.IsFree(at) && clause[at].Named(Known.Service) is not null
                && (made || behind)
                && clause[at].Role == Role.None && Waited(clause, at) is var (from, to))
            {
                on.Add(TargetReader.TargetAt(clause, at));
                clause.Use(from, to);
            }
        }
        if (on.Count > 0)
        {
            clause.Attributes.Add(new DependsAttribute(on));
        }
    }

    private static bool MakesOne(Clause clause) => clause.Lexemes.Any(l => l.Is(Part.Image)
            || l.Named(Known.App) is not null && l.Named(Known.Service) is null)
        || clause.Attributes.Exists(a => a is NameAttribute);

    /// <summary>From which word to which a thing is said to be waited for; null: it is not.
    /// </summary>
    private static (int From, int To)? Waited(Clause clause, int at)
    {
        var from = at;
        while (from > 0 && clause[from - 1].Text is "the" or "our" or "my")
        {
            from--;
        }
        var before = from > 0 ? clause[from - 1].Text : "";
        var to = at;
        while (to + 1 < clause.Count && !ClauseSplitter.IsJoint(clause[to + 1]))
        {
            to++;
        }
        var words = Enumerable.Range(at + 1, to - at).Select(i => clause[i].Text).ToList();
        var there = words.FindIndex(s_there.Contains);
        var first = there >= 0 && words.Skip(there + 1).Any(w => w.Split(' ')[0] is "before"
            or "first" or "beforehand" or "already") || words is ["first" or "beforehand"];
        return before is "after" or "only after" && !(from > 1
                && clause[from - 2].Text is "named" or "called")
            ? (from - 1, there >= 0 && there < 2 ? at + 1 + there : at)
            : before is "once" or "as soon as" or "when" or "until" && there is >= 0 and < 3
                ? (from - 1, at + 1 + there)
            : first ? (from, to) : null;
    }

    /// <summary>"Remove the dependency of worker on redis".</summary>
    private static bool OfNoun(Clause clause)
    {
        var noun = clause.Find(Part.Field, "depends");
        var of = noun < 0 ? -1 : clause.Next(noun);
        var on = Enumerable.Range(Math.Max(0, noun), clause.Count - Math.Max(0, noun))
            .FirstOrDefault(at => at > noun && clause[at].IsGlue("on"), -1);
        var what = on < 0 ? -1 : clause.Next(on);
        if (of < 0 || what < 0 || of >= on || !clause[of].IsGlue("of") && !clause[of].IsGlue("from")
            || clause[what].Named(Known.Service) is null)
        {
            return false;
        }
        clause.Use(noun);
        clause.Use(what);
        (clause.Verb, clause.Negated) = ("depend", true);
        clause.Attributes.Add(new DependsAttribute([TargetReader.TargetAt(clause, what)]));
        return true;
    }
}
