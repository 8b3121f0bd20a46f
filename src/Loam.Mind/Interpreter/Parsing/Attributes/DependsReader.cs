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
        // "Let wordpress wait for it": for what was spoken of just before.
        var it = on.Count > 0 ? -1 : clause.Lexemes.ToList().FindIndex(verb + 1,
            l => l.Is(Part.Reference, "it"));
        if (it > 0 && verb > 0 && clause.Lexemes.Take(verb).Any(l => l.IsMention))
        {
            clause.Use(it);
            on.Add(TargetReader.TargetAt(clause, it));
        }
        clause.Attributes.Add(new DependsAttribute(on) { Instead = instead });
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
