using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>on the app network</c>, <c>a network of its own called jobs</c>.</summary>
internal static class NetworkReader
{
    public static void Read(Clause clause, Discourse said)
    {
        var field = clause.Find(Part.Field, "network");
        if (field >= 0 && OfService(clause, field, said) is { } shared)
        {
            clause.Use(field);
            clause.Attributes.AddRange(shared.Select(n => new NetworkAttribute(n, false)));
            return;
        }
        // "… for the whole network": that of the house.
        if (field > 1 && clause[field - 1].Text is "whole" or "entire" or "home"
            && clause.NextBefore(field) is { } before && (before.IsGlue("for")
                || before.IsGlue("in") || before.IsGlue("on")))
        {
            clause.Use(field);
            field = -1;
        }
        var isolated = clause.Find(Part.Field, "internal");
        if (field < 0 && isolated < 0)
        {
            ReadKnown(clause);
            return;
        }
        if (isolated >= 0)
        {
            clause.Use(isolated);
        }
        // "Redis out of the app network"
        if (clause.Verb is "" or "have" or "set" && field > 1
            && Enumerable.Range(Math.Max(0, field - 3), Math.Min(3, field)).Any(at =>
                clause[at].IsGlue("from") && clause[at].Text is "out of" or "off" or "from"))
        {
            clause.Verb = "disconnect";
        }
        if (field >= 0)
        {
            clause.Use(field);
        }
        ReadNamed(clause, field >= 0 ? field : isolated, isolated >= 0);
    }

    /// <summary>"Put redis on backend": without a word for it.</summary>
    private static void ReadKnown(Clause clause)
    {
        var known = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Named(Known.Network) is not null
            && clause[i].Named(Known.Service) is null
            && (clause[i].Named(Known.Role) is null || IsPlace(clause, i)), -1);
        var placed = known > 0 && clause.Next(known, -1) is var at and >= 0
            && (clause[at].IsGlue("on") || clause[at].IsGlue("in")
                || clause[at].IsGlue("to") || clause[at].IsGlue("from"))
            && clause.Verb is "create" or "have" or "set" or "remove" or "move" or "stop" or ""
                or "unmount" or "mount" or "publish" or "start" or "unpublish" or "limit";
        // "Take redis off backend": networks are not stopped.
        if (known > 0 && clause.Verb == "stop"
            && clause.NextBefore(known)?.Named(Known.Service) is not null)
        {
            (clause.Verb, placed) = ("disconnect", true);
        }
        if (known >= 0 && (clause.Verb is "connect" or "disconnect" || placed))
        {
            clause.Verb = clause.Verb is "unmount" ? "disconnect" : clause.Verb;
            // "It should not be on dmz"
            var not = Enumerable.Range(0, known).FirstOrDefault(i => clause.IsFree(i)
                && clause[i].IsGlue("not"), -1);
            if (not >= 0 && clause.Verb is "" or "have" or "set")
            {
                clause.Use(not);
                clause.Verb = "disconnect";
            }
            clause.Use(known);
            clause.Attributes.Add(
                new NetworkAttribute(clause[known].Named(Known.Network), false));
            ReadMore(clause, known, isolated: false);
        }
    }

    private static void ReadNamed(Clause clause, int field, bool isolated)
    {
        var name = Name(clause, field);
        clause.Attributes.Add(new NetworkAttribute(name, isolated));
        if (Enumerable.Range(0, clause.Count).FirstOrDefault(i => !clause.IsFree(i)
            && name is not null && (clause[i].Named(Known.Network) == name
                || NameReader.AsLabel(clause[i].Original) == name), -1) is var first and >= 0)
        {
            ReadMore(clause, first, isolated);
        }
    }

    /// <summary>"Networks app and backend", "in dmz, core and front": the others beside it.
    /// </summary>
    private static void ReadMore(Clause clause, int from, bool isolated)
    {
        var several = clause.Lexemes.Any(l => l.Text == "networks");
        foreach (var step in (int[])[1, -1])
        {
            var at = from + step;
            while (at >= 0 && at < clause.Count)
            {
                var name = clause[at].Named(Known.Network) ?? (several && step > 0
                    && ClauseSplitter.IsJoint(clause[at - 1]) && (at + 1 == clause.Count
                        || ClauseSplitter.IsJoint(clause[at + 1]))
                    && clause[at].Original.All(char.IsAsciiLetterOrDigit)
                        ? NameReader.AsLabel(clause[at].Original) : null);
                if (name is not null && clause.IsFree(at) && Math.Abs(at - from) > 1)
                {
                    clause.Use(at);
                    clause.Attributes.Add(new NetworkAttribute(name, isolated));
                    from = at;
                }
                else if (!(clause[at].IsGlue("and") || clause[at].IsGlue("comma")
                    || clause[at].IsField("network") || clause[at].Text is "," or "&" or "+"
                        or "the" or "both"))
                {
                    break;
                }
                at += step;
            }
        }
    }

    /// <summary>"Loki, in metrics": what else the word means has no inside.</summary>
    private static bool IsPlace(Clause clause, int at) => at > 1
        && clause[at - 1].Text is "in" or "inside" && (at + 1 == clause.Count
            || ClauseSplitter.IsJoint(clause[at + 1]))
        && clause.Lexemes.Any(l => l.Named(Known.App) is not null || l.Is(Part.Image));

    /// <summary>"In the same network as nginx", "on the network the api is in".</summary>
    private static IReadOnlyList<string>? OfService(Clause clause, int field, Discourse said)
    {
        if (SameAs.Find(clause, field, said) is not var (of, service)
            || clause[of].Named(Known.Network) is not null || !clause.Lexemes.Any(l =>
                l != clause[of] && (l.Is(Part.Image) || l.IsMention || l.Is(Part.Reference))))
        {
            return null;
        }
        clause.Use(Math.Min(of, field), Math.Max(of, field));
        for (var at = of + 1; at < clause.Count && at <= of + 2 && (clause[at].IsGlue("is")
            || clause[at].IsGlue("in") || clause[at].IsGlue("on")
            || clause[at].IsVerb("connect")); at++)
        {
            clause.Use(at);
        }
        return [.. service.Networks];
    }

    /// <summary>"Inside the backend network" is no word for the machines around.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            var next = at + 1;
            next += sentence[next].Text is "the" or "our" && next + 1 < sentence.Count ? 1 : 0;
            // "In the front network" is no word for what stands in front.
            if (sentence[at].IsGlue("stack") && sentence[at + 1].IsField("network")
                && sentence[at].Text is "in the front" or "in front")
            {
                sentence[at] = new("front", "front", [new(Part.Unknown, "front")]);
                sentence.Insert(at, new("in", "in", [new(Part.Glue, "in")]));
                continue;
            }
            if (sentence[at].Text is "inside" or "within"
                && sentence[next].Named(Known.Network) is not null)
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Glue, "in")] };
            }
        }
        return sentence;
    }

    private static string? Name(Clause clause, int field)
    {
        var only = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && clause[i].Named(Known.Network) is not null).ToList();
        if (only.Count == 1 && clause[field].IsField("internal"))
        {
            clause.Use(only[0]);
            return clause[only[0]].Named(Known.Network);
        }
        for (var at = field + 1; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].IsField("name") && at + 1 < clause.Count)
            {
                clause.Use(at);
                clause.Use(at + 1);
                return NameReader.AsLabel(clause[at + 1].Original);
            }
        }
        foreach (var near in (int[])[field - 1, field + 1, clause.Next(field)])
        {
            if (clause.IsFree(near) && (clause[near].Named(Known.Network) is not null
                || clause[near].Is(Part.Unknown) || clause[near].Is(Part.Quoted)
                // "On the network home", whatever the word means elsewhere.
                || near == field + 1 && clause[field].Text == "network"
                    && clause[near].Readings[0].Part is Part.Noise or Part.Topic or Part.Field
                    && clause[near].Text.Length > 2 && (near + 1 == clause.Count
                        || clause[near + 1].IsField("internal")
                        || ClauseSplitter.IsJoint(clause[near + 1]))
                    && clause[near].Text is not ("please" or "here" or "there" or "only" or "too"
                        or "instead" or "again" or "today" or "thanks" or "anyway" or "then")
                || (clause[near].IsMention && near < field
                    && clause[near].Named(Known.Service) is null)))
            {
                clause.Use(near);
                return clause[near].Named(Known.Network)
                    ?? NameReader.AsLabel(clause[near].Original);
            }
        }
        return null;
    }
}
