using System.Globalization;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What the words around a place say about it.</summary>
internal sealed partial class ScanWords(Clause clause)
{
    public bool Is(int at, string topic) => at >= 0 && at < clause.Count
        && clause[at].Is(Part.Topic, topic);

    /// <summary>Somebody does harm; no slip of a harmless word says so.</summary>
    public bool Attacks => clause.Lexemes.Any(l => l.Is(Part.Topic, "attack") && !l.Corrected);

    public bool Has(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));

    public bool HasText(params ReadOnlySpan<string> texts)
    {
        foreach (var lexeme in clause.Lexemes)
        {
            if (texts.Contains(lexeme.Text))
            {
                return true;
            }
        }
        return false;
    }

    public bool IsAct(int at) => Is(at, "allow") || Is(at, "block") || Is(at, "open")
        || Is(at, "close") || Is(at, "reject") || Is(at, "unblock");

    public bool IsDestination(int at, Group group)
    {
        var before = at - 1;
        while (before >= 0 && (clause[before].Readings[0].Part == Part.Noise
            || clause[before].IsField("address") || clause[before].IsField("network")
            || clause[before].IsGlue("comma") || clause[before].IsGlue("and")
            || PortNames.Network(clause[before]) is not null))
        {
            before--;
        }
        if (before < 0 || clause[before].IsGlue("from"))
        {
            return false;
        }
        // "… talk to our mail relay, which is 10.40.0.25"
        for (var who = before; group.Sources.Count == 0 && who >= 0 && who > before - 5; who--)
        {
            if (clause[who].Text is "talk to" or "talking to" or "talks to" or "connect to")
            {
                return true;
            }
            if (clause[who].Readings[0].Part is Part.Verb or Part.Number
                || clause[who].Readings[0].Part is Part.Glue && !clause[who].IsGlue("comma")
                || IsAct(who))
            {
                break;
            }
        }
        if (clause[before].Text is "talk to" or "talking to" or "connect to" or "connecting to"
            or "reach" or "contact" or "send" or "access" or "destination" or "get to")
        {
            return true;
        }
        return clause[before].IsGlue("to") && before > 0
            && (clause[before - 1].Text is "going" or "goes" or "headed" or "heading" or "bound"
                or "leading" or "leads"
                || group.Direction is PacketDirection.Output or PacketDirection.Forward
                || Is(before - 1, "out") && !IsParticle(before - 1));
    }

    /// <summary>"Called node-exporter"; null: no name is given.</summary>
    public string? NameGiven()
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if (clause[at].Text is "called" or "named" or "name it" or "call it" or "with name"
                or "with the name" or "with the comment")
            {
                return clause[at + 1].Original;
            }
        }
        return null;
    }

    /// <summary>"Firewall rule metrics: tcp 9100": where a new rule's name stands; -1: nowhere.
    /// </summary>
    public int Titled()
    {
        for (var at = 0; at + 2 < clause.Count; at++)
        {
            if (Is(at, "rule") && clause[at + 2].Text == ":"
                && clause[at + 1].Named(Known.Rule) is null && clause[at + 1].Original.All(
                    c => char.IsAsciiLetterOrDigit(c) || c is '-'))
            {
                return at + 1;
            }
        }
        return -1;
    }

    public string? InterfaceAt(int at)
    {
        var lexeme = clause[at];
        if (lexeme.Named(Known.Interface) is { } known)
        {
            return known;
        }
        return Device().IsMatch(lexeme.Text) || at > 0 && clause[at - 1].Text is "interface"
            or "iface" or "nic" && lexeme.Is(Part.Unknown) ? lexeme.Original : null;
    }

    /// <summary>"The ssh rule", "rule web".</summary>
    public bool IsRule(int at)
    {
        var before = at - 1;
        while (before >= 0 && (clause[before].Text is "the" or "called" or "named" or "for"
            || clause[before].IsField("name")))
        {
            if (clause[before].Text == "for")
            {
                return false;
            }
            before--;
        }
        // "The rules ssh and grafana": each of a list.
        return Is(at + 1, "rule") || Is(before, "rule") || at > 1 && JointBefore(at)
            && clause[at].Named(Known.Rule) is not null
            && clause[at - 2].Named(Known.Rule) is not null && IsRule(at - 2);
    }

    /// <summary>The port was numbered, and this says what it is for.</summary>
    public bool IsPurpose(int at)
    {
        for (var before = at - 1; before >= 0; before--)
        {
            if (clause[before].IsGlue("for"))
            {
                return true;
            }
            if (clause[before].Readings[0].Part != Part.Noise)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>"Stop allowing", "prevent 10.1.2.3 from connecting".</summary>
    public bool StopsAct(int at)
    {
        if (clause[at].Text is "keep" or "keeps")
        {
            var from = clause.Lexemes.ToList().FindIndex(at, l => l.IsGlue("from"));
            return from > 0 && from <= at + 5 && (Is(from + 1, "out") || Is(from + 1, "may")
                || Is(from + 1, "in"));
        }
        if (clause[at].Text is not ("stop" or "stops" or "prevent" or "prevents" or "hinder"))
        {
            return false;
        }
        for (var next = at + 1; next < clause.Count && !clause[next].IsGlue("comma"); next++)
        {
            if (Is(next, "allow") || Is(next, "block") || Is(next, "reject") || Is(next, "log")
                || Is(next, "may") || Is(next, "open")
                || clause[next].Text is "sending" or "send")
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"Keep 203.0.113.0/24 out", "throw them out".</summary>
    public bool KeepsOut(int at)
    {
        if (clause[at].Text is not ("keep" or "shut" or "lock" or "throw" or "kick" or "keeps"
            or "shuts" or "locks"))
        {
            return false;
        }
        for (var next = at + 1; next < clause.Count && next <= at + 6; next++)
        {
            if (clause[next].Text is "off" && next + 1 < clause.Count
                && Enumerable.Range(next + 1, Math.Min(3, clause.Count - next - 1)).Any(
                    n => Is(n, "anywhere") || Is(n, "lan") || InterfaceAt(n) is not null))
            {
                return true;
            }
            if (clause[next].Text is "out" or "away" or "out of here")
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"Lock them out": a verb in two parts, which shuts out.</summary>
    public bool ShutsOut(int at) => clause[at].IsVerb("block") && !clause[at].Is(Part.Topic)
        && !clause[at].IsMention;

    /// <summary>"Nobody logs in over ssh": nothing is written down.</summary>
    public bool LogsIn(int at) => clause[at].Text is "log" or "logs" && at + 1 < clause.Count
        && clause[at + 1].IsGlue("in");

    /// <summary>"But 3001 should …": a port that something else is said of.</summary>
    public bool TurnsToPort(int at)
    {
        var port = at + 1;
        while (port < clause.Count && (clause[port].Readings[0].Part == Part.Noise
            || clause[port].IsField("port")))
        {
            port++;
        }
        return port + 1 < clause.Count && (PortNames.Of(clause[port]) is not null
            || IsPortNumber(port)) && clause.Lexemes.Skip(port + 1).Take(2).Any(
                l => l.IsGlue("wish") || l.IsGlue("is") || l.IsGlue("only") || l.IsGlue("not"));
    }

    /// <summary>"Private to 10.9.0.0/24", "reserved for the LAN".</summary>
    public bool NetworkFollows(int at) => at + 1 < clause.Count
        && (clause[at + 1].IsGlue("to") || clause[at + 1].IsGlue("for"))
        && NextIs(at + 1, next => PortNames.Network(clause[next]) is not null || Is(next, "lan"));

    /// <summary>"The default policy should be drop".</summary>
    public bool SpeaksOfPolicy(int at) => Enumerable.Range(0, at).Any(before =>
        Is(before, "policy") && clause[before].Text is "policy" or "policies" or "default policy"
            or "default");

    /// <summary>"Keep ssh from anywhere", "keep 443": it stays.</summary>
    public bool KeepsOpen(int at) => clause[at].Text is "keep" or "keeps" or "leave"
        && NextIs(at, next =>
        PortNames.Of(clause[next]) is not null || IsPortNumber(next));

    /// <summary>"Nobody but 10.1.2.3 may ssh".</summary>
    public bool IsNobodyBut(int at) => clause[at].Text is "nobody but" or "no one but"
        || clause[at].Text is "nobody" or "no one" or "noone" && at + 2 < clause.Count
            && (clause[at + 1].IsGlue("but") || clause[at + 1].IsGlue("except"))
            && clause.Lexemes.Skip(at + 2).SkipWhile(l => l.Readings[0].Part == Part.Noise
                || l.IsGlue("on") || l.IsGlue("from")).FirstOrDefault() is { } who
            && PortNames.Network(who) is not null;

    /// <summary>"No ssh from outside".</summary>
    public bool RefusesThing(int at) => (Is(at, "nomore") || clause[at].Text is "no" or "without")
        && NextIs(at, next => PortNames.Of(clause[next]) is not null || Is(next, "everything")
            || IsTraffic(next) || clause[next].Text is "packets" or "packet" or "traffic"
                or "requests" or "connections"
            || clause[next].Named(Known.Service) is not null || IsPortNumber(next));

    /// <summary>"Incoming traffic": all of it.</summary>
    public bool IsTraffic(int at) => (Is(at, "in") || Is(at, "out"))
        && clause[at].Text.Split(' ')[^1] is "traffic" or "packets" or "connections";

    /// <summary>"Leave 22 and 443 open": nothing goes out.</summary>
    public bool LeavesOpen(int at) => clause[at].Text is "leave" or "leaves" or "leaving"
        && (NextIs(at, IsPortNumber) || clause.Lexemes.Skip(at + 1).Any(l => l.Text is "open"
            or "alone" or "untouched" or "reachable" or "accessible")
            || clause[clause.Count - 1].Text == "on");

    /// <summary>"Only ssh": what follows is a port.</summary>
    public bool LeadsToPort(int at) => NextIs(at, next => PortNames.Of(clause[next]) is not null
        || IsPortNumber(next) || clause[next].IsField("port"));

    private bool NextIs(int at, Func<int, bool> wanted)
    {
        for (var next = at + 1; next < clause.Count; next++)
        {
            if (wanted(next))
            {
                return true;
            }
            if (clause[next].Readings[0].Part != Part.Noise && !Is(next, "out")
                && !Is(next, "in"))
            {
                return false;
            }
        }
        return false;
    }

    public bool IsExcept(int at)
    {
        if (clause[at].IsGlue("except") || clause[at].Text is "save" or "unless from")
        {
            return true;
        }
        if (!clause[at].IsGlue("but") && !(clause[at].Text is "only"))
        {
            return false;
        }
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part == Part.Noise
            && !Is(before, "anywhere") && !Is(before, "everything"))
        {
            before--;
        }
        return clause[at].IsGlue("but") && (Is(before, "anywhere") || Is(before, "everything")
            || Is(before, "else") || Is(before, "nobody") || Is(before, "lan"));
    }

    /// <summary>The word right before, over articles: "from the vpn".</summary>
    public bool Follows(int at, string glue)
    {
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part is Part.Noise or Part.Field)
        {
            before--;
        }
        return before >= 0 && clause[before].IsGlue(glue);
    }

    /// <summary>The word before, over articles: "outside the LAN".</summary>
    public bool Precedes(int at, string text)
    {
        for (var before = at - 1; before >= 0 && before >= at - 4; before--)
        {
            if (clause[before].Text == text || clause[before].Text == "the " + text
                || clause[before].Text == "from " + text)
            {
                return true;
            }
            if (clause[before].Readings[0].Part != Part.Noise && !clause[before].IsGlue("of"))
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>The next word that matters is one of these: "outside" of "the LAN".</summary>
    public bool LeadsTo(int at, string topic) => clause[at].Text.EndsWith("outside",
        StringComparison.Ordinal) && NextIs(at, next => Is(next, topic)
            || PortNames.Network(clause[next]) is not null || clause[next].IsGlue("of"));

    /// <summary>"The sensors send syslog", "10.2.0.0/16 may send mail": others send it, to here.
    /// </summary>
    public bool SendsHere(int at)
    {
        if (clause[at].Text is not ("send" or "sends" or "sending"))
        {
            return false;
        }
        var who = at - 1;
        while (who >= 0 && (clause[who].IsGlue("is") || clause[who].IsGlue("wish")
            || clause[who].IsGlue("also") || clause[who].IsGlue("to")
            || Is(who, "allow") || clause[who].Text is "able" or "only"))
        {
            who--;
        }
        return who >= 0 && !Enumerable.Range(at, clause.Count - at).Any(to =>
                clause[to].IsGlue("to")
                && NextIs(to, n => PortNames.Network(clause[n]) is not null))
            && (PortNames.Network(clause[who]) is not null
                || clause[who].Named(Known.Network) is not null
                || clause[who].Is(Part.Unknown) || clause[who].Is(Part.Topic, "party")
                || clause[who].Text is "they" or "he" or "she");
    }

    /// <summary>"Shut out", "filter out": part of the verb.</summary>
    public bool IsParticle(int at) => clause[at].Text == "out" && at > 0
        && (clause[at - 1].Text is "shut" or "keep" or "lock" or "stay" or "stays" or "find"
            || Enumerable.Range(Math.Max(0, at - 6), Math.Min(6, at)).Any(KeepsOut));

    /// <summary>"Although we drop his network": what follows is not wished.</summary>
    public bool Concedes(int at) => clause[at].IsGlue("comma") && States(at + 1)
        || clause[at].Text is "although" or "even though" or "despite"
        or "in spite" or "even if" or "whereas" or "albeit" or "though";

    /// <summary>"…, everything is https now": a statement, and no wish.</summary>
    private bool States(int from)
    {
        var rest = clause.Lexemes.Skip(from).TakeWhile(l => !l.IsGlue("comma")).ToList();
        var verb = rest.FindIndex(l => l.Text is "is" or "are" or "was" or "were");
        var explains = rest.Count > 1 && rest[0].Text is "that is" or "it is" or "this is"
            or "they are" or "those are";
        return from == Anyway() + 1 || (verb > 0 || explains) && !Enumerable.Range(from,
            rest.Count).Any(at => IsAct(at) || Is(at, "may")
            || Is(at, "else") || clause[at].IsGlue("only") || clause[at].IsGlue("not")
            || clause[at].IsNumber || PortNames.Network(clause[at]) is not null
            || Is(at, "ban") || Is(at, "fails"));
    }

    /// <summary>After a comma: "…, the lab net stays".</summary>
    public bool Spares(int at)
    {
        var rest = clause.Lexemes.Skip(at + 1).TakeWhile(l => !l.IsGlue("comma")).ToList();
        return clause[at].IsGlue("comma") && rest.Exists(l => l.Text is "stay" or "stays"
                or "remain" or "remains" or "excepted" or "exempt" or "exempted" or "is fine"
                or "are fine" or "is ok" or "are ok" or "keeps" or "keep")
            && rest.Exists(l => PortNames.Network(l) is not null || l.Is(Part.Topic, "lan"))
            && !rest.Exists(l => l.IsGlue("not"));
    }

    /// <summary>"The vpn net", "the analysts' vpn clients": who, and not what runs here.</summary>
    public bool NamesNetwork(int at) => IsPlaceOf(at)
        || NextIs(at, next => clause[next].IsField("network")
        || clause[next].Text is "subnet" or "range" or "users" or "people" or "clients" or "guests"
            or "lan" or "vlan" or "segment" or "peers" or "folks" or "side");

    /// <summary>"I can't reach …", "we have no access to …": what should be, is not.</summary>
    public bool Complains(int at)
    {
        // "Nobody can log in any more".
        if (Is(at, "nobody") && clause.Lexemes.Skip(at + 1).Take(2).Any(l => l.Text is "can")
            && clause.Lexemes.Any(l => l.Text is "any more" or "anymore" or "no longer"))
        {
            return true;
        }
        if (clause[at].Text is not ("can not" or "could not" or "does not" or "do not"))
        {
            return false;
        }
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part == Part.Noise
            && clause[before].Text is not ("i" or "we" or "customers" or "clients" or "people"))
        {
            before--;
        }
        return before >= 0 && clause[before].Text is "i" or "we" or "customers" or "clients"
            or "people" && NextIs(at, next => Is(next, "may") || clause[next].Is(Part.Unknown));
    }

    /// <summary>"Everything else stays like it is".</summary>
    public bool StaysAsItIs(int at) => Enumerable.Range(at + 1, PieceEnd(at) - at).Any(next =>
        Is(next, "unchanged") || clause[next].IsVerb("spare") || clause[next].Text is "alone"
            or "as now" or "the same" or "as usual" or "like before" or "the way it is"
            or "stays put");

    /// <summary>What stands before it in its piece says nothing.</summary>
    public bool BeginsPiece(int at)
    {
        var before = at - 1;
        while (before > 0 && clause[before].Readings[0].Part == Part.Noise)
        {
            before--;
        }
        return before > 0 && clause[before].IsGlue("comma");
    }

    /// <summary>The last place before the next comma.</summary>
    public int PieceEnd(int at)
    {
        while (at + 1 < clause.Count && !clause[at + 1].IsGlue("comma"))
        {
            at++;
        }
        return at;
    }

    /// <summary>"Like everyone else": they are not spoken of.</summary>
    public bool IsCompared(int at) => at > 0
        && clause[at - 1].Text is "like" or "as" or "just like"
        && clause[at].Text.Split(' ')[0] is "everyone" or "everybody" or "anyone" or "anybody";

    /// <summary>"The firewall policy": not something to do.</summary>
    public bool IsNoun(int at) => clause[at].Text is "block" or "ban" && Has("unblock")
            && !Is(at, "unblock")
        || clause[at].Text is "opening" && (clause.Verb is "remove" or "stop"
            or "unpublish") || clause[at].Text is "access" or "use" or "open ports" && at > 0
        && clause[at - 1].Text is "the" or "of" or "in";

    /// <summary>"The ban time", "sshd bans".</summary>
    public bool IsBanNoun(int at) => Is(at, "ban") && clause[at].Text is "bans";

    /// <summary>"All three", "all of them": no word for every port.</summary>
    public bool IsHostEverything(int at) => clause[at].Text is "all" && at > 0
            && clause[at - 1].Text is "at" or "after"
        || clause[at].Text is "all" or "any" && at + 1 < clause.Count
            && (clause[at + 1].IsNumber || clause[at + 1].IsGlue("of") || Is(at + 1, "else"));

    [GeneratedRegex("^(eth|ens|enp|eno|enx|wlan|wlp|wg|tun|tap|br|docker|ppp|bond|vlan|veth|"
        + "tailscale|zt)[-0-9a-z.]*[0-9][-0-9a-z.]*$")]
    private static partial Regex Device();
}
