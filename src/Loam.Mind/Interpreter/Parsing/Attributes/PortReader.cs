using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Ports, by their field, by the shape <c>8080:80</c>, or by a verb that is about
/// ports.</summary>
internal static class PortReader
{
    public const int MostPort = 65535;

    public static void Read(Clause clause)
    {
        var protocol = clause.Has(Part.Field, "udp") ? "udp"
            : clause.Has(Part.Field, "tcp") ? "tcp" : null;
        // "Udp 2456 and 2457"
        var said = protocol is not null && clause.Find(Part.Field, protocol) is var field
            && field + 1 < clause.Count && IsPort(clause[field + 1]);
        var place = clause.Find(Part.Field, "localhost");
        // "Not only from localhost"
        var denied = place > 0 && clause[place - 1].IsGlue("not");
        // "Upstream 9.9.9.9" says of something else where it is.
        var other = clause.Verb == "block" || place > 0 && clause[place].Is(Part.Address)
            && clause[place - 1].Is(Part.Unknown);
        var address = place < 0 || denied || other ? null
            : char.IsAsciiDigit(clause[place].Text[0]) ? clause[place].Text.Split(' ')[0]
            : "127.0.0.1";
        if (address is null && (denied || IsForAll(clause)))
        {
            address = "0.0.0.0";
            foreach (var at in Enumerable.Range(0, clause.Count).Where(i => denied && (i == place
                    || i == place - 1)
                || clause[i].Text is "interfaces" or "addresses" or "all"
                || clause[i].Is(Part.Topic, "anywhere") || clause[i].Is(Part.Topic, "lan")
                || clause[i].Is(Part.Topic, "may") || clause[i].Text is "ui" or "page"
                    or "interface" or "web ui" or "web page" or "dashboard").ToList())
            {
                clause.Use(at);
            }
        }
        var web = Protocol(clause);
        Use(clause, other ? ["udp", "tcp"] : ["udp", "tcp", "localhost"]);
        if (ClosesNamed(clause))
        {
            return;
        }
        if (IsClosed(clause))
        {
            Use(clause, "port");
            clause.Attributes.Add(new PortAttribute(null, null, "", false, protocol, null)
            {
                Off = true,
            });
            // "IMAGE, listens on 3000, not published": the one inside.
            if (clause.Lexemes.Any(l => l.Is(Part.Image)))
            {
                ReadNumbers(clause, named: true, inner: true, protocol, null);
            }
            return;
        }
        foreach (var at in clause.All(Part.PortPair).ToList())
        {
            clause.Use(at);
            if (clause[at].Text[0] == '!')
            {
                clause.Attributes.Add(new PortAttribute(Literals.Whole(clause[at].Text[1..]), null,
                    "", false, protocol, null) { Off = true });
                continue;
            }
            clause.Attributes.Add(Pair(clause[at].Text, protocol, address));
        }
        var fields = Use(clause, "port") || web || said
            || clause.Denied.Any(d => clause[d].IsField("udp") || clause[d].IsField("tcp"));
        var inner = Use(clause, "containerport");
        ReadNumbers(clause, fields || inner, inner, protocol, address);
    }

    /// <summary>"Gitea: ssh on 2022 rather than 2222": one port of a service takes the place of one
    /// that it publishes.</summary>
    public static bool Swaps(Clause clause, Discourse said)
    {
        var old = Enumerable.Range(0, clause.Count).FirstOrDefault(i => i > 0
            && IsPort(clause[i]) && clause[i - 1].IsGlue("insteadof"), -1);
        return old > 0 && clause.Question is null && clause.Verb is "" or "set" or "have" or "move"
                or "publish"
            && clause.Lexemes.Count(l => l.IsNumber) == 2
            && clause.Lexemes.Select(l => l.Named(Known.Service)).OfType<string>().Distinct()
                .ToList() is [var name]
            && !clause.Lexemes.Any(l => l.Is(Part.Cidr) || l.Is(Part.Address)
                || l.Is(Part.Topic, "firewall") || l.Is(Part.Topic, "allow")
                || l.Is(Part.Topic, "block"))
            && said.Session.Draft.State.Services.TryGetValue(name, out var service)
            && service.Ports.Any(p => p.Host == (int)clause[old].Value);
    }

    /// <summary>"Reachable from everywhere" of what was bound to one address.</summary>
    private static bool IsForAll(Clause clause) => clause.Verb is "publish" or "have" or "set"
        or "" && !clause.All(Part.Path).Any() && clause.Lexemes.Any(l => l.Text is
            "from everywhere" or "from anywhere" or "everywhere" or "from the lan" or "the lan"
            or "from outside" or "from the outside" or "from the network" or "all interfaces"
            or "on all interfaces" or "from other machines" or "from all machines"
            or "on all addresses" or "all addresses" or "any address" or "every address"
            or "not only from localhost" or "whole network" or "lan" or "from the other"
                or "other machines" or "other computers" or "other devices" or "other desks"
            || l.IsReference("other") && l.Text.StartsWith("the other", StringComparison.Ordinal)
                && clause.Lexemes.Any(f => f.IsGlue("from"))
            || clause.Verb == "publish" && l.Is(Part.Topic, "anywhere")
            || l.Text is "interfaces" or "addresses" && clause.Lexemes.Any(a => a.Text is "all"
                or "every" or "any"))
        && clause.Lexemes.Any(l => l.IsVerb("publish") || l.Text is "seen" or "visible"
            or "reach" or "reached" or "reachable");

    /// <summary>"Do not publish its ssh port", "no more ssh port": the one inside, by what
    /// people call it.</summary>
    private static bool ClosesNamed(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && (clause[i].Text.EndsWith(" port", StringComparison.Ordinal)
                || clause.Verb == "unpublish" && clause[i].Named(Known.Service) is null
                    && clause[i].Named(Known.App) is null)
            && Usual(clause[i]) is not null, -1);
        var denied = at > 0 && clause[at - 1].Text is "no" or "no more" or "without";
        // "Remove gitea and its ssh port"
        var both = at > 0 && clause.Lexemes.Take(at).Any(l => l.IsGlue("and"))
            || clause.Verb == "remove" && clause.Targets.Count == 0 && !clause.Lexemes.Any(
                l => l.Possessive || l.IsGlue("from") || l.IsGlue("of"));
        if (at < 0 || both || !(denied || clause.Verb is "unpublish" or "remove" || clause.Negated)
            || clause.All(Part.Number).Any(i => IsPort(clause[i])))
        {
            return false;
        }
        clause.Use(denied ? at - 1 : at, at);
        (clause.Verb, clause.Negated) = ("unpublish", false);
        clause.Attributes.Add(
            new PortAttribute(Usual(clause[at]), null, "", true, null, null));
        return true;
    }

    /// <summary>The port a program usually has: <c>ssh tcp:22</c>.</summary>
    private static int? Usual(Lexeme lexeme) => lexeme.Readings.Where(r => r.Part == Part.Topic)
        .Select(r => r.Key[(r.Key.LastIndexOf(':') + 1)..]).Select(Literals.Whole)
        .FirstOrDefault(n => n is not null);

    /// <summary>"Serve https too, 443": the protocol's name stands for its port.</summary>
    private static bool Protocol(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Text is "https" or "http" or "ssh port" or "web port" or "http port"
                or "https port" or "smtp port"
                || i > 0 && clause[i - 1].Possessive && Usual(clause[i]) is not null, -1);
        if (at < 0 || !clause.All(Part.Number).Any(i => IsPort(clause[i])))
        {
            return false;
        }
        clause.Use(at);
        return true;
    }

    /// <summary>"No port to the outside", "nothing published", said beside something else.
    /// </summary>
    private static bool IsClosed(Clause clause)
    {
        if (clause.Denied.Any(d => clause[d].IsField("port") || clause[d].IsField("udp")
                || clause[d].IsField("tcp"))
            && !clause.All(Part.Number).Any(i => IsPort(clause[i])))
        {
            return true;
        }
        var closed = false;
        for (var at = 0; at < clause.Count; at++)
        {
            // "Nothing published", also where that is the clause's verb
            var nothing = at > 0 && clause[at].IsVerb("publish")
                && clause[at - 1].Text is "nothing" or "none";
            if (!clause.IsFree(at) && !nothing || clause[at].IsMention)
            {
                continue;
            }
            var not = at > 0 && Enumerable.Range(Math.Max(0, at - 3), Math.Min(3, at)).Any(
                i => Reach.Denies(clause[i]));
            if (clause[at].IsVerb("unpublish") || (Reach.Opens(clause[at]) && not))
            {
                foreach (var near in Enumerable.Range(Math.Max(0, at - 3), Math.Min(3, at) + 1)
                    .Where(i => !clause[i].IsMention))
                {
                    clause.Use(near);
                }
                closed = true;
            }
        }
        return closed;
    }

    private static bool Use(Clause clause, params ReadOnlySpan<string> fields)
    {
        var any = false;
        foreach (var field in fields)
        {
            for (var at = clause.Find(Part.Field, field); at >= 0;
                at = clause.Find(Part.Field, field))
            {
                clause.Use(at);
                any = true;
            }
        }
        return any;
    }

    private static PortAttribute Pair(string text, string? protocol, string? address)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var parts = (slash < 0 ? text : text[..slash]).Split(':');
        if (parts.Length == 2 && Literals.Whole(parts[0]) is null)
        {
            return new(Literals.Whole(parts[1]), null, "on", false,
                slash < 0 ? protocol : text[(slash + 1)..],
                parts[0] == "localhost" ? "127.0.0.1" : parts[0]);
        }
        return new(Literals.Whole(parts[^2]), Literals.Whole(parts[^1]), ":", false,
            slash < 0 ? protocol : text[(slash + 1)..],
            parts.Length == 3 ? parts[0] : address);
    }

    /// <summary>"A postgres 17 for the thesis on port 5434": which one it is.</summary>
    private static bool IsOfVersion(Clause clause, int at) => at > 0 && clause[at].Value < 100
        && clause[at - 1].Named(Known.App) is not null
        && clause.Verb is "create" or "have" or "";

    private static void ReadNumbers(
        Clause clause, bool named, bool inner, string? protocol, string? address)
    {
        var numbers = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && IsPort(clause[i]) && (named || AboutPorts(clause, i))).ToList();
        numbers.RemoveAll(i => numbers.Count > 1 && IsOfVersion(clause, i));
        if (Sided(clause, numbers, protocol, address)
            || numbers.Count == 0 && Impossible(clause, named))
        {
            return;
        }
        for (var index = 0; index < numbers.Count; index++)
        {
            var at = numbers[index];
            var lexeme = clause[at];
            var second = index + 1 < numbers.Count ? Linked(clause, at, numbers[index + 1]) : null;
            clause.Use(at);
            var said = lexeme.Unit.Length > 0 ? lexeme.Unit : protocol;
            if (second is not null)
            {
                clause.Use(numbers[++index]);
                clause.Attributes.Add(new PortAttribute((int)lexeme.Value,
                    (int)clause[numbers[index]].Value, second, inner, said, address));
                continue;
            }
            var inside = inner || Side(clause, at, clause.Count) == "inner"
                && clause.Attributes.TrueForAll(a => a is not PortAttribute);
            clause.Attributes.Add(new PortAttribute(
                (int)lexeme.Value, null, Before(clause, at), inside, said, address));
        }
        var usual = clause.Verb is "create" or "have" or "" && clause.Lexemes.Any(l => l.Text is
            "standard" or "default" or "usual" or "normal" or "standard port" or "default port");
        if (numbers.Count == 0 && (named && !usual || address is not null)
            && !clause.Attributes.OfType<PortAttribute>().Any())
        {
            clause.Attributes.Add(new PortAttribute(null, null, "", inner, protocol, address));
        }
    }

    /// <summary>"Port 99999": there is none, and that is said.</summary>
    private static bool Impossible(Clause clause, bool named)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i] is { IsNumber: true, Unit: "" or "tcp" or "udp" }
            && char.IsAsciiDigit(clause[i].Text.TrimStart(':', '#')[0])
            && (clause[i].Value > MostPort || clause[i].Value == 0 && named)
            && (named || clause[i].Value < 1_000_000 && AboutPorts(clause, i)), -1);
        if (at < 0)
        {
            return false;
        }
        clause.Use(at);
        clause.Attributes.Add(new PortAttribute((int)Math.Min(clause[at].Value, int.MaxValue), null,
            "on", false, null, null));
        return true;
    }

    /// <summary>"8085 outside, 3000 inside".</summary>
    private static bool Sided(
        Clause clause, List<int> numbers, string? protocol, string? address)
    {
        if (numbers is not [var one, var two])
        {
            return false;
        }
        var (first, second) = (Side(clause, one, two), Side(clause, two, clause.Count));
        // "8090 (the container listens on 5000)"
        if (Enumerable.Range(one, two - one).Any(i => i > 0 && clause[i].Text is "listens"
            or "listening" or "uses" or "runs" or "serves" && (clause[i - 1].IsField("service")
                || clause[i - 1].Text is "it" or "app" or "application" or "inside"
                    or "container port")))
        {
            (first, second) = ("outer", "inner");
        }
        if (first is null && second is null || first == second
            || Linked(clause, one, two) is "from"
            // "Publish 80 on 8085", "publish api on 8080 and 8443": the verb is of both.
            || second is null && (Linked(clause, one, two) is "on" or "as"
                || Enumerable.Range(Math.Max(0, one - 3), Math.Min(3, one)).Any(
                    i => clause[i].IsVerb("publish"))
                && Enumerable.Range(one, two - one).Any(i => clause[i].IsGlue("and")
                    || clause[i].IsGlue("comma"))))
        {
            return false;
        }
        var (inner, outer) = first == "inner" || second == "outer" ? (one, two) : (two, one);
        clause.Use(one);
        clause.Use(two);
        clause.Attributes.Add(new PortAttribute((int)clause[outer].Value,
            (int)clause[inner].Value, ":", false, protocol, address));
        return true;
    }

    /// <summary>On which side of the container a port is: what stands right before or behind it
    /// says.</summary>
    private static string? Side(Clause clause, int at, int end)
    {
        // "Outside port 8095, inside 80": what stands behind the comma is of the other.
        var ahead = Enumerable.Range(at + 1, Math.Max(0, Math.Min(3, end - at - 1)))
            .TakeWhile(i => i >= clause.Count || !clause[i].IsGlue("comma")
                || end == clause.Count || !clause[end].IsNumber || SideOf(clause, end - 1) is null);
        foreach (var near in ahead.Concat(Enumerable.Range(1, 3).Select(d => at - d)))
        {
            if (near < 0 || near >= clause.Count)
            {
                continue;
            }
            if (near < at && (clause[near].IsGlue("comma") || clause[near].IsNumber
                || clause[near].IsGlue("and")))
            {
                break;
            }
            if (SideOf(clause, near) is { } side)
            {
                return side;
            }
        }
        return null;
    }

    private static string? SideOf(Clause clause, int at)
    {
        var lexeme = clause[at];
        if (lexeme.Text.Split(' ')[^1] is "inside" or "internally" or "within"
            || lexeme.IsField("containerport")
            || (lexeme.IsGlue("in") || lexeme.IsGlue("of")) && at + 1 < clause.Count
                && (clause[at + 1].Is(Part.Reference) || clause.NextValue(at) is var next and >= 0
                        && clause[next].IsField("service")))
        {
            return "inner";
        }
        return lexeme.Text.Split(' ')[^1] is "outside" or "externally" or "publicly" or "host"
            || lexeme.IsVerb("publish") && lexeme.Text.StartsWith("publ", StringComparison.Ordinal)
            || lexeme.Text is "host port" or "on the host" or "external port" or "public port"
                or "outside port" or "outer port"
            ? "outer" : null;
    }

    private static bool IsPort(Lexeme lexeme) => lexeme.IsNumber
        && lexeme.Unit is "" or "tcp" or "udp"
        && lexeme.Value is > 0 and < 65536 && decimal.IsInteger(lexeme.Value)
        && char.IsAsciiDigit(lexeme.Text.TrimStart(':', '#')[0]);

    /// <summary>Without the word port, a number is one by its verb or by "on".</summary>
    private static bool AboutPorts(Clause clause, int at)
    {
        if (clause[at].Value < 80 && clause.Lexemes.Any(
            l => l.Text is "stay" or "stays" or "remain" or "remains"))
        {
            return false;
        }
        if (clause[at].Value >= 80 && clause[at].Unit.Length == 0
            && Side(clause, at, clause.Count) is not null)
        {
            return true;
        }
        if (clause[at].Unit.Length > 0 || clause.Verb is "publish" or "unpublish" or "move")
        {
            return true;
        }
        if (clause[at].Value >= 80 && IsPaired(clause, at))
        {
            return true;
        }
        var before = clause.Next(at, -1);
        var link = before >= 0 ? clause[before] : null;
        var placed = link is not null && (link.IsGlue("on") || link.IsGlue("to")
            || link.IsGlue("from") || link.IsGlue("as") || link.IsGlue("for")
            || link.IsGlue("insteadof") || link.IsVerb("have") || link.IsVerb("set"));
        var bigEnough = clause[at].Value is >= 1024 or 80 or 443 or 53 or 22 or 25 or 81;
        // "Postgres on 17" is a version.
        return placed && (link!.IsGlue("on") && clause[at].Value >= 20 || bigEnough)
            && clause.Verb is "create" or "have" or "set" or "" or "start" or "publish"
                or "replace"
            && !TargetIsApp(clause, at);
    }

    /// <summary>"8888 to 8888", said of what is to run.</summary>
    private static bool IsPaired(Clause clause, int at) => clause.Lexemes.Any(
            l => l.Is(Part.Image) || l.Named(Known.App) is not null)
        && clause.Verb is "create" or "have" or "start" or ""
        && (at + 2 < clause.Count && clause[at + 1].IsGlue("to") && IsPort(clause[at + 2])
                && clause[at + 2].Value >= 22
            || at > 1 && clause[at - 1].IsGlue("to") && IsPort(clause[at - 2])
                && clause[at - 2].Value >= 80);

    private static bool TargetIsApp(Clause clause, int at) =>
        at > 0 && clause.IsFree(at - 1) && clause[at - 1].Named(Known.App) is not null;

    /// <summary>How two numbers belong together; null: they are two ports.</summary>
    private static string? Linked(Clause clause, int first, int second)
    {
        var between = Enumerable.Range(first + 1, second - first - 1)
            .Select(i => clause[i]).ToList();
        if (between.Exists(l => l.IsGlue("and") || l.IsGlue("comma")))
        {
            return null;
        }
        foreach (var link in (string[])["insteadof", "to", "as", "on", "from", "in"])
        {
            if (between.Exists(l => l.IsGlue(link)))
            {
                var from = Before(clause, first) == "from";
                return link == "to" && from ? "from" : link;
            }
        }
        return null;
    }

    private static string Before(Clause clause, int at)
    {
        for (var before = at - 1; before >= 0 && before >= at - 4; before--)
        {
            foreach (var key in (string[])["from", "insteadof", "on", "to", "as"])
            {
                if (clause[before].IsGlue(key))
                {
                    return key;
                }
            }
            if (clause[before].IsMention)
            {
                break;
            }
        }
        return "";
    }
}
