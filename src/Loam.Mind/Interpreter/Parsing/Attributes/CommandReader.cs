using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>What runs, and where: <c>command node server.js</c>, <c>entrypoint /bin/tini</c>,
/// <c>working directory /srv/app</c>, <c>start api with "…"</c>.</summary>
internal static class CommandReader
{
    public static void Read(Clause clause)
    {
        WorkDir(clause);
        foreach (var (field, entry) in (ReadOnlySpan<(string, bool)>)
            [("entrypoint", true), ("command", false)])
        {
            var at = clause.Find(Part.Field, field);
            // "Healthcheck of redis: command redis-cli ping" is no command of the service.
            if (at >= 0 && !clause[at].IsMention && !clause.Lexemes.Take(at).Any(
                l => l.IsField("health")))
            {
                Named(clause, at, entry);
            }
        }
        StartedWith(clause);
        Runs(clause);
    }

    /// <summary>"A container of busybox that runs 'sleep 3600'".</summary>
    private static void Runs(Clause clause)
    {
        Typed(clause);
        var quoted = clause.Find(Part.Quoted);
        if (quoted > 0 && clause.Attributes.TrueForAll(a => a is not CommandAttribute)
            && clause[quoted].Original.Contains(' ', StringComparison.Ordinal)
            && (clause[quoted - 1].Text is "runs" or "running" or "run" or "executes"
                or "executing" or "execute" or "does" or "doing" or "with" or "starts"
                || clause[quoted - 1].IsVerb("create"))
            && clause.Lexemes.Any(l => l.Is(Part.Image) || l.Named(Known.App) is not null))
        {
            Take(clause, quoted, quoted, entry: false);
        }
    }

    /// <summary>"IMAGE running sleep infinity, called idle".</summary>
    private static void Typed(Clause clause)
    {
        var image = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Image));
        for (var at = image + 1; image >= 0 && at + 1 < clause.Count; at++)
        {
            if (clause[at].Text is "running" or "runs" or "that runs" or "executing"
                && clause.IsFree(at + 1) && CommandFinder.IsProgram(clause[at + 1].Text)
                && clause.Attributes.TrueForAll(a => a is not CommandAttribute))
            {
                var end = at + 1;
                while (end + 1 < clause.Count && clause.IsFree(end + 1)
                    && !ClauseSplitter.IsJoint(clause[end + 1])
                    && !clause[end + 1].IsGlue("as") && !clause[end + 1].IsField("name"))
                {
                    end++;
                }
                clause.Use(at);
                Take(clause, at + 1, end, entry: false);
            }
        }
    }

    private static void WorkDir(Clause clause)
    {
        var field = clause.Find(Part.Field, "workdir");
        if (field < 0)
        {
            return;
        }
        clause.Use(field);
        var path = clause.Find(Part.Path);
        if (path >= 0)
        {
            clause.Use(path);
            clause.Attributes.Add(new WorkDirAttribute(clause[path].Original));
        }
        else if (IsGone(clause))
        {
            clause.Attributes.Add(new WorkDirAttribute(null));
        }
    }

    private static bool IsGone(Clause clause) =>
        clause.Verb is "remove" or "unset" or "stop" || clause.Negated;

    private static void Named(Clause clause, int field, bool entry)
    {
        if (IsGone(clause))
        {
            clause.Use(field);
            clause.Attributes.Add(new CommandAttribute(null, entry));
            return;
        }
        var quoted = clause.Find(Part.Quoted);
        if (quoted >= 0)
        {
            clause.Use(field);
            Take(clause, quoted, quoted, entry);
            return;
        }
        var start = Start(clause, field + 1);
        var end = End(clause, start);
        if (end >= start)
        {
            clause.Use(field);
            Take(clause, start, end, entry);
        }
    }

    /// <summary>Past "of the api", "to" and the like.</summary>
    private static int Start(Clause clause, int at)
    {
        while (at < clause.Count && (clause[at].Readings[0].Part == Part.Noise
            || clause[at].IsGlue("to") || clause[at].IsGlue("is") || clause[at].IsGlue("comma")
            || clause[at].IsGlue("wish") || clause[at].IsGlue("as") || clause[at].Text == "="
            || IsOwner(clause, at)))
        {
            at += IsOwner(clause, at) ? OwnerLength(clause, at) : 1;
        }
        return at;
    }

    /// <summary>Before "on the api" at the end.</summary>
    private static int End(Clause clause, int start)
    {
        for (var at = start + 1; at < clause.Count; at++)
        {
            if (IsOwner(clause, at) && at + OwnerLength(clause, at) == clause.Count
                || clause[at].Text == "," && IsOther(clause, at + 1))
            {
                return at - 1;
            }
        }
        return clause.Count - 1;
    }

    /// <summary>", port 5000", ", 2586 outside -> 80 inside": another field begins.</summary>
    private static bool IsOther(Clause clause, int at)
    {
        var piece = Enumerable.Range(at, clause.Count - at)
            .TakeWhile(i => clause[i].Text != ",").ToList();
        if (piece.Count > 1 && piece.Exists(i => clause[i].IsNumber)
            && piece.TrueForAll(i => clause[i].IsNumber || clause[i].IsGlue("to")
                || clause[i].IsGlue("on") || clause[i].Text.Split(' ')[^1] is "outside" or "inside"
                    or "host" or "externally" or "internally" || clause[i].IsGlue("and")))
        {
            return true;
        }
        while (at < clause.Count && (clause[at].Readings[0].Part is Part.Noise or Part.Number
            || clause[at].IsGlue("and") || clause[at].IsGlue("with") || clause[at].IsGlue("on")
            || clause[at].IsGlue("in") || clause[at].IsGlue("without")))
        {
            at++;
        }
        return at < clause.Count && (clause[at].Is(Part.Field) || clause[at].Is(Part.Verb)
            || clause[at].Is(Part.PortPair) || clause[at].Is(Part.Assignment));
    }

    private static bool IsOwner(Clause clause, int at) => OwnerLength(clause, at) > 0;

    private static int OwnerLength(Clause clause, int at)
    {
        if (!(clause[at].IsGlue("of") || clause[at].IsGlue("for") || clause[at].IsGlue("on")
            || clause[at].IsGlue("in")))
        {
            return 0;
        }
        var owner = at + 1;
        while (owner < clause.Count && clause[owner].Readings[0].Part == Part.Noise)
        {
            owner++;
        }
        return owner < clause.Count && (clause[owner].Named(Known.Service) is not null
            || clause[owner].Named(Known.App) is not null
            || clause[owner].Is(Part.Reference)) ? owner + 1 - at : 0;
    }

    /// <summary>"start api with node --inspect server.js": options or quotes show that it is a
    /// command.</summary>
    private static void StartedWith(Clause clause)
    {
        if (clause.Attributes.OfType<CommandAttribute>().Any()
            || clause.Verb is not ("start" or "create" or "set"))
        {
            return;
        }
        var with = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].Text is "with" or "using", -1);
        if (with <= 0 || with + 1 >= clause.Count)
        {
            return;
        }
        var quoted = clause[with + 1].Is(Part.Quoted) && with + 2 == clause.Count
            && clause[with + 1].Original.Contains(' ', StringComparison.Ordinal);
        var plain = clause[with + 1].Readings[0].Part is Part.Unknown or Part.Path
            && Enumerable.Range(with + 2, clause.Count - with - 2).Any(
                i => clause[i].Original.StartsWith('-'));
        if (quoted || plain)
        {
            clause.Use(with);
            Take(clause, with + 1, clause.Count - 1, entry: false);
        }
    }

    private static void Take(Clause clause, int start, int end, bool entry)
    {
        var words = Enumerable.Range(start, end - start + 1).Select(i => clause[i].Original);
        clause.Use(start, end);
        clause.Attributes.Add(new CommandAttribute(string.Join(' ', words), entry));
    }
}
