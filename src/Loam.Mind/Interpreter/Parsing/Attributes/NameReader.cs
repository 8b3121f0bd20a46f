using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>called hello</c>, <c>as shop</c>: the name a new thing shall have.</summary>
internal static class NameReader
{
    public static void Read(Clause clause)
    {
        if (clause.Verb == "rename" && clause.Has(Part.Field, "port"))
        {
            clause.Verb = "move";
        }
        if (clause.Verb == "rename")
        {
            ReadNewName(clause);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var called = clause.IsFree(at) && clause[at].IsField("name");
            var alias = clause[at].IsGlue("as") && clause.Find(Part.Image) >= 0;
            if (!called && !alias)
            {
                continue;
            }
            var next = called ? Behind(clause, at) : BehindNoun(clause, at + 1);
            if (next >= clause.Count || !IsName(clause[next], called))
            {
                continue;
            }
            // "remove the service called cache" names what is there.
            if (called && clause[next].Named(Known.Service) is not null && clause.Verb is "remove"
                or "stop" or "start" or "restart" or "upgrade" or "unpublish" or "publish")
            {
                clause.Use(at);
                if (at > 0 && clause[at - 1].Is(Part.Reference))
                {
                    clause.Use(at - 1);
                }
                continue;
            }
            // "a network called jobs" names the network, "a volume called x" the volume.
            var before = clause.Next(at, -1);
            if (before >= 0 && (clause[before].IsField("network")
                || clause[before].IsField("internal")
                || clause[before].IsField("volume")))
            {
                continue;
            }
            clause.Attributes.Add(new NameAttribute(AsLabel(clause[next].Original)));
            clause.Use(at, next);
        }
        Introduced(clause);
    }

    /// <summary>"IMAGE as service diagrams", "as the container 'watcher'": past what it is.
    /// </summary>
    public static int BehindNoun(Clause clause, int at)
    {
        var next = at;
        while (next + 1 < clause.Count && (clause[next].Text is "the" or "a" or "our" or "new"
            || clause[next].Text.Split(' ')[^1] is "service" or "container" or "app" or "instance"
            || clause[next].IsField("name")))
        {
            next++;
        }
        return next > at && (clause[next].Is(Part.Unknown) || clause[next].Is(Part.Quoted)
            || clause[next].Corrected) ? next : at;
    }

    /// <summary>"Name the new one sync", "name: idle": past what stands between.</summary>
    private static int Behind(Clause clause, int at)
    {
        var next = at + 1;
        while (next + 1 < clause.Count && (clause[next].Text is ":" or "=" or "it" or "the thing"
            or "the service" or "the container" or "the new one" or "this one" or "that one"
            or "the one" or "them" or "as" or "is" or "be" or "should be" or "the app"
            // Of "a service called one with …" the word itself is the name.
            || (IsName(clause[next + 1], true) && clause[next].Text is "this" or "the" or "thing"
                or "service" or "container" or "one" or "new" or "instance")))
        {
            next++;
        }
        return next;
    }

    /// <summary>"New service: mailer, image …", "a third postgres: pg-scratch".</summary>
    private static void Introduced(Clause clause)
    {
        if (clause.Verb is not ("create" or "have" or "")
            || clause.Attributes.Exists(a => a is NameAttribute))
        {
            return;
        }
        for (var at = 1; at + 1 < clause.Count; at++)
        {
            var before = clause[at - 1];
            var makes = before.Text.StartsWith("new ", StringComparison.Ordinal)
                || before.Text is "service" or "container"
                || (before.IsMention && before.Named(Known.Service) is null
                    || TargetReader.IsAnother(clause, at - 1))
                    && before.Named(Known.App) is not null;
            if (clause[at].Text == ":" && makes && clause.IsFree(at + 1)
                && (clause[at + 1].Is(Part.Unknown) || clause[at + 1].Is(Part.Quoted))
                && IsName(clause[at + 1], called: false)
                && (at + 2 == clause.Count || clause[at + 2].IsGlue("comma")
                    || clause[at + 2].Is(Part.Image)))
            {
                clause.Use(at, at + 1);
                clause.Attributes.Add(new NameAttribute(AsLabel(clause[at + 1].Original)));
                return;
            }
        }
    }

    /// <summary>"rename a to b".</summary>
    private static void ReadNewName(Clause clause)
    {
        for (var at = clause.Count - 2; at > 0; at--)
        {
            if (clause[at].IsGlue("to") || clause[at].IsGlue("as"))
            {
                if (clause[at + 1].Text is "something" or "anything" or "another" or "other"
                    or "better" or "else" or "a" or "an" or "whatever")
                {
                    clause.Use(at, clause.Count - 1);
                    return;
                }
                clause.Attributes.Add(new NameAttribute(AsLabel(clause[at + 1].Original)));
                clause.Use(at, at + 1);
                return;
            }
        }
    }

    private static bool IsName(Lexeme lexeme, bool called) =>
        lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ')
        // "… before it is called unhealthy"
        && lexeme.Text is not ("unhealthy" or "healthy")
        && (called ? !lexeme.Is(Part.Glue) : lexeme.Is(Part.Unknown) || lexeme.IsMention
            || lexeme.Is(Part.Quoted) || lexeme.Corrected);

    /// <summary>Names are DNS labels: lower case, dashes.</summary>
    public static string AsLabel(string text)
    {
        var label = new string([.. text.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return label.Length > 63 ? label[..63].Trim('-') : label;
    }
}
