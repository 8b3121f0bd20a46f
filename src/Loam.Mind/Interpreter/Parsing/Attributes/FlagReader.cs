using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Restart policy, user, read-only root, privileged mode.</summary>
internal static class FlagReader
{
    public static void Read(Clause clause)
    {
        RestartPolicy(clause);
        User(clause);
        Stopped(clause);
        var off = clause.Negated || clause.Verb is "remove" or "stop" or "unset" || Denied(clause);
        if (Take(clause, "readonly"))
        {
            clause.Attributes.Add(new ReadOnlyAttribute(!off));
        }
        if (Take(clause, "writable"))
        {
            clause.Attributes.Add(new ReadOnlyAttribute(off));
        }
        if (Take(clause, "privileged"))
        {
            clause.Attributes.Add(new PrivilegedAttribute(!off));
        }
    }

    /// <summary>"A stopped copy of the site".</summary>
    private static void Stopped(Clause clause)
    {
        var at = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            clause.IsFree(i) && clause[i].Text is "stopped" or "paused" or "disabled"
            && clause[i - 1].Text is "a" or "an" or "another", -1);
        if (at > 0 && clause.Verb is "create" or "have" or "" or "start")
        {
            clause.Use(at);
            clause.Attributes.Add(new LimitAttribute(
                LimitKind.Replicas, new(AmountKind.Absolute, 0, "")));
        }
    }

    /// <summary>"The root need not be read-only".</summary>
    private static bool Denied(Clause clause)
    {
        var not = clause.Find(Part.Glue, "not");
        if (not < 0 || clause.Verb.Length > 0 || clause[not].Text.Split(' ')[0] is not ("need"
            or "should" or "must") || !clause.Has(Part.Field, "readonly")
                && !clause.Has(Part.Field, "writable") && !clause.Has(Part.Field, "privileged"))
        {
            return false;
        }
        clause.Use(not);
        return true;
    }

    private static bool Take(Clause clause, string field)
    {
        var at = clause.Find(Part.Field, field);
        if (at >= 0)
        {
            clause.Use(at);
        }
        return at >= 0;
    }

    private static void RestartPolicy(Clause clause)
    {
        var named = Take(clause, "restartpolicy");
        // "Always, not only on failure"
        var more = clause.Find(Part.Field, "onfailure") is var fails and > 0
            && clause.Has(Part.Field, "always")
            && clause.Lexemes.Take(fails).Reverse().Take(2).Any(l => l.IsGlue("not")
                || l.IsGlue("insteadof"));
        var policy = clause.Has(Part.Field, "onfailure") && !more ? "on-failure"
            : clause.Has(Part.Field, "always") ? "always"
            : clause.Has(Part.Field, "automatic") ? "always" : null;
        var never = clause.Verb == "restart" && clause.Lexemes.Any(l => l.Text == "never");
        if ((named || never) && policy is null && clause.Lexemes.Any(l => l.IsGlue("not")))
        {
            policy = "never";
        }
        named |= clause.Lexemes.Any(l => l.IsField("always")
            && l.Text.Split(' ')[0] is "survive" or "survives" or "outlive");
        named |= clause.Lexemes.Any(l => l.Text is "restarts" or "restarting" or "restarted")
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null || l.Is(Part.Reference)
                || l.Named(Known.App) is not null);
        if (!(named || clause.Verb is "restart" or "start") || policy is null)
        {
            return;
        }
        foreach (var field in (string[])["onfailure", "always", "automatic"])
        {
            Take(clause, field);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].IsGlue("not"))
            {
                clause.Use(at);
                policy = more ? "always" : policy == "on-failure" ? policy : "never";
            }
        }
        // "Not when it stops cleanly, only on errors"
        var onlyThen = policy == "on-failure" && clause.Lexemes.Any(l => l.IsField("onfailure")
            && l.Text.StartsWith("only", StringComparison.Ordinal) || l.IsGlue("only"));
        foreach (var at in onlyThen ? Enumerable.Range(0, clause.Count).Where(i =>
            !clause[i].IsMention && (clause[i].Is(Part.Unknown) || clause[i].Is(Part.Verb)
                || clause[i].IsGlue("if") || clause[i].IsGlue("not"))) : [])
        {
            clause.Use(at);
        }
        clause.Attributes.Add(new RestartAttribute(
            clause.Negated && !onlyThen ? "never" : policy));
        clause.Negated = false;
        clause.Verb = "set";
    }

    /// <summary>"Run the api as nobody", "… as 999:999".</summary>
    private static void RunsAs(Clause clause)
    {
        var runs = clause.Lexemes.Any(l => l.Text is "run" or "runs" or "running");
        for (var at = 0; runs && at + 1 < clause.Count; at++)
        {
            var who = clause[at + 1];
            var known = clause.Lexemes.Any(l => l.Named(Known.Service) is not null
                || l.Is(Part.Reference, "it")
                    && !l.Text.StartsWith("th", StringComparison.Ordinal));
            if (known && clause[at].IsGlue("as") && clause.IsFree(at + 1)
                && !clause.Lexemes.Any(l => l.Text is "another" or "a second")
                && (who.Is(Part.Unknown) || who.Is(Part.PortPair)
                    || (who.IsNumber && who.Unit.Length == 0)))
            {
                clause.Use(at, at + 1);
                clause.Attributes.Add(new UserAttribute(who.Original));
                return;
            }
        }
    }

    private static void User(Clause clause)
    {
        var field = clause.Find(Part.Field, "user");
        if (field < 0)
        {
            RunsAs(clause);
            return;
        }
        var next = clause.NextValue(field);
        if (next < 0 || !(clause[next].IsNumber || clause[next].Is(Part.PortPair)
            || clause[next].Is(Part.Unknown) || clause[next].Is(Part.Quoted)))
        {
            return;
        }
        var runs = clause[next].IsNumber || clause[next].Is(Part.PortPair)
            || clause[field].Text is not ("user" or "users")
            || clause.Lexemes.Any(l => l.IsGlue("as"));
        if (!runs)
        {
            return;
        }
        clause.Use(field);
        clause.Use(next);
        clause.Attributes.Add(new UserAttribute(clause[next].Original));
    }
}
