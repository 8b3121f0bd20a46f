using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What is told beside the wish and lends it something, and short ways to say one.
/// </summary>
internal static partial class FirewallClaim
{
    /// <summary>"Could that be permitted?" asks for it, "can that be reached?" asks.</summary>
    private static bool AsksToDo(Clause clause)
    {
        // "Could node-range start at 7000 instead?"
        if (clause.Lexemes.Any(l => l.Named(Known.Rule) is not null)
            && clause.Lexemes.Any(l => l.IsNumber) && clause.Lexemes.Any(l => l.IsGlue("instead")))
        {
            return true;
        }
        var be = clause.Lexemes.ToList().FindIndex(l => l.Text.Split(' ')[^1] is "be");
        return be > 0 && clause.Lexemes.Skip(be + 1).Any(l => l.Is(Part.Topic, "allow")
            || l.Is(Part.Topic, "block") || l.Is(Part.Topic, "open") || l.Is(Part.Topic, "close")
            || l.Is(Part.Topic, "reject") || l.IsVerb("limit") || l.Text is "logged");
    }

    /// <summary>"Wireguard in", "ntp out to any server": a port, and which way.</summary>
    private static bool IsWay(Group group, Clause clause) => clause.Verb.Length == 0
        && group.Ports.Exists(p => p.Thing is null || p.Name.Length > 0)
        && group is { Rate: null, Log: null, Act: Act.None or Act.Allow }
        && clause.Lexemes.Any(l => l.Text is "in" or "inbound" or "incoming" or "out" or "outbound"
            or "outgoing" or "outwards" or "inwards"
            || l.Is(Part.Topic, "out") && l.Text.Split(' ').Length > 1)
        && clause.Lexemes.All(l => l.IsMention && l.Named(Known.Service) is null || l.IsNumber
            || PortNames.Of(l) is not null || l.Readings[0].Part is Part.Noise or Part.Glue
            || l.Is(Part.Topic, "in") || l.Is(Part.Topic, "out") || l.Is(Part.Topic, "anywhere")
            || l.IsField("port") || l.IsField("tcp") || l.IsField("udp")
            || l.Is(Part.Topic, "machine") || PortNames.Network(l) is not null);

    /// <summary>"Someone tried 300 passwords last night": why a ban is wished.</summary>
    public static bool TellsOfAttack(Clause clause, WishScan scan) => clause.Question is null
        && clause.Verb is "" or "set" or "spare" && !scan.HasAddress && IsOfLogins(clause)
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "somebody") || l.Is(Part.Topic, "nobody")
            || l.Text is "bots" or "a bot" or "they" or "people" or "script kiddies" or "botnet"
                or "botnets" or "crawlers");

    /// <summary>"There is a rule that keeps smb from going out": how it is.</summary>
    public static bool TellsOfRule(Clause clause) => clause.Lexemes.Any(l => l.Text is "there is"
            or "there are" or "we have" or "already have")
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "rule"))
        && clause.Lexemes.Any(l => l.Text is "that" or "which");

    /// <summary>"Outgoing telnet treated the same": as what was said before.</summary>
    public static bool SaysLikewise(Clause clause) => clause.Lexemes.Any(l => l.Text is "same"
        or "the same" or "likewise" or "alike" or "same way" or "the same way" or "ditto"
        or "in the same way" or "as well");

    /// <summary>"The scanner moved to 192.168.20.88. It must reach 8080".</summary>
    private static bool FollowsWhere(WishScan scan, Discourse said) =>
        said.Before is [.., { Question: null } before]
        && (scan.Groups is [{ Refers: true, Act: Act.Allow or Act.None, HasSource: false,
                Ports.Count: > 0 }, ..] && TellsWhere(before, WishScan.Of(before))
            || before.Subject is FirewallSubject && scan.Groups is [{ IsAllow: true, Strong: true,
                Ports.Count: 0, HasSource: false }, { Nothing: true }]
            || before.Subject is FirewallSubject && scan.Groups is [{ Else: true } rest]
                && (rest.Others || rest.OfSame));

    /// <summary>"… was no spammer. Let him back in": who was told of.</summary>
    public static bool LetsBack(Clause clause, WishScan scan, Discourse said) =>
        scan.Groups is [{ Act: Act.Unblock, HasSource: false, Ports.Count: 0, Rules.Count: 0 }]
        && said.Before.Append(clause).Any(c => c.Lexemes.Any(l => PortNames.Network(l) is not null
            || l.Named(Known.Rule) is not null));

    /// <summary>"3001 shouldn't be reachable": what a rule lets in by its number is shut there, and
    /// stays published.</summary>
    private static bool IsRuled(
        Clause clause, WishScan scan, FirewallRules rules, Discourse said)
    {
        if (scan.Groups is not [{ IsAllow: false, HasSource: false, Ports.Count: > 0, Else: false,
                Only: false, Rate: null, Log: null,
                Direction: null or PacketDirection.Input } group]
            || clause.Verb is not ("" or "unpublish" or "remove" or "have" or "set")
            || group.Act == Act.None && (clause.Verb is not "remove" || scan.HasThing
                || clause.Lexemes.Any(l => l.IsField("port")) || !scan.Taken.Any(at =>
                    at < clause.Lexemes.ToList().FindIndex(l => l.IsVerb("remove")))
                || clause.Lexemes.Any(l => l.IsMention && l.Named(Known.Rule) is null))
            || clause.Verb is not "remove" && !clause.Lexemes.Any(l => l.IsVerb("publish")
                || l.IsVerb("unpublish") || l.Is(Part.Topic, "may") || l.Is(Part.Topic, "open")
                || l.Is(Part.Topic, "anywhere") || l.Is(Part.Topic, "nobody"))
            || clause.Verb is "remove" && scan.HasThing
                && !clause.Lexemes.Any(l => l.IsVerb("publish"))
            || clause.Lexemes.Any(l => l.Text.Contains("publish", StringComparison.Ordinal)
                || l.Text.Contains("expos", StringComparison.Ordinal)))
        {
            return false;
        }
        var services = said.Session.Draft.State.Services;
        var numbers = group.Ports.SelectMany(p => p.Thing?.Named(Known.Service) is { } name
            && services.TryGetValue(name, out var service)
                ? service.Ports.Select(o => o.Host ?? 0)
                : p.Gates.Select(g => g.Ports?.First ?? 0)).ToList();
        return numbers.Count > 0 && numbers.TrueForAll(n => rules.Rules.Any(r =>
            r.Action == FirewallAction.Accept && r.Ports.Any(p => p.First == n && p.Last == n)));
    }

    /// <summary>"9001 can be closed. 1883 stays": as it is.</summary>
    public static bool Stays(Clause clause, WishScan scan, Discourse said) =>
        clause.Question is null && scan.Groups is [{ Strong: false, IsBlock: false, Only: false,
            HasSource: false, Rate: null, Log: null, Ports.Count: > 0 }]
        && clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "stay" or "stays" or "remain"
            or "remains")
        && said.Before.SelectMany(c => c.Attributes).OfType<FirewallAttribute>().ToList()
            is { Count: > 0 } before
        && before.TrueForAll(b => b is { LocksDown: false, Enable: null, Policy: false }
            && !b.Groups.Exists(g => g.Else || g.Everything))
        && before.Exists(b => b.Removes || b.Groups.Exists(g => g.IsBlock));

    /// <summary>"… could not reach gitea. Add 10.8.0.0/24": to what was told.</summary>
    public static bool AddsTo(Clause clause, WishScan scan, Discourse said) =>
        clause.Verb is "create" or "" or "have" && clause.Question is null
        && scan.Groups is [{ Act: Act.None, Sources.Count: > 0, Ports.Count: 0, Only: false }]
        && clause.Lexemes.All(l => PortNames.Network(l) is not null || l.IsVerb("create")
            || l.Readings[0].Part is Part.Noise or Part.Glue || l.Is(Part.Reference))
        && clause.Lexemes.Any(l => l.IsVerb("create") || l.IsGlue("also"))
        && said.Before is [.., { Question: null } before]
        && WishScan.Of(before).Groups.Exists(g => g.Ports.Count > 0);

    private static bool GoesAlike(
        Group group, Clause clause, WishScan scan, Discourse said) => SaysLikewise(clause)
        && group.Ports.Count > 0 && (scan.HasNamedPort || scan.HasNumber)
        && said.Before is [.., { Subject: FirewallSubject, Question: null }];

    /// <summary>It says how something is, and not what to do.</summary>
    public static bool IsStatement(Clause clause) => !clause.Lexemes.FirstOrDefault(
            l => l.Readings[0].Part is not (Part.Noise or Part.Glue))?.Is(Part.Verb) == true
        && clause.Lexemes.Any(l => l.IsGlue("is") || l.Is(Part.Topic, "whereabouts")
            || l.Text.Split(' ')[0] is "there" or "shows"
            or "has" or "seems" or "appears" or "sits" or "runs" or "listens" or "answers"
            or "needs" or "sees");

    /// <summary>"443 for everyone", "http for all": nobody says that it is to be opened.</summary>
    private static bool IsOpenToAll(
        Group group, Clause clause, WishScan scan, FirewallRules rules) =>
        rules.IsDeclared && group is { Act: Act.None, Anywhere: true, Only: false,
            Ports.Count: > 0, Rate: null, Log: null }
        && clause.Verb.Length == 0 && (scan.HasNamedPort || scan.HasNumber)
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null);

    /// <summary>Somebody tries to get in: "guessing grafana passwords", "hammering ssh".</summary>
    public static bool IsOfLogins(Clause clause) => clause.Lexemes.Any(
            l => l.Is(Part.Topic, "attack") && !l.Corrected || l.Text.Split(' ')[0] is "guess"
                or "guesses" or "guessing" or "guessed" or "try" or "tries" or "tried" or "trying"
                or "brute" or "bruteforce" or "cracking" or "cracks")
        && clause.Lexemes.Any(l => l.Text.Contains("ssh", StringComparison.Ordinal)
            || l.IsField("password") || l.IsField("login") || l.Text is "passwords" or "logins"
                or "to log in" or "to get in" or "trying to log in" or "tries to log in"
            || l.Named(Known.Service) is not null);

    /// <summary>"They sit in 10.42.0.0/16", "her address there is 203.0.113.14": where somebody is,
    /// of whom something is wished before or after.</summary>
    public static bool TellsWhere(Clause clause, WishScan scan) => clause.Question is null
        && !clause.AsksMark && clause.Verb is "" or "have" or "set" or "create" or "move"
        && scan.HasAddress && clause.Count > 2
        && !scan.HasNumber && !scan.HasNamedPort && !scan.HasThing
        && scan.Groups.TrueForAll(g => g is { OwnAct: false, Only: false, Rate: null, Log: null,
            Also: false, Interface: null, Direction: null, Lan: false, Else: false,
            Everything: false, Rules.Count: 0, Destinations.Count: 0 })
        && clause.Lexemes.All(l => l.Named(Known.Service) is null
            && l.Named(Known.Interface) is null && l.Named(Known.Mount) is null
            && !l.Is(Part.Path) && !l.Is(Part.Topic, "rule") && !l.Is(Part.Topic, "source")
            && !l.Is(Part.Topic, "interface") && !l.Is(Part.Topic, "share")
            && !l.Is(Part.Topic, "moved") && !l.Is(Part.Topic, "widen")
            && !l.Is(Part.Topic, "attack") && !l.Is(Part.Topic, "trusted")
            && l.Text is not ("dns" or "gateway" or "resolver" or "static" or "nas" or "dhcp"
                or "interface" or "same" or "eth0" or "eth1" or "domain" or "hostname"
                or "where" or "log in"))
        && !clause.Lexemes.Any(l => l.IsField("network") && !l.IsMention && l.Text is "network")
        && clause.Lexemes.Any(l => l.IsGlue("is") || l.Text.Split(' ')[0] is "sit" or "sits"
            or "is" or "has" or "have" or "works" or "work" or "lives" or "live" or "uses"
            or "comes" or "come" or "got" or "are" or "be" or "be in" or "located" or "found"
            or "reachable" or "moved" or "there");

    /// <summary>"How long does sshd ban somebody?", "make that a week": a number or a time, and
    /// nothing else, of what was just said or asked of bans.</summary>
    public static bool GoesOnWithBan(Clause clause, Discourse said)
    {
        var last = said.Before.Count > 0 ? said.Before[^1]
            : said.Session.LastSaid is [.., var before] ? before : null;
        return clause.Question is null && last is { Subject: FirewallSubject }
            && (last.Attributes.OfType<BanAttribute>().Any() || last.Question is not null
                && last.Lexemes.Any(l => l.Is(Part.Topic, "ban") || l.Is(Part.Topic, "fails")))
            && clause.Lexemes.Any(l => l.IsNumber || IsSpan(l))
            && clause.Lexemes.All(l => l.IsNumber || IsSpan(l) || l.Is(Part.Topic, "fails")
                || l.Is(Part.Topic, "ban") || l.Is(Part.Amount) || l.IsReference("it")
                || l.Readings[0].Part is Part.Noise or Part.Glue
                || l.Is(Part.Verb) && !l.IsMention || l.Text.Split(' ')[^1] is "enough"
                    or "plenty" or "whole" or "full");
    }

    private static bool IsSpan(Lexeme lexeme) => lexeme.Text.Split(' ')[^1] is "day" or "days"
        or "week" or "weeks" or "month" or "months" or "hour" or "hours" or "year" or "minutes";
}
