using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What was told before in the same turn, and lends the wish what it leaves out.</summary>
internal sealed partial class FirewallSubject
{
    /// <summary>"Someone is guessing grafana passwords. After 5 …": at what they fail.</summary>
    private static string? Besieged(Discourse said) => said.Before
        .Where(c => FirewallClaim.IsOfLogins(c) && c.Question is null)
        .SelectMany(c => c.Lexemes).Select(l => l.Named(Known.Service)
            ?? (l.Text.Contains("ssh", StringComparison.Ordinal) ? "sshd" : null))
        .OfType<string>().LastOrDefault();

    private static void ReadBans(Clause clause, Discourse said, WishScan scan)
    {
        var each = Bans(clause);
        clause.Attributes.AddRange(each.Select(p => BanReader.Read(p, new(p))));
        if (each.Count == 0)
        {
            var ban = BanReader.Read(clause, scan.Words);
            clause.Attributes.Add(ban with
            {
                Service = ban.Service ?? Besieged(said) ?? Banned(said),
            });
        }
        foreach (var at in each.Count > 0 ? clause.All(Part.Number).ToList() : [])
        {
            clause.Use(at);
        }
        Sweep(clause, _ => false);
    }

    /// <summary>"Sshd 3 failures, grafana 10": each service with what is said of it; none where
    /// only one is named.</summary>
    private static List<Clause> Bans(Clause clause)
    {
        static string? Of(Lexeme lexeme) => lexeme.Named(Known.Service)
            ?? (lexeme.Text is "ssh" or "sshd" ? "sshd" : null);
        return clause.Lexemes.Any(l => l.IsGlue("insteadof") || l.IsGlue("not")
                || l.IsGlue("but") || l.IsGlue("except") || l.IsVerb("spare")
                || l.Text is "keep" or "keeps" or "stay" or "stays" or "leave") ? []
            : ClauseParts.ByName(clause, Of, said => said.Exists(l => l.IsNumber));
    }

    /// <summary>"Ban for grafana: 5 failures, ban for 2 hours": of the clause before.</summary>
    private static string? Banned(Discourse said) => said.Before is [.., var before]
        ? before.Attributes.OfType<BanAttribute>().LastOrDefault()?.Service : null;

    /// <summary>What the wish leaves out is taken from what was told.</summary>
    private static void Lend(
        FirewallAttribute wish, Clause clause, WishScan scan, Discourse said)
    {
        // "Permit exactly that and nothing more": what was told is all that is wished.
        if (wish.Groups is [{ IsAllow: true, OwnAct: true, Ports.Count: 0, HasSource: false },
            { Nothing: true, Ports.Count: 0 }] && scan.Words.HasText("that", "this", "it", "those",
                "exactly that", "just that", "only that", "precisely that"))
        {
            (wish.Groups[0].Refers, wish.LocksDown) = (true, false);
            wish.Groups.RemoveAt(1);
        }
        wish.IsReason |= FirewallClaim.Stays(clause, scan, said);
        if (FirewallClaim.LetsBack(clause, scan, said))
        {
            Pardoned(wish, clause, said);
        }
        else
        {
            OfTold(wish, clause, said);
            Merge(wish, said, scan.Words.Has("open"));
            Whom(wish, scan.Words, said);
            What(wish, clause, said);
            Leaving(wish, clause, said);
        }
    }

    /// <summary>"It may not talk to 10.0.0.5. Could that be permitted?" wishes the opposite of what
    /// was told; "10.20.7.7 is a pest. Cut it off" says one thing twice.</summary>
    private static void Again(FirewallAttribute wish, List<FirewallAttribute> before)
    {
        if (before is not [.., { Groups: [.., var last], LocksDown: false, Enable: null } earlier]
            || wish.IsReason || wish.Groups is not [{ OwnAct: true, Refers: true, Ports.Count: 0,
                HasSource: false, Everything: false, Else: false, Log: null, Rules.Count: 0 } it])
        {
            return;
        }
        var told = earlier.Groups.LastOrDefault(g => g.Destinations.Count > 0) ?? last;
        if (it.Act == Act.Allow && earlier.Groups.TrueForAll(g => g is { IsBlock: true, Rate: null,
            Log: null, Else: false }) && told.Ports.Count > 0)
        {
            (it.Ports, it.Refers) = ([.. told.Ports], false);
            (it.Sources, it.Destinations) = ([.. told.Sources], [.. told.Destinations]);
            it.Direction ??= told.Direction;
            earlier.IsMerged = true;
        }
        else if (earlier.Groups.Count == 1 && last is { OwnAct: true, Ports.Count: 0,
            Sources.Count: > 0, Log: null } && (last.IsBlock ? it.IsBlock : last.Act == it.Act))
        {
            it.Sources = [.. last.Sources];
            earlier.IsMerged = true;
        }
    }

    /// <summary>"Block him": whose address was said before.</summary>
    private static void Whom(FirewallAttribute wish, ScanWords words, Discourse said)
    {
        if (wish.Groups is [.., { Act: not Act.None, HasSource: false, Ports.Count: 0 } group]
            && (group.IsBlock || group.Act == Act.Unblock)
            && (words.Has("somebody") || group.Refers || words.HasText("them", "it", "that")))
        {
            group.Sources = [.. said.Before.SelectMany(c => c.Lexemes)
                .Select(PortNames.Network).OfType<string>().Distinct()];
        }
        // "…, but ssh should be closed to that address"
        else if (wish.Groups is [.., { IsBlock: true, HasSource: false, Ports.Count: > 0 } shut]
            && words.Has("somebody") && Told(said) is { Count: > 0 } whose)
        {
            shut.Sources = whose;
        }
        // "… Please permit it for them": of what was spoken of.
        else if (wish.Groups is [{ Act: Act.Allow, OwnAct: true, HasSource: false, Refers: true,
                Ports.Count: 0, Everything: false } of] && wish.Last is { Ports.Count: > 0 }
            && words.HasText("them", "him", "her", "for them", "for him", "for her")
            && Told(said) is { Count: > 0 } those)
        {
            of.Sources = those;
        }
        // "… has new sensors, let them use mqtt": not everybody.
        else if (wish.Groups is [{ IsBlock: false, HasSource: false, Ports.Count: > 0 } may,
                .. var rest] && rest.TrueForAll(g => g.Nothing || g.OfSame)
            && (words.HasText("them", "they", "he", "she", "him", "her")
                || may.Refers && words.HasText("it"))
            && Told(said) is { Count: > 0 } told)
        {
            may.Sources = told;
            said.Before.Where(c => c.Subject is not FirewallSubject && c.Lexemes.Any(
                l => PortNames.Network(l) is not null)).ToList().ForEach(c => c.IsTold = true);
            (may.Refers, may.SourceFirst) = (false, true);
            may.Direction = words.HasText("send", "sends") ? null : may.Direction;
        }

    }

    /// <summary>"It needs 8080. Anything else from that address is dropped", "10.1.2.3 uses ssh.
    /// Nobody else may": of whom or what there is more was said before.</summary>
    private static bool Rest(FirewallAttribute wish, List<FirewallAttribute> before)
    {
        if (wish.Groups is not [{ IsBlock: true, HasSource: false } rest]
            || !(rest is { OfSame: true, Ports.Count: 0 } or { Else: true, Others: true })
            || before is not [.., { LocksDown: false, Enable: null,
                Groups: [{ IsBlock: false, Sources.Count: > 0 } may] } earlier]
            || may.Ports.Count == 0 && rest.Ports.Count == 0)
        {
            return false;
        }
        wish.Groups.Insert(0, may);
        return earlier.IsMerged = true;
    }

    /// <summary>"198.51.100.77 was no spammer. Let him back in": whatever else was told of him.
    /// </summary>
    private static void Pardoned(FirewallAttribute wish, Clause clause, Discourse said)
    {
        foreach (var told in said.Before.Where(c => c.Question is null))
        {
            told.Attributes.OfType<FirewallAttribute>().ToList().ForEach(a => a.IsMerged = true);
            told.IsTold |= told.Subject is not FirewallSubject;
            told.Explains();
        }
        var all = said.Before.Append(clause).SelectMany(c => c.Lexemes).ToList();
        wish.Groups[0].Sources = [.. all.Select(PortNames.Network).OfType<string>().Distinct()];
        if (wish.Groups[0].Sources.Count == 0)
        {
            wish.Groups[0].Rules.AddRange(all.Select(l => l.Named(Known.Rule)).OfType<string>());
        }
    }

    /// <summary>"Outgoing mail is dropped. The relay is 10.40.0.25, would you open it towards that
    /// host?": which way and which port was told, and the address is where it goes to.</summary>
    private static void Leaving(FirewallAttribute wish, Clause clause, Discourse said)
    {
        if (wish.Groups is not [{ IsAllow: true } open, ..] || open.Direction is not null
            and not PacketDirection.Output || said.Before.Count == 0)
        {
            return;
        }
        var told = said.Before.Where(c => c.Question is null).ToList();
        var groups = told.SelectMany(c => WishScan.Of(c).Groups).ToList();
        var refers = !clause.Lexemes.Any(l => l.IsNumber || PortNames.Of(l) is not null);
        open.Direction ??= refers && open.Sources.Count > 0 && groups.Exists(
            g => g.Direction == PacketDirection.Output) ? PacketDirection.Output : null;
        if (open.Direction is null)
        {
            return;
        }
        open.Outwards(open.Towards || told.Exists(c => c.Lexemes.Any(
            l => PortNames.Network(l) is { } address && open.Sources.Contains(address))));
        if (open is { Ports.Count: 0, Destinations.Count: > 0, Everything: false }
            && groups.LastOrDefault(g => g.Ports.Count > 0) is { } of)
        {
            (open.Ports, open.Refers) = ([.. of.Ports], false);
            told.ForEach(c => c.IsTold |= c.Subject is not FirewallSubject);
        }
        if (open.Destinations.Count > 0)
        {
            told.SelectMany(c => c.Attributes).OfType<FirewallAttribute>()
                .Where(a => a.Groups.TrueForAll(g => !g.IsAllow)).ToList()
                .ForEach(a => a.IsMerged = true);
        }
    }

    /// <summary>"Outgoing telnet treated the same": as the rule before.</summary>
    private static void Likewise(FirewallAttribute wish, Clause clause, Discourse said)
    {
        if (wish.Groups is [{ OwnAct: false, Ports.Count: > 0 } group]
            && FirewallClaim.SaysLikewise(clause)
            && said.Before.SelectMany(c => c.Attributes).OfType<FirewallAttribute>()
                .SelectMany(a => a.Groups).LastOrDefault(g => g.OwnAct) is { } model)
        {
            (group.Act, group.OwnAct, group.Strong) = (model.Act, true, model.Strong);
            group.Direction ??= model.Direction;
        }
    }

    /// <summary>"The page on 9091 shows up from anywhere. Only 10.0.0.0/8 may see it": of which
    /// port was told.</summary>
    private static void What(FirewallAttribute wish, Clause clause, Discourse said)
    {
        if (FirewallClaim.AddsTo(clause, WishScan.Of(clause), said))
        {
            var before = said.Before[^1];
            (wish.Groups[0].Ports, wish.Groups[0].Act) = ([.. WishScan.Of(before).Groups
                .SelectMany(g => g.Ports)], Act.Allow);
            before.IsTold |= before.Subject is not FirewallSubject;
            before.Attributes.OfType<FirewallAttribute>().ToList().ForEach(a => a.IsMerged = true);
            return;
        }
        if (wish.Groups is not [{ Refers: true, OwnAct: true, Ports.Count: 0, Everything: false,
                Rules.Count: 0, Destinations.Count: 0 } group, ..]
            || wish.Last is { Ports.Count: > 0 }
            || said.Before.LastOrDefault(c => c is { Subject: null, Question: null }
                && WishScan.Of(c).Groups.Exists(g => g.Ports.Count > 0)) is not { } told
            || WishScan.Of(told).Groups.SelectMany(g => g.Ports).ToList() is not { Count: > 0 } of)
        {
            return;
        }
        group.Ports = of;
        told.IsTold |= FirewallClaim.IsStatement(told);
    }

    /// <summary>The addresses that were said last.</summary>
    private static List<string> Told(Discourse said) => [.. (said.Before.LastOrDefault(c =>
            c.Lexemes.Any(l => PortNames.Network(l) is not null))?.Lexemes ?? [])
        .Select(PortNames.Network).OfType<string>().Distinct()];
}
