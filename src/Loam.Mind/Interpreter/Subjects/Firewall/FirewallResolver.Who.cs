using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Whom a limit to some ports holds for: one who is named, everybody, or those outside.
/// </summary>
internal sealed partial class FirewallResolver
{
    /// <summary>"From outside only 443": what is open to everybody is shut but for that; what rules
    /// let in from networks they name stays. Null: nothing of the kind is wished, or no rule names
    /// a network.</summary>
    private Reply? FromOutside()
    {
        if (_wish.Groups is not [{ Only: true, Anywhere: true, IsBlock: false, Ports.Count: > 0,
                HasSource: true, Sources.Count: 0, Lan: false, Interface: null, Also: false,
                Direction: null or PacketDirection.Input } only, ..]
            || _wish.Groups.Skip(1).Any(g => !g.IsBlock || g.HasSource)
            || _book.Rules.Policy(PacketDirection.Input) == FirewallAction.Accept
            || !_clause.Lexemes.Any(l => l.Is(Part.Topic, "anywhere") && s_outside.Any(
                w => l.Text.Contains(w, StringComparison.Ordinal))))
        {
            return null;
        }
        (only.Act, only.OwnAct) = (Act.Allow, true);
        if (!_book.Rules.Rules.Any(r => IsOpened(r) && !r.Sources.IsEmpty))
        {
            return null;
        }
        var want = Want(only);
        if (want.Flows.Count == 0)
        {
            return null;
        }
        foreach (var rule in _book.Rules.Rules.Where(r => IsOpened(r) && r.Sources.IsEmpty
            && r is { Interface: null, Ports.IsEmpty: false }).ToList())
        {
            var left = rule.Ports.Where(p => want.Flows.Exists(f => f.Protocol == rule.Protocol
                && f.Ports.Contains(p))).ToList();
            if (left.Count == 0)
            {
                _book.Remove(rule.Name);
            }
            else if (left.Count < rule.Ports.Length)
            {
                _book.SetPorts(rule.Name, left);
            }
        }
        _edits.Allow(want);
        _wish.Groups.Clear();
        return Noted(Reply.Done($"let everybody reach {want} and nothing else").With(Risk.High)
            .Note("What rules let in from networks they name stays."), want);
    }

    private static readonly string[] s_outside =
        ["outside", "internet", "world", "public", "strangers", "outsiders", "the net"];

    private static bool IsOpened(FirewallRule rule) => rule is { Direction: PacketDirection.Input,
        Action: FirewallAction.Accept } && !rule.IsPlumbing();

    private Reply? OfConfined()
    {
        if (Confined() is not { } confined)
        {
            return null;
        }
        Need(opens: false);
        var want = Want(confined);
        return want.Flows.Count == 0 ? Unknown(confined) : Noted(_edits.Confine(want), want);
    }

    /// <summary>"10.0.0.5 may use ssh and nothing else", "block 10.0.0.5 except for ssh": what one
    /// may, and not what the machine lets in.</summary>
    private Group? Confined()
    {
        if (_wish.LocksDown || _wish.Policy || _wish.Enable is not null || _wish.OfRules)
        {
            return null;
        }
        return _wish.Groups switch
        {
            [{ IsBlock: false, SourceFirst: true, Sources.Count: > 0, Ports.Count: > 0 } may,
                { Nothing: true, Ports.Count: 0, HasSource: false }] => may,
            [{ IsBlock: false, Sources.Count: > 0, Ports.Count: > 0 } may, { OfSame: true,
                Ports.Count: 0 }] => may,
            [{ IsBlock: false, OnlyPorts: true, Sources.Count: > 0, Ports.Count: > 0 } may] => may,
            [{ IsBlock: true, Sources.Count: > 0, Ports.Count: 0 } shut,
                { IsAllow: true, Ports.Count: > 0, HasSource: false } spared]
                when spared.SparedFrom == shut => new()
                {
                    Act = Act.Allow, OwnAct = true, Sources = [.. shut.Sources],
                    Ports = [.. spared.Ports],
                },
            _ => null,
        };
    }

    /// <summary>"Students may use jupyter from 10.0.0.0/8, nothing else": may they nothing else, or
    /// does nothing else come in?</summary>
    private Reply? Doubtful() => !_wish.LocksDown && _wish is { Policy: false, Enable: null }
        && _wish.Groups is [{ IsBlock: false, Only: false, SourceFirst: false, Sources.Count: > 0,
            Ports.Count: > 0 } may, { Nothing: true, Ports.Count: 0, HasSource: false }]
        ? Ask($"Shall {Wording.List(may.Sources)} reach nothing but that, or shall nothing else "
            + "come in at all?", $"{may.Sources[0]} may use that and nothing else", "lock it down")
        : null;
}
