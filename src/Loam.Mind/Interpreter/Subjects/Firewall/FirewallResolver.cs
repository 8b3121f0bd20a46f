using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Turns what a clause wishes into edits, one group after the other.</summary>
internal sealed partial class FirewallResolver
{
    private readonly Session _session;
    private readonly Clause _clause;
    private readonly FirewallAttribute _wish;
    private readonly RuleBook _book;
    private readonly PolicyEdits _policies;
    private readonly RuleEdits _edits;
    private readonly RuleChanges _changes;

    public FirewallResolver(Session session, Clause clause, FirewallAttribute wish)
    {
        (_session, _clause, _wish) = (session, clause, wish);
        _book = new(session);
        _policies = new(session, _book);
        _edits = new(_book);
        _changes = new(_book);
    }

    public IEnumerable<Reply> Replies()
    {
        if (_wish.IsReason || _wish.IsMerged)
        {
            return [];
        }
        Continue();
        if (_clause.Lexemes.FirstOrDefault(l => PortNames.IsBroken(l.Original)) is { } broken)
        {
            return [Ask($"{broken.Original} is no address: four numbers from 0 to 255, and a "
                + "length up to 32. Which one is meant?", "10.0.0.0/8")];
        }
        if (_clause.Lexemes.FirstOrDefault(IsNoPort) is { } wrong)
        {
            return [Ask($"There is no port {wrong.Original}: ports go from 1 to "
                + $"{Parsing.Attributes.PortReader.MostPort}. Which one is meant?", "port 443")];
        }
        var before = _book.Rules;
        var replies = new List<Reply>();
        NobodyElse();
        if (_wish.Enable == false)
        {
            return [_policies.Disable()];
        }
        if (_wish.Enable == true)
        {
            var follow = _wish.Keeps.Concat(_wish.Groups).Any(g => g.HasOperand);
            var enabled = _policies.Enable(follow);
            if (enabled.Kind == ReplyKind.Done || !follow && _wish.Groups.Count == 0)
            {
                replies.Add(enabled);
            }
        }
        if (_wish.Swap is { } swap && Swapped(swap) is { } moved)
        {
            return [moved];
        }
        if ((Doubtful() ?? OfConfined()) is { } ofOne)
        {
            return [ofOne];
        }
        OpensByDefault();
        if (FromOutside() is { } outside)
        {
            replies.Add(outside);
        }
        var locks = _wish.LocksDown || _wish.Groups.Exists(g => FirewallSubject.IsRest(g)
            && g.Direction is null or PacketDirection.Input) && !_wish.Policy
            || OnlyThese();
        if (OnlyOut())
        {
            _wish.Groups[0].Act = Act.Allow;
            replies.Add(_policies.SetPolicy(PacketDirection.Output, FirewallAction.Drop));
            _wish.Groups[0].Only = false;
        }
        replies.AddRange(locks ? LockDown() : replies.Count > 0 && _wish.Groups.Count == 0 ? []
            : _wish.Groups.Count == 0 && _wish.Enable is null
            ? [Nothing()] : _wish.Groups.SelectMany(Replies).ToList());
        if (_wish.Enable == true && before is { IsDeclared: false } && _policies.KeepSsh())
        {
            replies.Add(Reply.Answer("I keep SSH (22) open, so that nobody is locked out."));
        }
        var done = replies.FindLastIndex(r => r.Kind == ReplyKind.Done);
        if (done >= 0)
        {
            replies[done] = Consequences.Added(replies[done], before, _book.Rules,
                _session.Draft.State);
        }
        return replies;
    }

    /// <summary>"10.0.0.5 may use ssh, nobody else": who else could use it, and nothing more.
    /// </summary>
    private void NobodyElse()
    {
        if (_wish.Groups is [{ Direction: PacketDirection.Output, IsAllow: true },
            { Nothing: true }])
        {
            // "Permit exactly that and nothing more": what goes out is shut by the policy.
            _wish.Groups.RemoveAt(1);
        }
        var rest = _wish.Groups.FindIndex(g => g is { Else: true, Others: true, IsBlock: true,
            Sources.Count: 0, Direction: null });
        if (rest > 0 && _wish.Groups[rest - 1] is { IsBlock: false, Sources.Count: > 0 } allowed
            && (allowed.Ports.Count > 0 || _wish.Groups[rest].Ports.Count > 0))
        {
            allowed.Ports = allowed.Ports.Count > 0 ? allowed.Ports : _wish.Groups[rest].Ports;
            (allowed.Only, allowed.Act) = (!allowed.Also, Act.Allow);
            _wish.Groups.RemoveAt(rest);
        }
    }

    /// <summary>"Deny by default, 22 and 443 open", where no firewall is: nothing else is kept.
    /// </summary>
    private void OpensByDefault()
    {
        var opened = _wish.Groups.Concat(_wish.Keeps).Where(g => g.IsAllow && g.HasOperand);
        if (!_book.Rules.IsDeclared && _wish.Groups is [{ ByDefault: true, IsBlock: true,
            HasOperand: false, Direction: null or PacketDirection.Input }, ..] && opened.Any())
        {
            _wish.Groups.RemoveAt(0);
            (_wish.LocksDown, _wish.Policy) = (true, false);
        }
    }

    private static bool IsNoPort(Recognising.Lexeme lexeme) => lexeme is { IsNumber: true,
            Unit: "" or "tcp" or "udp" } && char.IsAsciiDigit(lexeme.Text[0])
        && lexeme.Value is > Parsing.Attributes.PortReader.MostPort and < 1_000_000;

    /// <summary>A network has moved: in the rules named, or in all.</summary>
    private Reply? Swapped(SourceSwap swap)
    {
        var rules = _wish.Groups.SelectMany(g => _changes.Meant(g, Want(g) with { Sources = [] }))
            .Where(r => r.Sources.Select(PortNames.Text).Contains(swap.Old))
            .Select(r => r.Name).Distinct().ToList();
        return swap.In(_book, rules);
    }

    /// <summary>"Outbound only dns and https": the rest does not go out.</summary>
    private bool OnlyOut() => _wish.Groups is [{ Only: true, Direction: PacketDirection.Output }
        only] && only.Ports.Count > 0 && !only.IsBlock;

    /// <summary>"Only allow ssh and http": whatever else there is goes.</summary>
    private bool OnlyThese() => _wish.Groups is [{ Only: true, IsAllow: true } only]
        && only.Ports.Count > 0 && only is { Sources.Count: 0, Lan: false, Interface: null,
            Refers: false } && only.Direction is null or PacketDirection.Input && !only.Also;

    private List<Reply> LockDown()
    {
        var groups = _wish.Keeps.Concat(OnlyThese() ? _wish.Groups : [])
            .Concat(_wish.Groups.Where(g => _wish.LocksDown && !FirewallSubject.IsRest(g)))
            .Where(g => g.IsAllow || g.Act == Act.None).Distinct().ToList();
        if (groups.Exists(g => !g.HasSource) && OnlyThese() && Parties.Of(_clause) is { } party)
        {
            return [Ask($"Which addresses has \"{party}\": a network such as 192.168.10.0/24?",
                [.. Networks().Take(3)])];
        }
        if (groups.Count == 0)
        {
            return [Ask("That would shut everybody out, you too. What shall stay reachable?",
                "ssh from 192.168.0.0/16", "ssh from anywhere")];
        }
        var wants = groups.Select(Want).ToList();
        if (wants.FindIndex(w => w.Flows.Count == 0) is var unknown and >= 0)
        {
            return [Unknown(groups[unknown])];
        }
        var replies = new List<Reply> { Noted(_policies.LockDown(wants), wants) };
        replies.AddRange(_wish.Groups.Where(g => !FirewallSubject.IsRest(g) && g.IsBlock)
            .SelectMany(Replies));
        return replies;
    }

    private Want Want(Group group) => new WantResolver(_session, _clause).Of(group) with
    {
        Name = _wish.Name,
    };

    private static Reply Noted(Reply reply, params IEnumerable<Want> wants) =>
        wants.SelectMany(w => w.Notes).Distinct().Aggregate(reply, (r, note) => r.Note(note));

    private Reply Unknown(Group group) => Ask($"Which port is "
        + $"{group.Ports[0].Thing?.Text ?? group.Ports[0].Name} on?", "port 8080", "port 443");

    private IEnumerable<Reply> Replies(Group group)
    {
        var want = Want(group);
        if (want.Flows.Count == 0)
        {
            return [Unknown(group)];
        }
        if (_wish.Removes && group is { Refers: true, Ports.Count: 0, HasSource: false,
            Rules.Count: 0 } && _session.Before.Count > 0)
        {
            _session.Draft.Restore(_session.Before.Peek().Files);
            return [Reply.Done("take that back")];
        }
        if (_wish.Move is { } move && _changes.Meant(group, want) is [var moved, ..])
        {
            return _wish.Groups[0] == group ? [_changes.Move(moved.Name, move)] : [];
        }
        if (_wish.Renames && _wish.Name is { } name)
        {
            return _wish.Groups[0] != group ? [] : _changes.Meant(group, want) is [var renamed, ..]
                ? [_changes.Rename(renamed, name)] : [Nothing()];
        }
        if (group.Rules.Count > 0 && group.Ports.Count > 0 && (group.IsBlock || _wish.Removes)
            && _changes.Drop(group, want) is { } dropped)
        {
            return [dropped];
        }
        if (_wish.Removes && !group.OwnAct || _wish.Removes && _wish.OfRules)
        {
            return [group.Rules.Count == 0 && group.Ports.Count == 0 && !group.HasSource
                ? Nothing() : _changes.Remove(group, want)];
        }
        if (group.Rules.Count > 0 || _wish.OfRules && _wish.Name is null
            && !(group.OwnAct && _clause.Verb is "create" or "have")
            && _changes.Meant(group, want).Count == 1)
        {
            return OfRule(group, want);
        }
        if (_wish.SwapsAction && group.IsBlock && Swapped(group, want) is { } swapped)
        {
            return [swapped];
        }
        if (_wish.Unlimits && !want.IsEverything)
        {
            return [Unlimited(group, want)];
        }
        if (_wish.Policy && group.Ports.Count == 0 && !group.HasSource
            || group.Everything && want.IsForAll && group.Ports.Count == 0
            && group.Act != Act.None && group.Protocols.Count == 0 && group.Log is null)
        {
            return [Policy(group)];
        }
        if (group.Log is { } log && (!group.OwnAct || group.Ports.Count == 0 && !group.HasSource
            || !log))
        {
            return [Logged(group, want, log)];
        }
        return [Noted(OfPackets(group, want), want)];
    }

    private List<Reply> OfRule(Group group, Want want)
    {
        if (group is { Act: Act.None, Anywhere: true, Log: null, Rate: null, Ports.Count: 0 })
        {
            group.Act = Act.Allow;
        }
        if (group is { HasSource: false, Ports.Count: 0, Act: not Act.None, Log: null, Rate: null }
            && AskWho() is { } who)
        {
            return [who];
        }
        // "10.44.0.0/16 want to use it": they come to those who may already.
        if (group is { Act: Act.None, Sources.Count: > 0, Only: false, Log: null, Rate: null }
            && (_clause.Verb == "have" || _clause.Verb.Length == 0 && _clause.Lexemes.Any(
                l => l.Text.Split(' ')[0] is "want" or "wants" or "need" or "needs"))
            && !_wish.Changes && _changes.Meant(group, want).TrueForAll(
                r => r.Action == FirewallAction.Accept))
        {
            (group.Act, group.OwnAct) = (Act.Allow, true);
        }
        var replies = new List<Reply>();
        foreach (var rule in _changes.Meant(group, want))
        {
            var own = group.Rules.Count == 0 ? want with { Flows = [Flow.All] } : want;
            replies.Add(_changes.Change(rule, group, own) ?? Ask(
                $"What shall rule {rule.Name} do?", $"remove rule {rule.Name}"));
        }
        return replies;
    }

    /// <summary>"Reject instead of drop": only the action changes.</summary>
    private Reply? Swapped(Group group, Want want)
    {
        var action = group.Act == Act.Reject ? FirewallAction.Reject : FirewallAction.Drop;
        var rules = _changes.Meant(group, want).Where(r => r.Action is not FirewallAction.Accept
            && r.Action != action).ToList();
        foreach (var rule in rules)
        {
            _changes.Change(rule, new() { Act = group.Act, OwnAct = true }, want with
            {
                Flows = [Flow.All],
                Sources = [],
            });
        }
        return rules.Count == 0 ? null : Reply.Done(
            $"{(action == FirewallAction.Reject ? "reject" : "drop")} what rule"
            + $"{(rules.Count > 1 ? "s" : "")} {Wording.List(rules.Select(r => r.Name))} "
            + $"match{(rules.Count > 1 ? "" : "es")}").With(Risk.Medium);
    }

    private Reply Unlimited(Group group, Want want)
    {
        var rules = _changes.Meant(group, want).Where(r => r.Rate is not null).ToList();
        foreach (var rule in rules)
        {
            _book.RemoveField(rule.Name, "rate");
        }
        return rules.Count == 0 ? Reply.Absent($"{want.What} has no limit of rate.")
            : Reply.Done($"take the limit of rate off {want.What}").With(Risk.Medium);
    }

    private Reply Policy(Group group)
    {
        if (group.Act is Act.None)
        {
            return Ask("Shall such packets be dropped or accepted?", "drop", "accept");
        }
        var action = group.IsAllow ? FirewallAction.Accept : FirewallAction.Drop;
        if (_session.Draft.State is not null && action == FirewallAction.Accept
            && !_book.Rules.IsDeclared)
        {
            return Reply.Same("Everything passes already: no firewall is declared.");
        }
        return _policies.SetPolicy(group.Direction ?? PacketDirection.Input, action);
    }

    private Reply Logged(Group group, Want want, bool log)
    {
        var rules = _changes.Meant(group, want);
        if (rules.Count == 0)
        {
            return _book.Rules.IsDeclared ? _changes.LogRefused(log)
                : Reply.Same("No firewall is declared, so nothing is dropped.");
        }
        return rules.Select(r => _changes.Change(r, new() { Log = log }, want with
        {
            Flows = [Flow.All],
            Sources = [],
        })).OfType<Reply>().FirstOrDefault(r => r.Kind == ReplyKind.Done)
            ?? Reply.Same($"Rule {rules[0].Name} is like that already.");
    }

    private Reply OfPackets(Group group, Want want)
    {
        if (Incomplete(group, want) is { } incomplete)
        {
            return incomplete;
        }
        if (group is { HasSource: false, Interface: null, Destinations.Count: 0, Direction: null
                or PacketDirection.Input } && AskWho() is { } who)
        {
            return who;
        }
        if (group.Rate is not null && group.Act is Act.None or Act.Allow)
        {
            Need(opens: false);
            return group.Ports.Count == 0 ? Ask("Of which port shall the rate be limited?",
                "ssh", "http") : _changes.Limit(want);
        }
        if (group is { Also: true, HasSource: false } && Twin(group, want) is { } twin)
        {
            want = want with { Sources = [.. twin.Sources.Select(PortNames.Text)] };
        }
        var narrows = group.Outside
            || group.Only && (group.Act != Act.Block || group.OnlyAfterBlock)
            || (_wish.Limits || _clause.Verb == "limit" && !_wish.Groups.Exists(g => g.Strong))
                && group.Act != Act.Block || _wish.Changes && _clause.Lexemes.Any(l =>
                    l.Is(Part.Topic, "source"));
        if (narrows && want.IsEverything && group is { OwnAct: false, Everything: false,
            Sources.Count: > 0 } && _clause.Verb.Length == 0 && !_clause.Lexemes.Any(l =>
                l.Is(Part.Topic, "allow") || l.Is(Part.Topic, "open") || l.Is(Part.Topic, "may")))
        {
            return AskWhat(group);
        }
        if (narrows && (want.Sources.Count > 0 || want.Interface is not null))
        {
            Need(opens: false);
            return _edits.Restrict(want);
        }
        if (group.IsBlock)
        {
            Need(opens: false);
            return _edits.Block(want, group.Act == Act.Reject
                ? FirewallAction.Reject : FirewallAction.Drop);
        }
        if (group.Act == Act.Unblock)
        {
            return _book.Rules.IsDeclared ? _edits.Unblock(want)
                : Reply.Same("No firewall is declared, so nothing is blocked.");
        }
        if (group.Ports.Count == 0 && want.IsForAll)
        {
            return Missing(group);
        }
        if (Undecided(group) is { } undecided)
        {
            return undecided;
        }
        if (Reopened(group, want) is { } reopened)
        {
            return reopened;
        }
        var made = Need(opens: true, want);
        var reply = _edits.Allow(want);
        return made is null ? reply : (reply.Kind == ReplyKind.Done ? reply
            : Reply.Done($"let {want} through the firewall")).With(Risk.High).Note(made);
    }

    /// <summary>Of somebody's address, nobody said what may or may not; null: it was said.
    /// </summary>
    private Reply? Undecided(Group group) => group is { Act: Act.None, Ports.Count: 0,
            Everything: false, Also: false, Only: false, Sources.Count: > 0, Protocols.Count: 0,
            Destinations.Count: 0 } ? AskWhat(group) : null;

    private Reply AskWhat(Group group) => Ask($"What shall {Wording.List(group.Sources)} be let to "
        + "reach, or shall it be shut out?", "ssh", "everything", "block it");

    /// <summary>Somebody is named whose addresses nobody declared; null: nobody is.</summary>
    private Reply? AskWho() => Parties.Of(_clause) is { } party
        ? Ask($"Which addresses has \"{party}\": a network such as 192.168.10.0/24, or is "
            + "everybody meant?", [.. Networks().Take(3), "anywhere"]) : null;

    /// <summary>"Syslog over tcp too": the rule that lets in the same port of the other protocol.
    /// </summary>
    private FirewallRule? Twin(Group group, Want want) => want.IsEverything ? null
        : _book.Rules.Rules.FirstOrDefault(r => r is { Action: FirewallAction.Accept }
            && !r.Sources.IsEmpty && want.Flows.TrueForAll(f => f.Ports.Count > 0
                && f.Protocol != r.Protocol && f.Ports.TrueForAll(r.Ports.Contains)))
        ?? (group is not { Protocols.Count: > 0, Ports.Count: > 0 }
            || group.Ports.Exists(p => p.Gates.IsEmpty) ? null
            : _changes.Meant(group, want with { Flows = [.. group.Ports.Select(p =>
                new Flow(p.Name, p.Gates[0].Protocol, [.. p.Gates.Select(g => g.Ports)
                    .OfType<PortRange>()]))] }).FirstOrDefault());

    /// <summary>Networks that rules name already, the most used first.</summary>
    private IEnumerable<string> Networks() => _book.Rules.Rules.SelectMany(r => r.Sources)
        .Select(PortNames.Text).GroupBy(s => s).OrderByDescending(g => g.Count())
        .Select(g => g.Key);

    /// <summary>Makes the firewall if there is none. To let something in, the rest is dropped, but
    /// for what people use now; to shut something out, the rest passes.</summary>
    private string? Need(bool opens, Want? but = null)
    {
        if (_book.Rules.IsDeclared)
        {
            return null;
        }
        _policies.Create(opens ? FirewallAction.Drop : FirewallAction.Accept, keep: opens, but);
        return opens ? ("There was no firewall: this one drops what else comes in. "
            + _policies.Kept(but)).TrimEnd() : null;
    }

    private Reply Missing(Group group) => group.IsBlock || group.Act == Act.Unblock
        ? Ask($"Which address or port shall be {(group.IsBlock ? "blocked" : "let in again")}?",
            "203.0.113.7", "port 23")
        : Ask("Which port shall be opened, and for whom?", "port 443", "ssh from 10.0.0.0/8");
}
