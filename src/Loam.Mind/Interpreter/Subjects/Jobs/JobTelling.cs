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
        // "Alert on failure, notify on success" are two.
        var parts = Parts(clause).Where(p => How(clause, p).How is not null).ToList();
        var apart = parts.Count > 1 && parts.TrueForAll(p => Says(clause, "fail", p)
            || Says(clause, "success", p) || Says(clause, "both", p));
        // "Stop alerting, a message will do": what is wished counts, not what shall end.
        var wished = parts.Count > 1 && clause.Verb is "stop" or "remove" ? parts.Where(p =>
            !Enumerable.Range(p.From, p.To - p.From).Any(i => clause[i].IsVerb(clause.Verb)))
            .ToList() : [];
        if (wished.Count > 0 && wished.Count < parts.Count)
        {
            var verb = clause.Verb;
            clause.Verb = "set";
            wished.ForEach(p => ReadPart(clause, p, wish));
            clause.Verb = wish.OnFailure is null && wish.OnSuccess is null ? verb : "set";
        }
        foreach (var part in wished.Count > 0 ? [] : apart ? parts : [(0, clause.Count)])
        {
            ReadPart(clause, part, wish);
        }
        foreach (var rest in (string[])["alert", "notify", "ignore", "fail", "success", "both"])
        {
            for (var at = 0; at < clause.Count && parts.Count > 0; at++)
            {
                if (clause[at].Is(Part.Topic, rest))
                {
                    clause.Use(at);
                }
            }
        }
    }

    private static void ReadPart(Clause clause, (int From, int To) part, JobWish wish)
    {
        var (how, at) = How(clause, part);
        if (how is null)
        {
            return;
        }
        var (fails, succeeds, both) = (Says(clause, "fail", part), Says(clause, "success", part),
            Says(clause, "both", part));
        // "Let me know whenever the weather was fetched": each time, nothing is wrong then.
        succeeds |= !fails && !both && how != "ignore" && Enumerable.Range(part.From,
            part.To - part.From).Any(i => clause[i].Text is "whenever" or "every time"
                or "as soon as" or "after" or "once");
        clause.Use(at);
        wish.Silences = how == "ignore" && !fails && !succeeds;
        wish.OnFailure = fails || both || !succeeds ? how : wish.OnFailure;
        wish.OnSuccess = succeeds || both ? how : wish.OnSuccess;
    }

    /// <summary>What stands between commas and the like.</summary>
    private static IEnumerable<(int From, int To)> Parts(Clause clause)
    {
        var from = 0;
        for (var at = 0; at <= clause.Count; at++)
        {
            if (at == clause.Count || clause[at].IsGlue("comma") || clause[at].IsGlue("and")
                || clause[at].IsGlue("but"))
            {
                yield return (from, at);
                from = at + 1;
            }
        }
    }

    private static bool Says(Clause clause, string topic, (int From, int To) part) =>
        Enumerable.Range(part.From, part.To - part.From)
            .Any(at => clause.IsFree(at) && clause[at].Is(Part.Topic, topic));

    /// <summary>The strongest word that is not negated; nobody, where all are.</summary>
    private static (string? How, int At) How(Clause clause, (int From, int To) part)
    {
        (string? How, int At) quiet = (null, -1);
        foreach (var how in (string[])["ignore", "alert", "notify"])
        {
            // "Tell me" began like a question, so that its words are taken already.
            var at = Enumerable.Range(part.From, part.To - part.From).FirstOrDefault(
                i => (clause[i].Is(Part.Topic, how) || how == "notify" && IsMail(clause, i))
                    && (clause.IsFree(i) || clause[i].Is(Part.Question)
                        || how == "ignore" && clause[i].Is(Part.Verb)), -1);
            if (at < 0 || Given(clause, at) || IsTold(clause, at))
            {
                continue;
            }
            if (IsReason(clause, at))
            {
                clause.Use(at);
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

    /// <summary>"A mail is enough", "mail, not alert": by itself, where it is said what happens or
    /// who hears of it.</summary>
    private static bool IsMail(Clause clause, int at) => clause[at].Text is "mail" or "mails"
            or "email" or "emails" or "e-mail" or "notice" or "notices"
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success")
            || l.Is(Part.Topic, "alert"));

    /// <summary>"Nobody reads it": why, and not who hears of it.</summary>
    private static bool IsReason(Clause clause, int at) =>
        clause[at].Text is "nobody" or "no one" or "noone" && at + 1 < clause.Count
            && !clause[at + 1].IsGlue("comma") && !clause[at + 1].IsGlue("if")
            && !clause[at + 1].Is(Part.Topic, "notify") && !clause.Lexemes.Skip(at + 1).Take(Near)
                .Any(l => l.Text.Split(' ').Any(w => w is "hear" or "hears" or "know" or "knows"
                    or "told" or "tell" or "informed" or "notified" or "alerted" or "bothered"
                    or "mail" or "message" or "interested" or "cares" or "care" or "when"));

    private static bool Negated(Clause clause, int at)
    {
        // "Tell nobody"
        if (at + 1 < clause.Count && clause[at + 1].Text is "nobody" or "no one" or "noone")
        {
            clause.Use(at + 1);
            return true;
        }
        for (var before = at - 1; before >= 0 && before >= at - Near; before--)
        {
            var lexeme = clause[before];
            if (lexeme.IsGlue("comma") || lexeme.IsGlue("and"))
            {
                return false;
            }
            if (lexeme.IsGlue("not") || lexeme.IsGlue("without") || lexeme.Text is "no" or "stop"
                or "no more" or "no longer" or "never" or "nobody")
            {
                clause.Use(before);
                return true;
            }
        }
        return false;
    }

    /// <summary>"Some patients tell us the reminders come too early": somebody else tells
    /// something.</summary>
    private static bool IsTold(Clause clause, int at) => at > 0
        && clause[at].Text.Split(' ') is ["tell" or "inform" or "notify", "me" or "us"]
        && clause[at - 1].Is(Part.Unknown) && !clause[at - 1].Corrected
        && clause[at - 1].Text.EndsWith('s')
        && !clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success"));

    /// <summary>It names the job: "the alert job".</summary>
    private static bool Given(Clause clause, int at) =>
        at + 1 < clause.Count && clause[at + 1].Is(Part.Topic, "job");
}
