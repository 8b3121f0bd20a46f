using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>check api every 10 seconds at /healthz on port 3000</c>.</summary>
internal static class ProbeReader
{
    private static readonly string[] s_seconds = ["ms", "s", "min", "h", "m"];

    public static void Read(Clause clause, Discourse said)
    {
        var field = clause.Find(Part.Field, "health");
        // "The api's health is at /healthz"
        field = field < 0 ? Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Text is "health" && clause.Lexemes.Skip(i).Any(l => l.Is(Part.Path)), -1)
            : field;
        if (field < 0 && clause.Verb != "probe" && !SaysStart(clause) && !GoesOn(clause, said))
        {
            Starting(clause);
            return;
        }
        var off = clause.Verb is "remove" or "unset" or "stop" || clause.Negated
            || clause.Has(Part.Glue, "without") || clause.Lexemes.Any(l => l.IsVerb("probe")
                && l.Text.EndsWith(" off", StringComparison.Ordinal))
            || field > 0 && clause[field - 1].Text is "no" or "no more" or "not";
        var probe = new ProbeAttribute(off, null, null, null, null, null, null);
        if (field >= 0)
        {
            clause.Use(field);
        }
        probe = Test(clause, probe);
        for (var at = 0; at < clause.Count; at++)
        {
            probe = clause.IsFree(at) ? Take(clause, at, probe) : probe;
        }
        // "May take 5 seconds at most"
        if (probe is { Interval: { } longest, Timeout: null } && clause.Lexemes.Any(
            l => l.Text is "take" or "takes") && !clause.Lexemes.Any(l => l.IsGlue("per")))
        {
            probe = probe with { Interval = null, Timeout = longest };
        }
        foreach (var used in (string[])["timeout", "startperiod", "retries", "interval", "port",
            .. probe.Retries is null ? [] : (string[])["replicas"]])
        {
            for (var at = clause.Find(Part.Field, used); at >= 0;
                at = clause.Find(Part.Field, used))
            {
                clause.Use(at);
            }
        }
        foreach (var http in Enumerable.Range(0, clause.Count).Where(i => probe.Path is not null
            && clause[i].Text == "http").ToList())
        {
            clause.Use(http);
        }
        clause.Attributes.Add(probe);
    }

    /// <summary>"Health checks: api GET /healthz on 3000, redis tcp 6379".</summary>
    private static bool GoesOn(Clause clause, Discourse said) => said.Before is [.., var before]
        && before.Attributes.OfType<ProbeAttribute>().Any()
        && (clause.Verb is "" or "have" or "probe" || clause.IsInherited
            || clause.Verb == before.Verb)
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && clause.Lexemes.All(l => l.IsMention || l.IsNumber || l.Is(Part.Path) || l.IsGlue("on")
            || l.IsField("tcp") || l.IsField("port") || l.IsField("interval")
            || l.IsField("timeout") || l.IsField("retries") || l.IsField("startperiod")
            || l.IsGlue("comma") || l.IsGlue("and") || l.IsGlue("per") || l.Text is "get" or "http"
            || l.Readings[0].Part == Part.Noise);

    /// <summary>"Start period of the api 5m".</summary>
    private static bool SaysStart(Clause clause) => clause.Verb is "" or "set" or "have" or "raise"
            or "lower"
        && clause.Lexemes.Any(l => l.IsField("startperiod") && !l.IsMention
            && l.Text.Contains("period", StringComparison.Ordinal))
        && clause.Lexemes.Count(l => l.IsNumber && s_seconds.Contains(l.Unit)) == 1;

    /// <summary>"It needs 3 minutes to come up": that long it need not be healthy.</summary>
    private static void Starting(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i] is { IsNumber: true, Unit: "s" or "min" or "h" }, -1);
        var to = at < 0 ? -1 : clause.Next(at);
        if (to < 0 || !clause[to].IsGlue("to") || to + 1 >= clause.Count
            || clause[to + 1].Text.Split(' ')[0] is not ("start" or "come" or "boot" or "get"
                or "launch" or "warm" or "initialise" or "initialize")
            || !(clause.Verb is "have" or "set" or "" || clause[to + 1].Is(Part.Verb)))
        {
            return;
        }
        clause.Use(at, Math.Min(clause.Count - 1, to + 2));
        clause.Verb = "set";
        clause.Attributes.Add(new ProbeAttribute(false, null, null, null, null, null,
            Duration(clause[at])));
    }

    private static ProbeAttribute Take(Clause clause, int at, ProbeAttribute probe)
    {
        var lexeme = clause[at];
        if (lexeme.Is(Part.Path) && probe.Path is null)
        {
            clause.Use(at);
            return probe with { Path = lexeme.Original };
        }
        if (!lexeme.IsNumber)
        {
            return probe;
        }
        if (at > 0 && clause[at - 1].Text is "expect" or "expects" or "expecting" or "status"
            && lexeme is { Unit: "", Value: >= 100 and < 600 })
        {
            clause.Use(at - 1, at);
            return probe with { Expect = (int)lexeme.Value };
        }
        if (at > 0 && clause[at - 1].IsField("tcp") && lexeme is
            { Unit: "", Value: > 0 and < 65536 })
        {
            clause.Use(at - 1, at);
            return probe with { Port = (int)lexeme.Value };
        }
        var near = Field(clause, at) ?? Alone(clause, at);
        if (s_seconds.Contains(lexeme.Unit))
        {
            clause.Use(at);
            var time = Duration(lexeme);
            return near switch
            {
                "timeout" => probe with { Timeout = time },
                "startperiod" => probe with { StartPeriod = time },
                _ => probe with { Interval = time },
            };
        }
        near ??= lexeme.Unit.Length == 0 && at > 0 && (clause[at - 1].IsGlue("on")
            || clause[at - 1].Text == ":" || lexeme.Text[0] == ':') ? "port" : null;
        if (near is "retries" or "port" && lexeme.Value is > 0 and < 65536)
        {
            clause.Use(at);
            return near == "port" ? probe with { Port = (int)lexeme.Value }
                : probe with { Retries = (int)lexeme.Value };
        }
        return probe;
    }

    /// <summary>The only field that is said, where the values are no more: "may wait five
    /// minutes at the beginning".</summary>
    private static string? Alone(Clause clause, int at)
    {
        var times = s_seconds.Contains(clause[at].Unit);
        var fields = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i))
            .Select(i => clause[i].Key(Part.Field)).Where(f => times
                ? f is "timeout" or "startperiod" or "interval" : f is "retries")
            .Distinct().ToList();
        var same = Enumerable.Range(0, clause.Count).Count(i => clause.IsFree(i)
            && clause[i].IsNumber && s_seconds.Contains(clause[i].Unit) == times);
        var after = at + 1 < clause.Count && (clause[at + 1].Text is "times" or "time"
            or "failures" or "fails" or "tries");
        return !times && after ? "retries"
            : fields is [var only] && same == 1 && !(times && at > 0
                && clause[at - 1].IsGlue("per")) ? only : null;
    }

    /// <summary>"Use redis-cli ping as health check", "probe it with curl -f …".</summary>
    private static ProbeAttribute Test(Clause clause, ProbeAttribute probe)
    {
        var quoted = clause.Find(Part.Quoted) is var q and >= 0
            && (clause[q].Original.Contains(' ', StringComparison.Ordinal)
                || q > 0 && clause[q - 1].IsField("command")) ? q : clause.Find(Part.Command);
        if (quoted >= 0)
        {
            clause.Use(quoted);
            if (quoted > 0 && clause[quoted - 1].IsField("command"))
            {
                clause.Use(quoted - 1);
            }
            return probe with { Test = clause[quoted].Original };
        }
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            var leads = clause[at].Text is "use" or "with" or "using" or "run" or "running"
                or "by" or "command" or "runs" or "executing" or "via" or "is" or "be" or ":"
                or "to" or "calling" or "through";
            if (!leads || !clause.IsFree(at + 1) || !IsCommandWord(clause[at + 1]))
            {
                continue;
            }
            var end = at + 1;
            while (end + 1 < clause.Count && clause.IsFree(end + 1)
                && !(clause[end + 1].Readings[0].Part is Part.Glue or Part.Stop)
                && !clause[end + 1].IsField("health") && !clause[end + 1].IsMention)
            {
                end++;
            }
            var words = Enumerable.Range(at + 1, end - at).Select(i => clause[i].Original);
            clause.Use(at, end);
            return probe with { Test = string.Join(' ', words) };
        }
        return probe;
    }

    private static bool IsCommandWord(Lexeme lexeme) => CommandFinder.IsProgram(lexeme.Text)
        || lexeme.Text.EndsWith("-cli", StringComparison.Ordinal)
        || lexeme.Text.EndsWith("admin", StringComparison.Ordinal)
        || lexeme.Text.Contains("isready", StringComparison.Ordinal)
        || lexeme.Text.EndsWith(".sh", StringComparison.Ordinal);

    private static string Duration(Lexeme lexeme) =>
        lexeme.Value.ToString(CultureInfo.InvariantCulture)
        + (lexeme.Unit is "min" ? "m" : lexeme.Unit);

    /// <summary>The field said right before or after a value, marked used.</summary>
    private static string? Field(Clause clause, int at)
    {
        foreach (var near in (int[])[clause.NextValue(at, -1), clause.NextValue(at)])
        {
            if (near >= 0 && clause[near].Key(Part.Field) is
            { } key and ("timeout" or "startperiod" or "retries" or "port" or "interval"))
            {
                clause.Use(near);
                return key;
            }
        }
        return null;
    }
}
