using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Which packets pass, and who is shut out for failing.</summary>
internal sealed partial class FirewallSubject : ISubject
{
    public Vocabulary Words { get; } = new("firewall");

    public double Claim(Clause clause, Discourse said) =>
        PolicyPairs.Of(clause, said).Count > 0 || FirewallClaim.OpensList(clause, said) ? 0.95
            : FirewallClaim.Of(clause, said, this);

    public void Read(Clause clause, Discourse said)
    {
        // "No rule for ping needed"
        var rule = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "rule"));
        if (rule > 0 && clause.Verb is "" or "have" && clause[rule - 1].Text.Split(' ')[0] is "no"
            && clause.Lexemes.Any(l => l.Named(Known.Rule) is not null))
        {
            clause.Verb = "remove";
        }
        if (PolicyPairs.Read(clause, said))
        {
            return;
        }
        var scan = WishScan.Of(clause);
        clause.Question ??= FirewallClaim.Asks(clause) ? "is" : null;
        if (clause.Question is not null && !IsRequest(clause, scan))
        {
            UseAll(clause, _ => true);
            return;
        }
        clause.Question = null;
        if (FirewallClaim.EndsBan(clause, said))
        {
            var told = said.Before[^1].Attributes.OfType<BanAttribute>().First();
            said.Before[^1].Attributes.Remove(told);
            clause.Attributes.Add(told with { Stops = true });
            UseAll(clause, _ => true);
            return;
        }
        if (Parted(clause, scan) is { } parts)
        {
            clause.Attributes.Add(BanReader.Read(parts.Bans, new(parts.Bans)));
            scan = WishScan.Of(parts.Rules);
        }
        else if (FirewallClaim.IsOfBans(clause, scan.Words, scan)
            || FirewallClaim.GoesOnWithBan(clause, said) || ContinuesBan(clause, said, scan))
        {
            ReadBans(clause, said, scan);
            return;
        }
        if (FirewallClaim.TellsOfAttack(clause, scan))
        {
            clause.Attributes.Add(new FirewallAttribute([]) { IsReason = true });
            clause.Explains();
            clause.IsTold = true;
            return;
        }
        Attacked(clause, scan, said);
        Unreachable(clause, scan);
        var wish = Wish(clause, scan);
        wish.Swap = SourceSwap.Of(clause);
        wish.IsReason |= FirewallClaim.Explains(clause, said, scan);
        if (FirewallClaim.TellsWhere(clause, scan))
        {
            wish.IsMerged = true;
            clause.Explains();
        }
        wish.IsReason |= FirewallClaim.TellsOfRule(clause);
        Likewise(wish, clause, said);
        wish.IsMerged |= FirewallClaim.OnlyNames(clause, scan);
        if (FirewallClaim.KeepsAll(clause))
        {
            wish.Groups.Clear();
            (wish.IsReason, wish.Policy) = (true, false);
        }
        Lend(wish, clause, scan, said);
        clause.Attributes.Add(wish);
        var wished = scan.Words.Begin();
        Sweep(clause, at => at < wished || scan.Taken.Contains(at));
    }

    /// <summary>"Port 8443 is unreachable": what should be, is not.</summary>
    private static void Unreachable(Clause clause, WishScan scan)
    {
        if (scan.Words.Has("missing") && clause.Verb is "" or "have" or "unpublish" or "publish"
            && scan.Groups is [{ Strong: false, Ports.Count: > 0, Sources.Count: 0 } lost])
        {
            (lost.Act, lost.OwnAct, lost.Strong) = (Act.Allow, true, true);
        }
    }

    /// <summary>"…, and fail2ban for sshd": rules and bans in one breath.</summary>
    private static (Clause Rules, Clause Bans)? Parted(Clause clause, WishScan scan)
    {
        if (!scan.HasAddress && !scan.Words.HasText("firewall"))
        {
            return null;
        }
        for (var at = 1; at < clause.Count; at++)
        {
            if (clause[at].Text is "fail2ban" or "fail 2 ban" or "brute force protection")
            {
                return (new([.. clause.Lexemes.Take(at)]) { Verb = clause.Verb },
                    new([.. clause.Lexemes.Skip(at)]));
            }
        }
        return null;
    }

    /// <summary>"Is it possible to block …" asks for it; "is 22 blocked?" asks.</summary>
    private static bool IsRequest(Clause clause, WishScan scan) =>
        clause.Question is "show" or "what" && scan.Groups.Exists(g => g.Log is not null
            && (g.Rules.Count > 0 || g.IsBlock || g.Ports.Count > 0
                || clause.Lexemes.Any(l => l.Is(Part.Topic, "block")
                    || l.Is(Part.Topic, "reject"))))
            && (clause.Lexemes.First(l => l.Readings[0].Part != Part.Noise).Text is "log"
                || clause.Lexemes.Any(l => l.Text is "whenever" or "every time" or "each time"))
        || clause.Question is "is" && !clause.AsksMark && clause.Lexemes[0].Text.Split(' ')[0]
            is not ("is" or "are" or "does" or "do" or "was" or "has") && scan.Groups.Count > 0
            && !FirewallClaim.Asks(clause);

    private static bool ContinuesBan(Clause clause, Discourse said, WishScan scan)
    {
        var last = said.Before.Count > 0 ? said.Before[^1]
            : said.Session.LastWishes is [.., var wish] ? wish : null;
        return last?.Attributes.OfType<BanAttribute>().Any() == true && !scan.HasAddress
            && !scan.Groups.Exists(g => g.Rate is not null || g.OwnAct && g.Ports.Count > 0)
            && !scan.HasNamedPort && clause.Lexemes.Any(l => l.IsNumber
                || l.Key(Part.Amount) is ['x', ..]);
    }

    private static FirewallAttribute Wish(Clause clause, WishScan scan)
    {
        var words = scan.Words;
        var wish = new FirewallAttribute(scan.Groups)
        {
            LocksDown = words.Has("lockdown"),
            Policy = words.Has("bydefault") || FirewallClaim.IsForwarding(words, scan)
                || words.HasText("policy", "policies",
                "default policy", "forward policy", "forwarding policy", "forward chain"),
            OfRules = words.Has("rule") || scan.Groups.Exists(g => g.Rules.Count > 0),
            Limits = words.Has("limit"),
            There = words.HasText("there", "in there", "over there"),
            Removes = clause.Verb is "remove" && !words.Has("limit")
                && !scan.Groups.Exists(g => g.Log == false)
                && !scan.Groups.Exists(g => g.Strong && g.OwnAct
                && !words.HasText("remove", "delete", "get rid of"))
                || words.Has("rule") && (words.HasText("out of") || DropsRule(clause))
                || words.HasText("can go", "go away") || words.Has("rule")
                    && words.HasText("go", "away"),
            Changes = clause.Verb is "set" or "replace" or "move" || words.Has("source")
                || words.Has("widen"),
            SwapsAction = SwapsAction(clause, words),
            Unlimits = words.Has("norate") || words.Has("limit") && clause.Verb is "remove"
                or "stop",
            Renames = clause.Verb == "rename" || words.Has("rule") && words.NameGiven() is not null
                && clause.Verb is "" or "set" or "have" or "move",
            Name = clause.Verb == "rename" ? clause.Lexemes.SkipWhile(l => !l.IsGlue("to")
                && !l.IsGlue("as")).Skip(1).FirstOrDefault(l => l.Readings[0].Part
                    is not Part.Noise)?.Original : words.NameGiven()
                    ?? (words.Titled() is >= 0 and var title ? clause[title].Original : null),
            Enable = Switch(words, scan, clause),
            Move = Moved(clause, words, scan),
        };
        if (clause.Verb == "create" && wish.OfRules && !wish.Groups.Exists(g => g.OwnAct))
        {
            wish.Groups.ForEach(g => g.Also = true);
        }
        wish.IsReason = IsAside(clause, scan);
        if (wish.Groups.Count == 0 && wish.Enable is null && !wish.LocksDown && !wish.Policy
            && !wish.OfRules && wish.Move is null && SourceSwap.Of(clause) is null)
        {
            wish.IsReason = true;
        }
        return wish;
    }

    /// <summary>"Reject instead of drop", "telnet should just be dropped".</summary>
    private static bool SwapsAction(Clause clause, ScanWords words) =>
        !clause.Lexemes.Any(l => l.IsGlue("not"))
        && (words.HasText("just", "simply", "silently", "quietly")
                && words.HasText("drop", "drops", "dropped")
            || words.Has("reject") && clause.Lexemes.Any(l => l.Is(Part.Topic, "block")
                && !l.Is(Part.Topic, "reject")));

    /// <summary>"Drop the git-ssh rule": the rule goes; "let the web rule drop" changes it.
    /// </summary>
    private static bool DropsRule(Clause clause)
    {
        var drop = clause.Lexemes.ToList().FindIndex(l => l.Text is "drop" or "discard"
            or "kill");
        return drop >= 0 && !clause.Lexemes.Take(drop).Any(l => l.Named(Known.Rule) is not null
                || l.Is(Part.Topic, "rule") || l.Text is "should" or "shall" or "to" or "must")
            && clause.Lexemes.Skip(drop + 1).Any(l => l.Is(Part.Topic, "rule"))
            && !clause.Lexemes.Any(l => l.IsNumber || l.IsGlue("from") || l.IsGlue("insteadof"));
    }

    /// <summary>"45.1.2.3 is hammering us, get rid of it": who attacks is shut out.</summary>
    private static void Attacked(Clause clause, WishScan scan, Discourse said)
    {
        var words = scan.Words;
        if (scan.Groups is [{ OwnAct: false, Sources.Count: > 0 } group] && words.Attacks)
        {
            // "… floods mqtt": whoever does harm there is shut out of all.
            group.Ports.Clear();
            (group.Act, group.OwnAct, group.Strong) = (Act.Block, true, true);
        }
        else if (FirewallClaim.EndsAttack(clause, said) && scan.Groups.TrueForAll(
            g => !g.HasSource && g.Ports.Count == 0))
        {
            scan.Groups.Clear();
        }
    }

    /// <summary>Nothing is wished: "leave 80 as it is", "not drop", "just that machine".</summary>
    private static bool IsAside(Clause clause, WishScan scan)
    {
        var text = string.Join(' ', clause.Lexemes.Select(l => l.Text));
        return clause.Verb == "spare" && !Enumerable.Range(0, clause.Count).Any(
                at => clause[at].IsVerb("spare") && scan.Taken.Contains(at))
            || clause.Lexemes.Any(l => l.Text is "leave")
                && (text.Contains("as it is", StringComparison.Ordinal)
                    || text.EndsWith("as is", StringComparison.Ordinal)
                    || text.Contains("alone", StringComparison.Ordinal)
                    || text.Contains("untouched", StringComparison.Ordinal))
            || clause[0].IsGlue("not") && scan.Groups.TrueForAll(g => !g.HasOperand
                && g.Act == Act.Unblock)
            || clause.Verb.Length == 0 && scan.Groups.Count > 0 && scan.Groups.TrueForAll(g => g is
                { OwnAct: false, Refers: true, Ports.Count: 0, HasSource: false, Rate: null,
                    Protocols.Count: 0, Log: null });
    }

    /// <summary>The firewall itself is switched: "turn the firewall on".</summary>
    private static bool? Switch(ScanWords words, WishScan scan, Clause clause)
    {
        if (!words.HasText("firewall", "firewalld", "ufw", "nftables", "iptables",
            "packet filter", "no firewall", "firewalls") || words.Has("rule"))
        {
            return null;
        }
        if (clause.Verb is "stop" || words.HasText("turn off", "switch off", "disable",
            "deactivate", "off", "kill", "no firewall") || clause.Verb is "remove"
                && !TakesOut(clause) && scan.Groups.TrueForAll(g => !g.HasOperand))
        {
            return scan.Groups.Exists(g => g.OwnAct && g.Ports.Count > 0) ? null : false;
        }
        return clause.Verb is "start" || words.HasText("enable", "turn on", "switch on", "activate",
            "on") && !scan.Groups.Exists(g => g.Interface is not null)
            || clause.Verb is "create" or "have" && !scan.Groups.Exists(g => g.Ports.Count > 0
                && g.OwnAct && g.Strong) && !words.Has("rule")
            ? true : null;
    }

    /// <summary>"Remove its port from the firewall": the firewall itself stays.</summary>
    private static bool TakesOut(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsField("firewall"));
        return at > 0 && clause.NextBefore(at) is { } link
            && (link.IsGlue("from") || link.IsGlue("in") || link.IsGlue("of"));
    }

    /// <summary>"Move web above block-office".</summary>
    private static Move? Moved(Clause clause, ScanWords words, WishScan scan)
    {
        if (clause.Verb is not ("move" or "set" or "have" or "") || !scan.Groups.Exists(g =>
            g.Rules.Count > 0 || g.Ports.Count > 0))
        {
            return null;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var (above, below) = (words.Is(at, "above"), words.Is(at, "below"));
            if ((above || below) && (clause.Verb == "move" || clause.Lexemes.Any(
                l => l.Text is "put" or "should come" or "come" or "comes" or "place" or "goes")))
            {
                var other = clause.Lexemes.Skip(at + 1).Select(l => l.Named(Known.Rule))
                    .FirstOrDefault(n => n is not null);
                return other is null ? null : new(above, other);
            }
            if ((clause.Verb == "move" || words.Has("rule") && clause.Lexemes.Any(
                l => l.Text is "put" or "place"))
                && (words.Is(at, "top") || words.Is(at, "bottom")))
            {
                return new(words.Is(at, "top"), null);
            }
        }
        return null;
    }

    /// <summary>What is said in several clauses of one turn belongs together: "lock it down, only
    /// allow ssh", "allow ssh, the rest is closed".</summary>
    private static void Merge(FirewallAttribute wish, Discourse said, bool opens)
    {
        var before = said.Before.SelectMany(c => c.Attributes).OfType<FirewallAttribute>()
            .Where(b => !b.IsReason).ToList();
        wish.Last = before.SelectMany(b => b.Groups).LastOrDefault();
        // "… The 10.77.0.0/24 people still need them": what was shut stays open for them.
        if (wish.Last is { IsBlock: true, Ports.Count: > 0 } shut && wish.Groups is
            [{ OwnAct: false, Ports.Count: 0, Sources.Count: > 0 } stay])
        {
            (stay.Act, stay.OwnAct, stay.Ports) = (Act.Allow, true, [.. shut.Ports]);
        }
        // "Allow ssh from 10.8.0.0/24 // not from 10.9.0.0/24 any longer": ssh, too.
        var opened = wish.Last ?? said.Session.LastWishes.SelectMany(c => c.Attributes)
            .OfType<FirewallAttribute>().SelectMany(b => b.Groups).LastOrDefault();
        if (opened is { IsAllow: true, Ports.Count: > 0 } && wish.Groups is
            [{ IsBlock: true, Guessed: true, Ports.Count: 0, Sources.Count: > 0 } denied])
        {
            denied.Ports = [.. opened.Ports];
        }
        if (!Rest(wish, before))
        {
            Again(wish, before);
            Join(wish, before, opens);
        }
        foreach (var earlier in before)
        {
            if (earlier.LocksDown || earlier.Enable == true || earlier.Groups.Exists(g => g.Else))
            {
                earlier.Keeps.AddRange(wish.Groups.Where(g => g.IsAllow || g.Act == Act.None));
                wish.IsMerged |= earlier.LocksDown && wish.Groups.Count > 0
                    && wish.Groups.TrueForAll(g => g.IsAllow || g.Act == Act.None || IsRest(g));
            }
        }
        if (wish.LocksDown || wish.Groups.Exists(IsRest))
        {
            wish.Keeps.AddRange(before.SelectMany(b => b.Groups).Concat(wish.Groups)
                .Where(g => (g.IsAllow || g.Act == Act.None) && g.HasOperand));
        }
    }

    /// <summary>"He works from 10.1.2.3, he needs ssh", "reject! everything from 10.9.0.0/16":
    /// half of the wish was said before.</summary>
    /// <param name="opens">Said with a word of its own for opening.</param>
    private static void Join(
        FirewallAttribute wish, List<FirewallAttribute> before, bool opens)
    {
        if (before is not [.., { Groups: [var half], LocksDown: false, Enable: null } earlier]
            || wish.Groups is not [var group, ..] || wish.IsReason)
        {
            return;
        }
        // "Let maria (10.1.2.3) use 8443"
        var lets = half is { Strong: true, IsAllow: true } && !opens
            && group is { Strong: false, IsBlock: false, Only: false };
        if (half is { Ports.Count: > 0, HasSource: false, Rules.Count: 0 }
            && group is { Rules.Count: > 0, Ports.Count: 0, Refers: true })
        {
            // "9001 is not used, take it out of the mqtt rule"
            group.Ports = [.. half.Ports];
            earlier.IsMerged = true;
        }
        else if (half is { Ports.Count: 0, Everything: false, Sources.Count: > 0 }
            && (!half.Strong || lets) && group is { Ports.Count: > 0, HasSource: false })
        {
            group.Sources = half.Sources;
            group.Only |= half.Only;
            earlier.IsMerged = true;
        }
        else if (half is { Ports.Count: > 0, Sources.Count: 0, IsBlock: false, Log: null }
            && group is { OwnAct: true, IsAllow: true, Ports.Count: 0, HasSource: true,
                Everything: false, Else: false, Rules.Count: 0 } && wish.There)
        {
            // "2222 times out. Let the LAN in there"
            group.Ports = [.. half.Ports];
            earlier.IsMerged = true;
        }
        else if (half is { Ports.Count: > 0, Strong: false, Only: false, Log: null, Rate: null }
            && group is { OwnAct: true, Ports.Count: 0, Everything: false, Else: false,
                Rules.Count: 0, HasSource: false }
                or { Refers: true, OwnAct: true, Ports.Count: 0 })
        {
            // "Mosh uses udp 60001, open that"
            (group.Ports, group.Refers) = ([.. half.Ports], false);
            group.Sources = group.HasSource ? group.Sources : [.. half.Sources];
            group.Outwards(half.Direction is null);
            earlier.IsMerged = true;
        }
        else if (half is { Ports.Count: > 0, Strong: false, Rate: null } && group is
            { OwnAct: false, Ports.Count: 0, Rate: not null })
        {
            // "Too many connections on http. 50/minute is plenty"
            group.Ports = [.. half.Ports];
            earlier.IsMerged = true;
        }
        else if (half is { ByDefault: true, HasOperand: false, IsBlock: true } && !group.OwnAct)
        {
            // "Default deny, but keep 22": what is named is not the default.
            (group.Act, group.OwnAct) = (Act.Allow, true);
        }
        else if (half is { HasOperand: false, Rate: null, Log: null } && !group.OwnAct)
        {
            group.Act = half.Act;
            group.OwnAct = half.OwnAct;
            group.Strong |= half.Strong;
            earlier.IsMerged = true;
        }
    }

    /// <summary>"Everything else is blocked".</summary>
    public static bool IsRest(Group group) => group is { IsBlock: true, Log: null }
        && (group is { Else: true, Ports.Count: 0 } || group is
        { Everything: true, Ports.Count: 0, HasSource: false, Destinations.Count: 0,
            Interface: null });

    private static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.Is(Part.Address)
        || lexeme.Is(Part.Cidr) || lexeme.Is(Part.Path) || lexeme.Is(Part.Domain)
        || lexeme.Is(Part.Version) || lexeme.Is(Part.Url) || lexeme.Is(Part.Quoted)
        || lexeme.IsGlue("if") && lexeme.Text is "if" or "unless" or "until";

    private static void Sweep(Clause clause, Func<int, bool> taken)
    {
        UseAll(clause, taken);
        clause.Sweep();
    }

    private static void UseAll(Clause clause, Func<int, bool> which)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (which(at))
            {
                clause.Use(at);
            }
        }
    }

    public IEnumerable<Reply> Resolve(Clause clause, Session session)
    {
        if (FirewallClaim.IsOfContent(clause))
        {
            return [new(ReplyKind.Unclear, "")];
        }
        session.About = new(this, []);
        if (clause.Attributes.OfType<BanAttribute>().ToList() is { Count: > 0 } bans)
        {
            var last = session.LastWishes.SelectMany(w => w.Attributes).OfType<BanAttribute>()
                .LastOrDefault();
            var replies = bans.ConvertAll(b => BanEdits.Apply(b, session,
                last is null ? null : last.Service ?? "sshd"));
            return clause.Attributes.OfType<FirewallAttribute>().FirstOrDefault() is { } both
                ? [.. new FirewallResolver(session, clause, both).Replies(), .. replies] : replies;
        }
        return clause.Attributes.OfType<FirewallAttribute>().FirstOrDefault() is { } wish
            ? new FirewallResolver(session, clause, wish).Replies() : [];
    }

    public Reply? Answer(Clause clause, Session session)
    {
        session.About = new(this, []);
        return FirewallAnswers.To(clause, session);
    }
}
