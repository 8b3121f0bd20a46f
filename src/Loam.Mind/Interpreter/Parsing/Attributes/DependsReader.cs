using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>worker waits for postgres</c>: what stands behind the verb is waited for.
/// </summary>
internal static class DependsReader
{
    public static void Read(Clause clause)
    {
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
        clause.Attributes.Add(new DependsAttribute(on) { Instead = instead });
    }
}
