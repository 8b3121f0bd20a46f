using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What was left out: taken from the wish before, or asked for.</summary>
internal sealed partial class FirewallResolver
{
    /// <summary>"Mqtt should be reachable from outside again": a rule shuts it out on an interface
    /// where people come in; null: none does.</summary>
    private Reply? Reopened(Group group, Want want)
    {
        // "198.51.100.0/24 may come back": what shut them out goes, and nothing more is opened.
        if (want is { IsEverything: true, Direction: PacketDirection.Input } && !group.Everything
            && want.Sources.Count > 0 && _book.Rules.Rules.Any(r => !r.Sources.IsEmpty
                && r.Action != FirewallAction.Accept
                && want.Traffics().All(t => t.With(r) == Overlap.Whole)))
        {
            return _edits.Unblock(want);
        }
        if (!group.Anywhere || want.IsEverything || want.Interface is not null)
        {
            return null;
        }
        var shut = _book.Rules.Rules.Where(r => r is { Direction: PacketDirection.Input,
            Interface: not null, Ports.IsEmpty: false } && r.Action != FirewallAction.Accept
            && r.Sources.IsEmpty && want.Flows.Exists(f => f.Protocol == r.Protocol
                && r.Ports.All(f.Ports.Contains))).ToList();
        if (shut.Count == 0 || _book.Rules.Policy(PacketDirection.Input) != FirewallAction.Accept)
        {
            return null;
        }
        shut.ForEach(r => _book.Remove(r.Name));
        return Reply.Done($"remove the rule{(shut.Count > 1 ? "s" : "")} "
            + Wording.List(shut.Select(r => r.Name))).With(Risk.Medium);
    }

    private Reply Nothing() => _wish.Policy ? Ask("What shall happen to packets that no rule "
            + "matches?", "drop incoming packets by default", "accept incoming packets by default")
        : _wish.OfRules ? Ask("Which rule is meant, and what shall it do?",
            [.. _book.Rules.Rules.Where(r => !r.IsPlumbing()).Take(4).Select(
                r => $"remove rule {r.Name}")])
        : Ask("What shall the firewall let in, or shut out?", "allow ssh from 10.0.0.0/8",
            "block 203.0.113.0/24");

    private Reply Ask(string question, params ReadOnlySpan<string> suggestions) =>
        Reply.Ask(question, [.. suggestions], Fill);

    /// <summary>The answer says what was missing: it joins the groups that wait.</summary>
    private bool Fill(Clause answer)
    {
        if (answer.Attributes.OfType<FirewallAttribute>().FirstOrDefault() is not { } said
            || said.IsReason || said.Groups.Count == 0)
        {
            return false;
        }
        if (_wish.LocksDown)
        {
            foreach (var group in said.Groups.Where(g => g.Act == Act.None))
            {
                group.Act = Act.Allow;
            }
            _wish.Keeps.AddRange(said.Groups.Where(g => g.IsAllow));
            return _wish.Keeps.Count > 0;
        }
        if (_wish.Groups is not [.., var waiting])
        {
            _wish.Groups.AddRange(said.Groups);
            return true;
        }
        var first = said.Groups[0];
        Complete(waiting, first);
        _wish.Groups.AddRange(said.Groups[1..]);
        return waiting.HasOperand;
    }

    private static void Complete(Group waiting, Group answer)
    {
        waiting.Ports = answer.Ports.Count > 0 ? answer.Ports : waiting.Ports;
        waiting.Sources = answer.Sources.Count > 0 ? answer.Sources : waiting.Sources;
        waiting.Rules.AddRange(answer.Rules);
        waiting.Anywhere |= answer.Anywhere;
        waiting.Lan |= answer.Lan;
        waiting.Only |= answer.Only;
        waiting.Everything |= answer.Everything;
        waiting.Refers = false;
        if (waiting.Act == Act.None)
        {
            waiting.Act = answer.Act;
        }
        waiting.Rate ??= answer.Rate;
        waiting.Interface ??= answer.Interface;
    }

    /// <summary>It is not said of what, or of whom; null: it is.</summary>
    private Reply? Incomplete(Group group, Want want)
    {
        if (group.Ports.Count == 0 && !group.HasSource && group.Destinations.Count == 0
            && group.Interface is null && !group.Everything && group.Protocols.Count == 0)
        {
            return Missing(group);
        }
        if (group is { Refers: true, Ports.Count: 0, HasSource: false, Destinations.Count: 0,
            Interface: null } or { Refers: true, Only: true, Ports.Count: 0, Everything: false })
        {
            return Missing(group);
        }
        if (group is { IsBlock: true, Everything: false, Ports.Count: 0, Rules.Count: 0,
            HasSource: true, Strong: false, Direction: null or PacketDirection.Input }
            && Towards() is { } what)
        {
            return Ask($"Which port is {what} on?", "port 8080", "everything");
        }
        if (group is { Else: true, Ports.Count: > 0, HasSource: false })
        {
            return Ask($"Who may still reach {want.What}?", [.. Networks().Take(3)]);
        }
        return null;
    }

    /// <summary>"10.1.2.3 must not get to git": where to, that nobody knows; null: it is not said.
    /// </summary>
    private string? Towards() => Enumerable.Range(1, Math.Max(0, _clause.Count - 1))
        .Where(at => _clause[at].Is(Part.Unknown) && !_clause[at].Corrected
            && _clause.NextBefore(at) is { } before && (before.Is(Part.Topic, "may")
                || before.IsGlue("to")))
        .Select(at => _clause[at].Original).FirstOrDefault();

    /// <summary>What was left out is taken from the wish before.</summary>
    private void Continue()
    {
        var last = _wish.Last ?? _session.LastWishes.SelectMany(w => w.Attributes)
            .OfType<FirewallAttribute>()
            .SelectMany(w => w.Groups.Concat(w.Keeps)).LastOrDefault();
        if (last is null || _wish.Groups is not [var group, ..] || _wish.Enable is not null
            || _wish.LocksDown || _wish.OfRules)
        {
            return;
        }
        if (_clause.Corrects && !group.OwnAct && _wish.Last is null && _session.Before.Count > 0
            && (group.Sources.Count > 0 || group.Ports.Count > 0))
        {
            _session.Draft.Restore(_session.Before.Peek().Files);
        }
        if (group.Act == Act.None || group.Only && !group.OwnAct)
        {
            group.Act = last.Act;
        }
        var refers = group.Refers || !group.OwnAct || group.Only;
        if (group.Ports.Count == 0 && !group.Everything && refers && last.Ports.Count > 0)
        {
            group.Ports = [.. last.Ports];
            if (group.Protocols.Count > 0 && last.Protocols.Count == 0 && group.Sources.Count == 0)
            {
                group.Sources = [.. last.Sources];
                group.Lan |= last.Lan;
            }
        }
        if (!group.HasSource && !group.OwnAct && group.Ports.Count > 0)
        {
            group.Sources = [.. last.Sources];
        }
        if (group.Sources.Count > 0 && !group.OwnAct && group.Ports.Count > 0 && last.IsAllow
            && !last.HasSource && !group.Also && !_clause.Corrects)
        {
            // "Open 1880" – "for 10.1.0.0/16": the first was said too widely.
            group.Only = true;
        }
        if (group is { Refers: true, Ports.Count: 0, HasSource: false })
        {
            group.Sources = [.. last.Sources];
            group.Lan = last.Lan;
            group.Destinations = [.. last.Destinations];
            group.Interface = last.Interface;
        }
        group.Direction ??= last.Direction;
    }
}
