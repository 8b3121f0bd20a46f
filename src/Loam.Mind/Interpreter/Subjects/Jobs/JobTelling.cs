using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Who hears of it: "alert me if it fails", "tell me when it is done", "nobody needs to
/// hear".</summary>
internal static class JobTelling
{
    private const int Near = 4;

    public static void Read(Clause clause, JobWish wish)
    {
        var (how, at) = How(clause);
        if (how is null)
        {
            return;
        }
        var fails = Take(clause, "fail");
        var succeeds = Take(clause, "success");
        var both = Take(clause, "both");
        clause.Use(at);
        wish.Silences = how == "ignore" && !fails && !succeeds;
        wish.OnFailure = fails || both || !succeeds ? how : wish.OnFailure;
        wish.OnSuccess = succeeds || both ? how : wish.OnSuccess;
        foreach (var rest in (string[])["alert", "notify", "ignore"])
        {
            Take(clause, rest);
        }
    }

    /// <summary>The strongest word that is not negated; nobody, where all are.</summary>
    private static (string? How, int At) How(Clause clause)
    {
        (string? How, int At) quiet = (null, -1);
        foreach (var how in (string[])["ignore", "alert", "notify"])
        {
            // "Tell me" began like a question, so that its words are taken already.
            var at = clause.Find(Part.Topic, how);
            at = at >= 0 ? at : Enumerable.Range(0, clause.Count).FirstOrDefault(i =>
                clause[i].Is(Part.Question) && clause[i].Is(Part.Topic, how), -1);
            if (at < 0 || Given(clause, at))
            {
                continue;
            }
            if (how != "ignore" && !Negated(clause, at)
                && clause.Verb is not ("stop" or "remove" or "unpublish"))
            {
                return (how, at);
            }
            quiet = quiet.At < 0 ? ("ignore", at) : quiet;
        }
        return quiet;
    }

    private static bool Negated(Clause clause, int at)
    {
        for (var before = at - 1; before >= 0 && before >= at - Near; before--)
        {
            var lexeme = clause[before];
            if (lexeme.IsGlue("comma") || lexeme.IsGlue("and"))
            {
                return false;
            }
            if (lexeme.IsGlue("not") || lexeme.IsGlue("without") || lexeme.Text is "no" or "stop"
                or "never" or "nobody")
            {
                clause.Use(before);
                return true;
            }
        }
        return false;
    }

    /// <summary>It names the job: "the alert job".</summary>
    private static bool Given(Clause clause, int at) =>
        at + 1 < clause.Count && clause[at + 1].Is(Part.Topic, "job");

    private static bool Take(Clause clause, string topic)
    {
        var found = false;
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].Is(Part.Topic, topic))
            {
                clause.Use(at);
                found = true;
            }
        }
        return found;
    }
}
