using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>How surely a clause is about packets, and not about a service that has a port.
/// </summary>
internal static partial class FirewallClaim
{
    public static double Of(Clause clause, Discourse said, ISubject self)
    {
        var scan = WishScan.Of(clause);
        var words = scan.Words;
        if (IsOfJob(clause, scan) || IsOfInterface(clause, scan) || IsRemoval(clause, scan)
            || IsJoining(clause, scan) || IsOfContainers(clause) || clause.Verb == "depend")
        {
            return 0;
        }
        if (IsForeign(clause, words, scan) || IsOfNameServers(clause, words, scan)
            || IsOfServices(clause) || clause.Verb == "create" && Topics.IsNewApp(clause.Lexemes)
                && !clause.Lexemes.Any(l => l.Is(Part.Cidr) || l.Is(Part.Address)))
        {
            return 0;
        }
        if (IsOfContent(clause))
        {
            return 0;
        }
        if (EndsBan(clause, said) || EndsAttack(clause, said) || SourceSwap.Of(clause) is not null)
        {
            return 0.85;
        }
        if (GoesOnWithBan(clause, said))
        {
            return 0.95;
        }
        if (Explains(clause, said, scan))
        {
            return 0.8;
        }
        if (FollowsWhere(scan, said) || LetsBack(clause, scan, said)
            || AddsTo(clause, scan, said))
        {
            return Likely;
        }
        if (TellsWhere(clause, scan) || TellsOfAttack(clause, scan))
        {
            return words.Has("whereabouts") ? Likely : Possible;
        }
        if (clause.Question is null && scan.Groups.Exists(g => g is { IsBlock: true, OwnAct: true }
            && (g.Everything || g.Else)) && scan.Groups.Exists(g => g.IsAllow
                && g.Ports.Exists(p => p.Name.Length > 0 || p.Thing is null)))
        {
            return 0.85;
        }
        var rules = FirewallRules.Of(
            said.Session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File));
        if (words.Has("firewall") && !words.HasText("packets", "traffic")
            || words.Has("lockdown") || IsOfBans(clause, words, scan))
        {
            return 0.95;
        }
        if (IsPolicy(words, scan) || IsRule(clause, words, scan) || IsPorts(words, rules))
        {
            return 0.9;
        }
        if (clause.Question is not null || Asks(clause))
        {
            return Question(clause, scan, rules, said, self);
        }
        var claim = clause.Verb == "block" && !scan.HasThing
            || words.HasText("allow port", "allow ports", "block port", "block ports") ? 0.6
            : scan.Groups.Count == 0 ? 0
            : scan.Groups.Max(g => Of(g, clause, scan, rules, said));
        claim = Math.Max(claim, IsRuled(clause, scan, rules, said) ? Likely : 0);
        claim = Math.Max(claim, OfNames(clause, scan, said));
        return Math.Max(claim, said.Continues(self) ? Continued(clause, scan, said) : 0);
    }

    /// <summary>A job that is named, and nothing that packets have.</summary>
    private static bool IsOfJob(Clause clause, WishScan scan) => !scan.HasAddress
        && !scan.HasNumber && !scan.HasNamedPort && clause.Lexemes.Any(
            l => l.Named(Known.Job) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Rule) is null)
        && !clause.Lexemes.Any(l => l.IsField("firewall") || l.Is(Part.Topic, "rule"));

    /// <summary>"Throw away minio and mosquitto": services, and no word of packets.</summary>
    private static bool IsRemoval(Clause clause, WishScan scan) => clause.Verb == "remove"
        && !scan.HasAddress && !scan.HasNumber && !scan.HasNamedPort
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && clause.Lexemes.All(l => l.Named(Known.Service) is not null || l.IsVerb("remove")
            || l.Readings[0].Part is Part.Noise or Part.Reference || l.IsGlue("and")
            || l.IsGlue("comma") || l.IsGlue("but") || l.IsGlue("wish") || l.IsGlue("also")
            || l.IsGlue("each"));

    /// <summary>"Connect gitea to the app network": a network of containers.</summary>
    private static bool IsJoining(Clause clause, WishScan scan) => !scan.HasAddress
        && !scan.HasNumber && clause.Verb is "connect" or "disconnect"
        && clause.Lexemes.Any(l => l.Named(Known.Network) is not null)
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && !clause.Lexemes.Any(l => l.IsField("firewall") || l.Is(Part.Topic, "rule"));

    /// <summary>"Drop eth1": the interface itself, not what comes in there.</summary>
    private static bool IsOfInterface(Clause clause, WishScan scan) => clause.Verb == "remove"
        && clause.Lexemes.Any(l => l.Named(Known.Interface) is not null)
        && !scan.HasAddress && !scan.HasNumber && !scan.HasNamedPort
        && clause.Lexemes.All(l => l.IsMention || l.IsVerb("remove") || l.IsGlue("and")
            || l.IsGlue("comma") || l.Readings[0].Part == Part.Noise
            || l.Is(Part.Topic, "interface"));

    /// <summary>"Can the VPN use ssh?" asks; "can you block …?" wishes.</summary>
    public static bool Asks(Clause clause) => clause.Count > 2 && clause[0].Text is "can"
        && (clause[1].Is(Part.Topic, "anywhere") || PortNames.Network(clause[1]) is not null)
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "may"))
        || clause.Count > 1 && clause[0].Text == "from"
        && clause[1].Text == "where" || clause.AsksMark && clause.Count > 1 && !AsksToDo(clause)
        && clause[0].Text is "can" or "would" or "could" or "may" or "will" or "is" or "are"
            or "does" or "do" or "should";

    /// <summary>"Nobody needs the ban any more, take it out".</summary>
    public static bool EndsBan(Clause clause, Discourse said) => clause.Question is null
        && clause.Verb is "remove" or "stop" && clause.Lexemes.Any(l => l.Is(Part.Reference))
        && said.Before is [.., { Subject: FirewallSubject } before]
        && before.Attributes.OfType<BanAttribute>().Any()
        && !clause.Lexemes.Any(l => l.IsMention || l.IsNumber);

    /// <summary>"… is hammering us, get rid of it".</summary>
    public static bool EndsAttack(Clause clause, Discourse said) => clause.Question is null
        && clause.Verb is "remove" or "stop" or "block" && clause.Lexemes.Any(
            l => l.Is(Part.Reference) || l.Is(Part.Topic, "somebody"))
        && said.Before is [.., { Subject: FirewallSubject } before]
        && before.Lexemes.Any(l => l.Is(Part.Topic, "attack") && !l.Corrected)
        && !clause.Lexemes.Any(l => l.IsMention);

    /// <summary>"Wireguard needs it", "that's the analysts' vpn", "everything is https now": says
    /// why, after what was wished.</summary>
    public static bool Explains(Clause clause, Discourse said, WishScan scan)
    {
        if (said.Before is not [.., { Subject: FirewallSubject, Question: null }]
            || clause.Question is not null || scan.HasAddress || scan.HasNumber
            || clause.Lexemes.Any(l => l.Is(Part.Image) || l.IsGlue("wish")))
        {
            return false;
        }
        var refers = clause.Lexemes.Any(l => l.Text is "it" or "this" or "that" or "them"
            or "these" or "those" or "they");
        var need = clause.Lexemes.Any(l => l.Text is "need" or "needs" or "use" or "uses" or "want"
            or "wants" or "requires" or "require");
        var states = clause.Lexemes.Any(l => l.IsGlue("is") && l.Text is "is" or "are"
            || l.Text is "that is" or "it is" or "this is" or "they are" or "those are");
        return refers && need && scan.Groups.TrueForAll(g => !g.Strong)
            || states && (clause.IsInherited || clause.Verb.Length == 0)
                && scan.Groups.TrueForAll(g => g is { OwnAct: false, Only: false, Rate: null,
                    Else: false });
    }

    /// <summary>"Stop all services except …": programs, not packets.</summary>
    private static bool IsOfServices(Clause clause) => clause.Verb is "stop" or "start"
        or "restart" && clause.Lexemes.Any(l => l.Is(Part.Reference, "all")
            && (l.Text.Contains("service", StringComparison.Ordinal)
                || l.Text.Contains("container", StringComparison.Ordinal)
                || l.Text.Contains("app", StringComparison.Ordinal)));

    /// <summary>"After 5 failed logins", "the ban time", "fail2ban".</summary>
    public static bool IsOfBans(Clause clause, ScanWords words, WishScan scan)
    {
        if (words.HasText("guessing") && clause.Lexemes.Any(l => l.IsNumber) || words.HasText(
            "fail2ban", "fail 2 ban", "brute force protection", "ban time",
            "bantime", "ban_for", "max_failures", "ban duration", "bruteforce protection"))
        {
            return true;
        }
        if (clause.Question is not null && words.HasText("restart", "backup")
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "changes")
                || l.Is(Part.Topic, "rollbacks")))
        {
            return false;
        }
        if (clause.Lexemes.Any(l => l.Named(Known.Job) is not null))
        {
            return false;
        }
        var bans = words.Has("ban");
        if (words.Has("somebody") && !words.Has("fails"))
        {
            return false;
        }
        var fails = clause.Lexemes.Any(l => l.Is(Part.Topic, "fails")
            && l.Text is not ("tries" or "times" or "attempts")) || words.FailsApart();
        var counts = clause.Lexemes.Any(l => l.Is(Part.Topic, "fails"));
        var hasTime = clause.Lexemes.Any(l => l.IsNumber && l.Unit is "s" or "min" or "h" or "d"
            || l.Text.Split(' ')[^1] is "week" or "weeks" or "month" or "day" or "hour");
        // "Grafana needs no ban any longer"
        if (bans && !scan.HasAddress && scan.HasThing && Enumerable.Range(1, Math.Max(0,
            clause.Count - 1)).Any(i => clause[i].Text is "ban" or "bans" or "jail"
                && clause[i - 1].Text is "no" or "no more" or "without" or "without any"))
        {
            return true;
        }
        if (bans && !scan.HasAddress && clause.Verb is "remove" or "stop" && words.HasText("ban",
            "bans", "jail", "jails") && (scan.HasThing || words.HasText("ssh", "sshd")))
        {
            return true;
        }
        bans |= hasTime && clause.Lexemes.Any(l => l.Text is "ban" or "banned" or "banning");
        return !scan.HasAddress && (bans && (counts || hasTime || words.HasText("bans", "banning",
                "jail", "banned"))
            || fails && (hasTime || clause.Lexemes.Any(l => l.IsNumber && l.Unit.Length == 0))
                && clause.Lexemes.All(l => !l.Is(Part.Path) && !l.IsField("job")
                    && !l.IsField("health") && l.Text is not ("retry" or "retries")));
    }

    private static bool IsPorts(ScanWords words, FirewallRules rules) => rules.IsDeclared
        && words.NeedsPorts;

    /// <summary>"Stop forwarding": all of it.</summary>
    public static bool IsForwarding(ScanWords words, WishScan scan) => scan.Groups is
        [{ Direction: PacketDirection.Forward, Act: not Act.None, HasOperand: false }]
        && words.HasText("stop forwarding", "forwarding", "forwarded traffic", "routing",
            "routed traffic");

    private static bool IsRule(Clause clause, ScanWords words, WishScan scan)
    {
        var rule = words.Has("rule");
        var names = clause.Lexemes.Any(l => l.Named(Known.Rule) is not null);
        var only = scan.Groups.Exists(g => g.Rules.Count > 0);
        return rule && (names || scan.HasNumber || scan.HasNamedPort || clause.Verb.Length > 0
            || clause.Question is not null) || only && clause.Lexemes.All(l => !l.IsField("memory")
                && !l.IsField("image"));
    }

    private static double Of(
        Group group, Clause clause, WishScan scan, FirewallRules rules, Discourse said)
    {
        var words = scan.Words;
        var place = group.Sources.Count > 0 || group.Lan || group.Destinations.Count > 0
            || group.Interface is not null;
        if (place && (group.Act != Act.None || group.Only || group.Destinations.Count > 0
            && group.Ports.Count > 0 || group.Ports.Count > 0 && (group.Also
            || group.Sources.Count > 0 && !IsSetting(clause))))
        {
            return 0.9;
        }
        if (words.Has("limit") && clause.Verb is "remove" or "stop" && group.Ports.Exists(
            p => p.Thing is null) && words.HasText("rate limit", "rate", "throttle", "ratelimit")
            || group.Direction == PacketDirection.Output && clause.Verb.Length == 0
                && words.HasText("outgoing", "outbound", "egress", "outgoing traffic")
                && group.Ports.Exists(p => p.Thing is null))
        {
            return 0.8;
        }
        if (IsWay(group, clause) || GoesAlike(group, clause, scan, said)
            || words.Has("missing") && IsUnreachable(group, clause, scan))
        {
            return 0.8;
        }
        if (IsForAll(group, clause, rules, said) || IsOpenToAll(group, clause, scan, rules))
        {
            return 0.7;
        }
        // "From outside only 443", "ssh only from the vpn"
        if (IsOnlyOutside(group, clause, rules)
            || group.Only && group.Ports.Exists(p => p.Thing is null && p.Name.Length > 0)
            && clause.Verb is "" or "have" && Parties.Of(clause) is not null)
        {
            return 0.8;
        }
        if (place && words.Attacks || group is { Only: true, Direction:
            PacketDirection.Output, Ports.Count: > 0 })
        {
            return 0.85;
        }
        if (group.Rate is not null && (words.Has("limit") || words.Has("connections")
            || group.Ports.Count > 0 && group.Ports.TrueForAll(p => p.Thing is null)))
        {
            return 0.8;
        }
        if (group.Log is not null && words.HasText("accepted", "allowed", "matches", "matched",
            "let in", "hits", "packets", "packet", "dropped", "drops", "rejected", "blocked",
            "denied"))
        {
            return 0.8;
        }
        if (group.Direction is not null && group.Act != Act.None && (group.Everything
            || group.Ports.Count > 0 || words.Has("firewall")))
        {
            return 0.85;
        }
        if (group.Everything && group.Strong && (group.HasSource || words.HasText("traffic",
            "packets") || clause.Lexemes.Any(l => l.Is(Part.Topic, "everything")
                && l.Text is not ("everything" or "all" or "all services" or "anything"))))
        {
            return 0.8;
        }
        if (group.Strong && group.Act != Act.None && group.Ports.Count == 0 && group.Anywhere)
        {
            return 0;
        }
        return Math.Max(OfSayings(group, clause, scan),
            OfPorts(group, clause, scan, rules, said));
    }

    private static bool IsOnlyOutside(Group group, Clause clause, FirewallRules rules) =>
        group is { Only: true, Anywhere: true, IsBlock: false, Ports.Count: > 0 }
            && rules.IsDeclared && group.Ports.TrueForAll(p => p.Thing is null)
            && clause.Verb is "" or "have" or "publish";

    private static bool IsUnreachable(Group group, Clause clause, WishScan scan) =>
        scan.HasNumber && group.Ports.Exists(p => p.Thing is null)
        && clause.Verb is "" or "have" or "unpublish" or "publish";

    /// <summary>"Uptime kuma for everyone": the rules may be all that is in the way.</summary>
    private static bool IsForAll(
        Group group, Clause clause, FirewallRules rules, Discourse said) =>
        group is { Act: Act.None, Anywhere: true, Only: false, Ports.Count: > 0 }
            && rules.IsDeclared && clause.Verb is "" or "have" or "publish"
            && clause.Lexemes.Select(l => Storage.VolumeReader.ServiceOf(l,
                said.Session.Draft.State)).OfType<string>()
                .Where(said.Session.Draft.State.Services.ContainsKey).Distinct().ToList()
                is { Count: > 0 } meant
            && meant.TrueForAll(s => PublishesAll(said, s, group) && !IsLocal(said, s))
            && (clause.Verb.Length == 0 && clause.Lexemes.Any(l => l.Text.StartsWith("from ",
                StringComparison.Ordinal) || l.IsGlue("from"))
                || !IsReachable(said, meant, rules));

    /// <summary>What is said of packets and of nothing else.</summary>
    private static double OfSayings(Group group, Clause clause, WishScan scan)
    {
        var words = scan.Words;
        if (group.IsBlock && words.Has("somebody") && clause.Verb is "block")
        {
            return 0.8;
        }
        if (group.Protocols.Count > 0 && group.Ports.Count > 0 && !scan.HasThing)
        {
            return 0.75;
        }
        if (group.Act == Act.None && scan.HasNamedPort && scan.HasNumber && !scan.HasThing
            && group.Ports.Exists(p => p.Numbered && p.Gates.Any(g => g.Protocol is not null)))
        {
            return 0.7;
        }
        if (words.Has("norate") && group.Ports.Exists(p => p.Thing is null))
        {
            return 0.8;
        }
        if (group.Log is not null && (group.Rules.Count > 0 || group.Ports.Exists(p => p.Thing
            is null)))
        {
            return 0.8;
        }
        if (group.Else && group.OwnAct && (group.Strong || scan.HasAddress || scan.HasNamedPort
            || words.Has("close") || words.HasText("comes in", "come in", "get in", "reach")))
        {
            return 0.8;
        }
        return 0;
    }

    /// <summary>Ports alone: they may be a service's or the firewall's.</summary>
    private static double OfPorts(
        Group group, Clause clause, WishScan scan, FirewallRules rules, Discourse said)
    {
        if (group.Act == Act.None || group.Ports.Count == 0)
        {
            return group.Only && group.Ports.Count > 0 && clause.Lexemes.Any(l =>
                l.Is(Part.Topic, "allow")) ? 0.7 : 0;
        }
        var services = clause.Lexemes.Select(l => l.Named(Known.Service)).OfType<string>()
            .Where(said.Session.Draft.State.Services.ContainsKey).Distinct().ToList();
        // To publish is said of services, and what only the machine itself reaches, no rule opens.
        if (services.Count > 0 && (clause.Lexemes.Any(l => l.Text.StartsWith("publish",
                StringComparison.Ordinal) || l.Text.StartsWith("unpublish",
                StringComparison.Ordinal)) || services.TrueForAll(s => IsLocal(said, s))
            || clause is { Verb: "remove", Lexemes: var all }
                && all.Any(l => l.Text is "drop" or "no more" or "no")
                && !scan.HasNumber && !scan.HasAddress
                && !scan.Words.HasText("traffic", "packets")))
        {
            return 0;
        }
        var weak = !clause.Lexemes.Any(l => l.Is(Part.Topic, "open") || l.Is(Part.Topic, "close"));
        if (services.Count > 0 && (group.Guessed || clause.Verb == "remove"
            && !group.Strong && !clause.Lexemes.Any(l => l.IsField("port"))))
        {
            return 0;
        }
        if (services.Count > 0)
        {
            var published = services.TrueForAll(s => PublishesAll(said, s, group));
            return group.Strong && (group.Anywhere || group.Reads() || published
                    && rules.IsDeclared) ? 0.7
                : published && rules.IsDeclared && (group.IsBlock || !IsReachable(said, services,
                    rules)) ? 0.7 : 0;
        }
        if (scan.HasThing && !scan.HasNamedPort && !scan.HasNumber)
        {
            return 0;
        }
        if (group.Strong || group.Ports.Exists(p => p.Name.Length > 0 && p.Thing is null)
            && (!weak || group.IsBlock || group.Anywhere || clause.Lexemes.Any(
                l => l.Text is "ping" or "pings")))
        {
            return group.Ports.Exists(p => p.Thing is not null) && clause.Verb is "remove"
                && !clause.Lexemes.Any(l => l.IsField("port")) ? 0 : 0.8;
        }
        if (weak && group.Anywhere && !clause.Lexemes.Any(l => l.Text == "use")
            && (scan.HasNumber && rules.IsDeclared
            || scan.HasNamedPort && !scan.HasThing))
        {
            return 0.7;
        }
        var known = said.Session.Draft.State.Services.Count > 0;
        return scan.HasNumber && !weak && (rules.IsDeclared || !known) ? 0.8 : 0;
    }

    private static bool IsLocal(Discourse said, string service)
    {
        var ports = said.Session.Draft.State.Services[service].Ports
            .Where(p => p.Host is not null).ToList();
        return ports.Count > 0 && ports.TrueForAll(
            p => p.Address.StartsWith("127.", StringComparison.Ordinal));
    }

    private static bool Reads(this Group group) => group.Direction is not null
        || group.Rate is not null;

    private static bool PublishesAll(Discourse said, string service, Group group)
    {
        var ports = said.Session.Draft.State.Services[service].Ports;
        var numbers = group.Ports.Where(p => p.Thing is null)
            .SelectMany(p => p.Gates).Select(g => g.Ports?.First).OfType<int>().ToList();
        return ports.Any(p => p.Host is not null)
            && numbers.TrueForAll(n => ports.Any(p => p.Host == n));
    }

    private static bool IsReachable(Discourse said, List<string> services, FirewallRules rules) =>
        services.TrueForAll(s => said.Session.Draft.State.Services[s].Ports
            .Where(p => p.Host is not null).All(p => rules.IsOpen(new(PacketDirection.Input)
            {
                Protocol = p.Protocol == "udp" ? PacketProtocol.Udp : PacketProtocol.Tcp,
                Ports = new(p.Host!.Value, p.Host!.Value),
            })));

    /// <summary>"And http", "only from 10.0.0.0/8", "make it 2 days".</summary>
    private static double Continued(Clause clause, WishScan scan, Discourse said)
    {
        var speaks = scan.Groups.Exists(g => g.HasOperand && !g.Refers || g.Protocols.Count > 0
            || g.Rate is not null || g.Log is not null || g.Only && g.HasSource || g.Strong);
        if (clause.Verb == "spare" && (scan.HasNumber || scan.HasNamedPort
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "else"))))
        {
            return 0.7;
        }
        if (scan.HasThing && clause.Verb.Length == 0 && scan.Groups is [{ OwnAct: false }]
            && (clause[0].IsGlue("and") || clause[0].IsGlue("also")
                || clause[clause.Count - 1].IsGlue("also")) && clause.Lexemes.All(l => l.IsMention
                || l.Readings[0].Part is Part.Noise or Part.Glue))
        {
            return 0.7;
        }
        if (clause.Verb == "remove" && scan.Groups is [{ Refers: true }] && !scan.HasThing)
        {
            return 0.7;
        }
        if (scan.Groups.Exists(g => g.Strong && g.Refers) && !scan.HasThing)
        {
            return 0.7;
        }
        if (speaks && !scan.HasThing && clause.Verb is "" or "set" or "have" or "limit" or "create"
            or "block" or "publish" or "unpublish" or "remove" or "raise" or "connect" or "move")
        {
            return scan.HasAddress || scan.HasNamedPort || scan.Groups.Exists(g =>
                g.Protocols.Count > 0 || g.Rate is not null || g.Anywhere || g.Everything)
                || scan.HasNumber ? 0.7 : 0;
        }
        var duration = clause.Lexemes.Any(l => l.IsNumber && l.Unit is "min" or "h" or "d" or "s");
        if (duration && !scan.HasThing)
        {
            return 0.6;
        }
        var values = clause.Lexemes.Any(l => l.IsNumber || l.IsMention || l.Is(Part.Image)
            || l.Is(Part.Path) || l.Is(Part.Domain) || l.Is(Part.Email) || l.Is(Part.Identifier));
        return !values && clause.Verb is "" or "set" or "have" && (said.Before.Count > 0
                || !clause.Lexemes.Any(l => l.Is(Part.Reference)))
            && clause.Question is null && clause.Count > 1
            && !clause.Corrects ? 0.55 : 0;
    }
}
