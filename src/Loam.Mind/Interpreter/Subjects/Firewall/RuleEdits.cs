using System.Net;
using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Letting traffic pass and shutting it out, with as few edits of the rules as will do.
/// What is so already is found by asking the rules, not by comparing texts.</summary>
internal sealed partial class RuleEdits(RuleBook book)
{
    public Reply Allow(Want want)
    {
        var closed = want.Flows.Where(f => want.Traffics(f).Any(t => !book.Rules.IsOpen(t)))
            .ToList();
        if (closed.Count == 0)
        {
            return Reply.Same($"The firewall already lets {want} pass.");
        }
        foreach (var flow in closed)
        {
            Open(want, flow);
        }
        return Reply.Done($"let {(want with { Flows = closed })} through the firewall")
            .With(Exposed(want));
    }

    private void Open(Want want, Flow flow)
    {
        RemoveRefusals(want, flow);
        if (want.Traffics(flow).All(book.Rules.IsOpen))
        {
            return;
        }
        if (want is { IsForAll: true, Rate: null } && Twin(want, flow) is { } narrow)
        {
            book.SetSources(narrow.Name, []);
            if (want.Traffics(flow).All(book.Rules.IsOpen))
            {
                return;
            }
        }
        if (Joins(want, flow) is { } rule)
        {
            var networks = rule.Sources.Select(PortNames.Text).Concat(want.Sources).Distinct();
            book.SetSources(rule.Name, [.. networks]);
            if (want.Traffics(flow).All(book.Rules.IsOpen))
            {
                return;
            }
        }
        var covering = want.Traffics(flow).Select(t => book.Rules.Outcomes(t).Last())
            .Where(o => o.Action != FirewallAction.Accept && o.Rule is not null)
            .Select(o => book.IndexOf(o.Rule!.Name)).DefaultIfEmpty(int.MaxValue).Min();
        book.Insert(covering, want.Rule(book, flow, FirewallAction.Accept,
            Name(want, flow, opens: true)));
    }

    /// <summary>Rules that refuse exactly what is wished go, or lose it.</summary>
    private void RemoveRefusals(Want want, Flow flow)
    {
        foreach (var rule in book.Rules.Rules.Where(r => r.Action != FirewallAction.Accept
            && !r.IsPlumbing()).ToList())
        {
            if (Touched(want, flow, rule))
            {
                Lose(want, flow, rule);
            }
        }
    }

    private static bool Touched(Want want, Flow flow, FirewallRule rule) =>
        want.Traffics(flow).Any(t => t.With(rule) == Overlap.Whole);

    /// <summary>Takes the flow out of a rule that says nothing beyond the wished sources; false:
    /// the rule is about more.</summary>
    private bool Lose(Want want, Flow flow, FirewallRule rule)
    {
        if (rule.Protocol != flow.Protocol && flow.Protocol is not null)
        {
            return false;
        }
        var bySource = want.Sources.Count > 0 && !rule.Sources.IsEmpty;
        var leftSources = bySource ? rule.Sources.Where(n => !want.Sources.Any(s =>
            Traffic.Contains(PortNames.Parsed(s), n))).ToList() : [];
        if ((want.Sources.Count > 0 && (rule.Sources.IsEmpty
                || leftSources.Count == rule.Sources.Length))
            || want.Interface != rule.Interface && want.Interface is not null
            || want.Destinations.Count > 0 && rule.Destinations.IsEmpty)
        {
            return false;
        }
        var leftPorts = flow.Ports.Count == 0 ? [] : rule.Ports.Where(p => !flow.Ports.Any(w =>
            w.First <= p.First && w.Last >= p.Last)).ToList();
        if (flow.Ports.Count > 0 && (rule.Ports.IsEmpty || leftPorts.Count == rule.Ports.Length))
        {
            return false;
        }
        if (leftPorts.Count > 0 && leftSources.Count > 0)
        {
            return false;
        }
        if (leftPorts.Count > 0)
        {
            book.SetPorts(rule.Name, leftPorts);
        }
        else if (leftSources.Count > 0)
        {
            book.SetSources(rule.Name, [.. leftSources.Select(PortNames.Text)]);
        }
        else
        {
            book.Remove(rule.Name);
        }
        return true;
    }

    /// <summary>A rule that already lets others reach just the same.</summary>
    private FirewallRule? Joins(Want want, Flow flow) => want is { Sources.Count: > 0, Rate: null,
        Destinations.Count: 0, Name: null } ? Twin(want, flow) : null;

    private FirewallRule? Twin(Want want, Flow flow) => flow.Protocol is not null
        ? book.Rules.Rules.FirstOrDefault(r => r.Action == FirewallAction.Accept
            && r.Direction == want.Direction && r.Protocol == flow.Protocol && !r.IsPlumbing()
            && !r.Sources.IsEmpty && r.Destinations.IsEmpty && r.Interface == want.Interface
            && r.Ports.ToHashSet().SetEquals(flow.Ports)) : null;

    public Reply Block(Want want, FirewallAction action)
    {
        var open = want.Flows.Where(f => want.Traffics(f).Any(t => !book.Rules.IsClosed(t)))
            .ToList();
        if (open.Count == 0)
        {
            return SameBlocked(want, action);
        }
        foreach (var flow in open)
        {
            Close(want, flow, action);
        }
        var word = action == FirewallAction.Reject ? "reject" : "block";
        return Reply.Done($"{word} {(want with { Flows = open })}").With(Risk.Medium);
    }

    /// <summary>It is shut out; only how may still change.</summary>
    private Reply SameBlocked(Want want, FirewallAction action)
    {
        if (want.Log == true && Logging(want, action) is { } logged)
        {
            return logged;
        }
        var rules = want.Traffics().SelectMany(t => book.Rules.Outcomes(t)).ToList();
        if (action == FirewallAction.Reject
            && rules.Exists(o => o.Action == FirewallAction.Drop))
        {
            foreach (var flow in want.Flows)
            {
                Refuse(want, flow, action);
            }
            return Reply.Done($"reject {want} instead of dropping it").With(Risk.Medium);
        }
        var by = rules.Select(o => o.Rule).OfType<FirewallRule>().Select(r => r.Name).Distinct()
            .ToList();
        return Reply.Same($"The firewall already blocks {want}"
            + (by.Count > 0 ? $" (rule {Wording.List(by)})." : ": no rule lets it pass."));
    }

    /// <summary>It is shut out, and shall be written down too; null: it is.</summary>
    private Reply? Logging(Want want, FirewallAction action)
    {
        var done = false;
        foreach (var flow in want.Flows)
        {
            var rule = book.Rules.Rules.FirstOrDefault(r => r.Action != FirewallAction.Accept
                && want.Traffics(flow).All(t => t.With(r) == Overlap.Whole && t.Holds(r)));
            if (rule is { Log: true })
            {
                continue;
            }
            done = true;
            if (rule is not null)
            {
                book.SetField(rule.Name, "log", Core.StateFiles.Editing.EditValue.Of(true));
                continue;
            }
            book.Insert(FirstHit(want, flow),
                want.Rule(book, flow, action, Name(want, flow, false)));
        }
        return done ? Reply.Done($"block {want} and log it").With(Risk.Medium) : null;
    }

    private void Refuse(Want want, Flow flow, FirewallAction action)
    {
        var rule = book.Rules.Rules.FirstOrDefault(r => r.Action == FirewallAction.Drop
            && want.Traffics(flow).All(t => t.With(r) == Overlap.Whole && t.Holds(r)));
        if (rule is not null)
        {
            book.SetField(rule.Name, "action", Core.StateFiles.Editing.EditValue.Of("reject"));
            return;
        }
        book.Insert(FirstHit(want, flow), want.Rule(book, flow, action, Name(want, flow, false)));
    }

    private void Close(Want want, Flow flow, FirewallAction action)
    {
        // A port nobody shall reach needs no rule; networks that are shut out do.
        if (flow.Protocol is not null && want.Rate is null && action == FirewallAction.Drop)
        {
            foreach (var rule in book.Rules.Rules.Where(r => r.Action == FirewallAction.Accept
                && !r.IsPlumbing() && want.Traffics(flow).Any(t => t.With(r) != Overlap.None))
                .ToList())
            {
                Lose(want, flow, rule);
            }
        }
        if (want.Traffics(flow).All(book.Rules.IsClosed))
        {
            return;
        }
        book.Insert(FirstHit(want, flow), want.Rule(book, flow, action, Name(want, flow, false)));
    }

    /// <summary>Before the first rule that would decide about the traffic; behind loopback and
    /// connections that stand.</summary>
    private int FirstHit(Want want, Flow flow)
    {
        var rules = book.Rules.Rules;
        for (var at = 0; at < rules.Length; at++)
        {
            if (!rules[at].IsPlumbing()
                && want.Traffics(flow).Any(t => t.With(rules[at]) != Overlap.None))
            {
                return at;
            }
        }
        return int.MaxValue;
    }

    /// <summary>Doors that should not stand open to everybody.</summary>
    private static Risk Exposed(Want want) => want.Direction == PacketDirection.Input
        && want.IsForAll && (want.IsEverything || want.Flows.Exists(f => f.Ports.Exists(p =>
            s_delicate.Any(d => p.Contains(d))))) ? Risk.High : Risk.Medium;

    private static readonly int[] s_delicate =
        [23, 139, 445, 1433, 2375, 3306, 3389, 5432, 5900, 6379, 9200, 11211, 27017];

    private static string Name(Want want, Flow flow, bool opens)
    {
        var what = flow.Name.Length > 0 ? flow.Name
            : flow.Protocol == PacketProtocol.Icmp ? "ping"
            : flow.Ports.Count == 0 ? ""
            : flow.Ports is [var only] && only.First == only.Last
                && PortNames.NameOf(flow.Protocol!.Value, only.First) is { } known ? known
            : (flow.Ports is [{ } one] && one.First == one.Last ? "port-" : "ports-")
                + string.Join('-', flow.Ports.Take(3).Select(PortNames.Text));
        var other = what.Length > 0 ? "" : want.Sources.Count > 0 ? want.Sources[0]
            : want.Destinations.Count > 0 ? $"to-{want.Destinations[0]}"
            : want.Interface ?? "everything";
        var way = want.Direction switch
        {
            PacketDirection.Output => "-out",
            PacketDirection.Forward => "-forward",
            _ => "",
        };
        if (what.Length == 0)
        {
            return (opens ? "from-" : "block-") + other + way;
        }
        return (opens ? "" : want.Sources.Count > 0 ? $"{what}-not-{want.Sources[0]}" : "no-")
            + (opens || want.Sources.Count == 0 ? what : "") + way;
    }
}
