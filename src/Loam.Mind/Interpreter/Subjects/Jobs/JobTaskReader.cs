using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>What a job may reach, and tasks that are named without a command.</summary>
internal static class JobTaskReader
{
    /// <summary>"May read /etc/ssl and write /srv/share".</summary>
    public static void ReadAccess(Clause clause, JobWish wish)
    {
        for (var at = 1; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var colon = lexeme.Text.LastIndexOf(':');
            if (clause.IsFree(at) && (lexeme.Is(Part.Image) || lexeme.Is(Part.PortPair))
                && colon > 0 && Literals.Whole(lexeme.Text[(colon + 1)..]) is > 0 and < 65536
                && !lexeme.Text.Contains('/', StringComparison.Ordinal)
                && clause.Lexemes.Take(at).LastOrDefault(l => l.Is(Part.Topic)
                    || l.IsField("network") || l.IsField("image")) is { } before
                && (before.Is(Part.Topic, "access") || before.IsField("network")))
            {
                wish.Access.Add($"network:{lexeme.Text}");
                clause.Use(at);
            }
        }
        ReadHost(clause, wish);
        // "Access write:/var/log", as it is written in the file.
        foreach (var at in clause.All(Part.Mount).Where(i => clause[i].Text.StartsWith("write:/",
            StringComparison.Ordinal) || clause[i].Text.StartsWith("read:/",
                StringComparison.Ordinal)).ToList())
        {
            wish.Access.Add(clause[at].Original);
            clause.Use(at);
        }
        foreach (var at in clause.All(Part.Path).ToList())
        {
            var right = clause.Lexemes.Take(at).LastOrDefault(l => l.Is(Part.Topic, "write")
                || l.Is(Part.Topic, "read") || l.Is(Part.Topic, "access"));
            if (right is not null)
            {
                wish.Access.Add($"{(right.Is(Part.Topic, "write") ? "write" : "read")}:"
                    + clause[at].Original);
                clause.Use(at);
            }
        }
    }

    /// <summary>"Access to archive.example on port 443".</summary>
    private static void ReadHost(Clause clause, JobWish wish)
    {
        for (var at = 1; at < clause.Count - 1; at++)
        {
            var port = at + 1;
            while (port < clause.Count && (clause[port].IsGlue("on") || clause[port].IsField("port")
                || clause[port].Text is "at" or "over" or "via"))
            {
                port++;
            }
            if (clause.IsFree(at) && (clause[at].Is(Part.Domain) || clause[at].Is(Part.Address))
                && port > at + 1 && port < clause.Count && clause.IsFree(port)
                && clause[port] is { IsNumber: true, Unit: "", Value: > 0 and < 65536 }
                && clause.Lexemes.Take(at).Any(l => l.Is(Part.Topic, "access")
                    || l.IsField("network")))
            {
                wish.Access.Add($"network:{clause[at].Text}:{clause[port].Original}");
                clause.Use(at, port);
            }
        }
    }

    /// <summary>Tasks whose command is plain: a folder is emptied, a database vacuumed.</summary>
    public static void ReadTask(Clause clause, JobWish wish)
    {
        if (wish.Command is not null)
        {
            return;
        }
        foreach (var at in clause.All(Part.Topic).ToList())
        {
            if (clause[at].Is(Part.Topic, "vacuum") && !clause[at].IsMention)
            {
                wish.Task ??= "vacuum";
                clause.Use(at);
            }
            if (clause[at].Is(Part.Topic, "old"))
            {
                JobLimits.ReadAge(clause, at, wish);
            }
        }
        foreach (var at in clause.All(Part.Path).ToList())
        {
            wish.Paths.Add(clause[at].Original);
            clause.Use(at);
        }
        if (clause.Find(Part.Url) is >= 0 and var url)
        {
            // An address is looked at by a request to it.
            wish.Command = $"curl -fsS {clause[url].Original}";
            clause.Use(url);
            return;
        }
        if (wish.Jobs.Count > 0 && (clause.Verb == "remove" || clause.Lexemes.Any(
            l => l.Is(Part.Topic, "clean") || l.IsVerb("remove") || l.Is(Part.Topic, "retain"))))
        {
            var age = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
                && clause[i] is { IsNumber: true, Unit: "d", Value: > 0 and < 36500 }, -1);
            if (age >= 0)
            {
                wish.Days = (int)clause[age].Value;
                clause.Use(age);
            }
        }
        if (wish.Paths.Count > 0 && (clause.Verb == "remove"
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "clean") || l.IsVerb("remove"))))
        {
            var all = clause.Lexemes.Any(l => l.Text.StartsWith("empty", StringComparison.Ordinal)
                || l.Text is "everything" or "all" or "wipe");
            wish.Task = all && wish.Days is null ? "empty" : "clean";
        }
    }
}
