using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Changes of rules that are there: named by their names or by what they are about.
/// </summary>
internal sealed class RuleChanges(RuleBook book)
{
    /// <summary>The rules a group names, or those about exactly its ports.</summary>
    public List<FirewallRule> Meant(Group group, Want want)
    {
        var named = group.Rules.Select(book.Named).OfType<FirewallRule>().ToList();
        if (named.Count > 0 || want.IsEverything && want.Sources.Count == 0)
        {
            return named;
        }
        var rules = book.Rules.Rules.Where(r => !r.IsPlumbing()).ToList();
        var about = rules.Where(r => group.Ports.Exists(p => p.Name == r.Name)).ToList();
        about = about.Count > 0 ? about : [.. rules.Where(r => r.Direction == want.Direction
            && !(want.IsEverything && r.Sources.IsEmpty)
            && want.Traffics().Any(t => t.With(r) == Overlap.Whole
                || (t with { Source = null }).With(r) == Overlap.Whole
                || want.Flows.Exists(f => f.Protocol == r.Protocol && f.Ports.Count > 0
                    && r.Ports.Intersect(f.Ports).Any())))];
        var narrow = about.Where(r => !r.Ports.IsEmpty).ToList();
        return narrow.Count > 0 && !want.IsEverything ? narrow : about;
    }

    public Reply Remove(Group group, Want want)
    {
        var rules = Meant(group, want);
        if (rules.Count == 0)
        {
            return Reply.Absent(want.IsEverything ? "There is no such rule."
                : $"There is no rule about {want}.");
        }
        if (want.Sources.Count > 0 && !want.IsEverything | group.Rules.Count > 0
            && rules.Exists(r => r.Sources.Any(n => want.Sources.Contains(PortNames.Text(n)))))
        {
            return Narrow(rules, want);
        }
        var done = new List<string>();
        foreach (var rule in rules)
        {
            var part = group.Rules.Count == 0 && rule.Ports.Length > 1 ? rule.Ports.Where(p =>
                !want.Flows.Exists(f => f.Ports.Contains(p))).ToList() : [];
            if (part.Count > 0)
            {
                book.SetPorts(rule.Name, part);
                done.Add($"take {Wording.List(rule.Ports.Except(part).Select(PortNames.Text))} "
                    + $"out of rule {rule.Name}");
                continue;
            }
            book.Remove(rule.Name);
        }
        var gone = rules.Where(r => book.Named(r.Name) is null).Select(r => r.Name).ToList();
        if (gone.Count > 0)
        {
            done.Insert(0, $"remove the rule{(gone.Count > 1 ? "s" : "")} {Wording.List(gone)}");
        }
        return Reply.Done(Wording.List(done)).With(Risk.Medium);
    }

    /// <summary>"8081 should not be in the intranet rule": some of its ports go; null: those
    /// are all, or none.</summary>
    public Reply? Drop(Group group, Want want)
    {
        var ports = want.Flows.SelectMany(f => f.Ports).ToList();
        var rule = group.Rules.Select(book.Named).OfType<FirewallRule>().FirstOrDefault();
        var left = rule?.Ports.Except(ports).ToList() ?? [];
        if (rule is { Action: FirewallAction.Accept, Ports.Length: > 0 }
            && group is { OwnAct: true, IsBlock: true } && left.Count == rule.Ports.Length)
        {
            return Reply.Same($"Rule {rule.Name} is not about "
                + $"{Wording.List(ports.Select(PortNames.Text))}.");
        }
        if (rule is null || left.Count == 0 || left.Count == rule.Ports.Length)
        {
            return null;
        }
        book.SetPorts(rule.Name, left);
        return Reply.Done($"take {Wording.List(ports.Select(PortNames.Text))} out of rule "
            + rule.Name).With(Risk.Medium);
    }

    /// <summary>"Take 10.8.0.0/24 out of the ssh rule".</summary>
    private Reply Narrow(List<FirewallRule> rules, Want want)
    {
        foreach (var rule in rules)
        {
            var left = rule.Sources.Select(PortNames.Text).Except(want.Sources).ToList();
            if (left.Count == 0)
            {
                book.Remove(rule.Name);
            }
            else if (left.Count < rule.Sources.Length)
            {
                book.SetSources(rule.Name, left);
            }
        }
        return Reply.Done($"take {Wording.List(want.Sources)} out of rule "
            + Wording.List(rules.Select(r => r.Name))).With(Risk.Medium);
    }

    public Reply Rename(FirewallRule rule, string name)
    {
        var free = book.Free(name);
        book.SetField(rule.Name, "name", EditValue.Of(free));
        return Reply.Done($"call rule {rule.Name} {free}").With(Risk.Medium);
    }

    /// <summary>Values of a named rule: ports, sources, action, rate, log.</summary>
    public Reply? Change(FirewallRule rule, Group group, Want want)
    {
        if (group.Act == Act.Unblock && rule.Action != FirewallAction.Accept)
        {
            book.Remove(rule.Name);
            return Reply.Done($"remove the rule {rule.Name}").With(Risk.Medium);
        }
        var done = new List<string>();
        var ports = want.Flows.SelectMany(f => f.Ports).ToList();
        if (ports.Count > 0 && rule.Protocol is PacketProtocol.Tcp or PacketProtocol.Udp)
        {
            var all = group.Also ? [.. rule.Ports.Concat(ports).Distinct()]
                : Stretched(rule, group, ports) is { } range ? [range] : ports;
            if (!all.SequenceEqual(rule.Ports))
            {
                book.SetPorts(rule.Name, all);
                done.Add($"set the port{(all.Count > 1 ? "s" : "")} of rule {rule.Name} to "
                    + Wording.List(all.Select(PortNames.Text)));
            }
        }
        done.AddRange(Places(rule, group, want));
        if (group.Interface is { } device && device != rule.Interface)
        {
            book.SetField(rule.Name, "interface", EditValue.Of(device));
            done.Add($"let rule {rule.Name} be about {device}");
        }
        var action = group.Act switch
        {
            Act.Allow => FirewallAction.Accept,
            Act.Block => FirewallAction.Drop,
            Act.Reject => FirewallAction.Reject,
            _ => rule.Action,
        };
        if (group.OwnAct && action != rule.Action && !(group.Log is not null
            && rule.Action != FirewallAction.Accept && action != FirewallAction.Accept))
        {
            book.SetField(rule.Name, "action", EditValue.Of(
                action.ToString().ToLowerInvariant()));
            done.Add($"let rule {rule.Name} {action.ToString().ToLowerInvariant()}");
        }
        if (group.Log is { } log && log != rule.Log)
        {
            book.SetField(rule.Name, "log", EditValue.Of(log));
            done.Add(log ? $"log what rule {rule.Name} matches"
                : $"no longer log what rule {rule.Name} matches");
        }
        if (group.Rate is { } rate && rate != rule.Rate)
        {
            book.SetField(rule.Name, "rate", EditValue.Of(rate));
            done.Add($"limit rule {rule.Name} to {rate}");
        }
        return done.Count > 0 ? Reply.Done(Wording.List(done)).With(Risk.Medium)
            : Says(group, want) ? Reply.Same($"Rule {rule.Name} is like that already.") : null;
    }

    /// <summary>Where packets come from; of a rule about what goes out, where they go.</summary>
    private List<string> Places(FirewallRule rule, Group group, Want want)
    {
        var changed = new List<string>();
        if (group is { Anywhere: true, IsAllow: true } && !rule.Sources.IsEmpty
            && rule.Action == FirewallAction.Accept && want.Sources.Count == 0)
        {
            book.RemoveField(rule.Name, "source");
            changed.Add($"let rule {rule.Name} be about everybody");
        }
        if (want.Sources.Count > 0 && rule.Direction == PacketDirection.Output)
        {
            // "Out-https only to 10.40.0.0/16": where it goes.
            var old = rule.Destinations.Select(PortNames.Text).ToList();
            List<string> all = group.Only || !group.Also && !group.OwnAct ? [.. want.Sources]
                : [.. old.Concat(want.Sources).Distinct()];
            if (!all.SequenceEqual(old))
            {
                book.SetField(rule.Name, "destination", all.Count == 1 ? EditValue.Of(all[0])
                    : EditValue.List([.. all.Select(EditValue.Of)]));
                changed.Add($"let rule {rule.Name} be about {Wording.List(all)}");
            }
        }
        else if (want.Sources.Count > 0)
        {
            var old = rule.Sources.Select(PortNames.Text).ToList();
            var adds = group.Also || group is { OwnAct: true, IsAllow: true, Only: false }
                && rule.Action == FirewallAction.Accept && old.Count > 0;
            var all = adds ? [.. old.Concat(want.Sources).Distinct()] : want.Sources;
            if (!all.SequenceEqual(old))
            {
                book.SetSources(rule.Name, all);
                changed.Add($"let rule {rule.Name} be about {Wording.List(all)}");
            }
        }
        return changed;
    }

    /// <summary>"Stretch it to 8200": the end of a range that is nearer, or the one that was said;
    /// null: no range is to become another.</summary>
    private static PortRange? Stretched(FirewallRule rule, Group group, List<PortRange> ports)
    {
        if (rule.Ports is not [var old] || old.First == old.Last || ports is not [var port]
            || port.First != port.Last || group.Only)
        {
            return null;
        }
        var begins = port.First < old.First || group.Begins && port.First < old.Last;
        return begins ? old with { First = port.First }
            : port.First > old.First ? old with { Last = port.First } : null;
    }

    private static bool Says(Group group, Want want) => want.Flows.Exists(f => f.Ports.Count > 0)
        || want.Sources.Count > 0 || group.OwnAct || group.Interface is not null
        || group.Log is not null || group.Rate is not null;

    public Reply Move(string rule, Move move)
    {
        var at = move.Other is { } other ? book.IndexOf(other) + (move.Above ? 0 : 1)
            : move.Above ? book.Rules.Rules.TakeWhile(r => r.IsPlumbing()).Count()
            : book.Rules.Rules.Length;
        var from = book.IndexOf(rule);
        var place = move.Other is null ? move.Above ? "to the top" : "to the end"
            : $"{(move.Above ? "above" : "below")} {move.Other}";
        var same = move.Other is { } o ? move.Above ? from < book.IndexOf(o)
            : from > book.IndexOf(o) : at == from || at == from + 1;
        if (same)
        {
            return Reply.Same($"Rule {rule} stands there already; the first rule that matches "
                + "decides.");
        }
        book.Move(rule, at);
        return Reply.Done($"move rule {rule} {place}").With(Risk.Medium);
    }

    /// <summary>At most so many new connections in a time.</summary>
    public Reply Limit(Want want)
    {
        var replies = new List<string>();
        foreach (var flow in want.Flows)
        {
            var rule = book.Rules.Rules.FirstOrDefault(r => r.Action == FirewallAction.Accept
                && r.Direction == want.Direction && !r.IsPlumbing()
                && (want with { Sources = [] }).Traffics(flow).All(t =>
                    t.With(r) != Overlap.None) && r.Protocol == flow.Protocol);
            if (rule?.Rate == want.Rate && rule is not null)
            {
                continue;
            }
            replies.Add($"limit {flow} to {want.Rate!.Replace("/", " new connections a ",
                StringComparison.Ordinal)}");
            LimitFlow(want, flow, rule);
        }
        return replies.Count == 0 ? Reply.Same($"{want.What} has that limit already.")
            : Reply.Done(Wording.List(replies)).With(Risk.Medium);
    }

    private void LimitFlow(Want want, Flow flow, FirewallRule? rule)
    {
        if (rule is not null && rule.Ports.ToHashSet().IsSubsetOf(flow.Ports))
        {
            book.SetField(rule.Name, "rate", EditValue.Of(want.Rate!));
            return;
        }
        var fresh = want.Rule(book, flow, FirewallAction.Accept, flow.Name.Length > 0
            ? flow.Name : flow.Ports.Count > 0 ? $"port-{PortNames.Text(flow.Ports[0])}" : "all");
        if (rule is not null)
        {
            fresh = fresh with { Sources = [.. rule.Sources.Select(PortNames.Text)] };
            var at = book.IndexOf(rule.Name);
            var left = rule.Ports.Except(flow.Ports).ToList();
            if (left.Count < rule.Ports.Length)
            {
                book.SetPorts(rule.Name, left);
            }
            book.Insert(at, fresh);
        }
        else
        {
            book.Insert(int.MaxValue, fresh);
        }
        // What is beyond the rate must not be let in by what follows.
        if (want.Traffics(flow).Any(t => book.Rules.Rules.Any(r => r.Rate is null
                && r.Action == FirewallAction.Accept && !r.IsPlumbing()
                && t.With(r) != Overlap.None))
            || book.Rules.Policy(want.Direction) == FirewallAction.Accept)
        {
            book.Insert(book.IndexOf(fresh.Name) + 1, fresh with
            {
                Name = book.Free($"{fresh.Name}-beyond"),
                Action = FirewallAction.Drop,
                Rate = null,
            });
        }
    }

    /// <summary>What is refused is written to the log, or no longer is.</summary>
    public Reply LogRefused(bool log)
    {
        var rules = book.Rules.Rules.Where(r => r.Action != FirewallAction.Accept
            && r.Log != log).ToList();
        foreach (var rule in rules)
        {
            book.SetField(rule.Name, "log", EditValue.Of(log));
        }
        var last = log && book.Rules.InputPolicy != FirewallAction.Accept
            && !book.Rules.Rules.Any(r => r.Action != FirewallAction.Accept && r.Log
                && new Traffic(PacketDirection.Input).With(r) == Overlap.Whole);
        if (last)
        {
            book.Insert(int.MaxValue, new(book.Free("log-dropped"), FirewallAction.Drop)
            {
                Log = true,
            });
        }
        return rules.Count == 0 && !last
            ? Reply.Same(log ? "What is dropped is logged already." : "Nothing dropped is logged.")
            : Reply.Done(log ? "log every packet that is dropped" : "no longer log what is dropped")
                .With(Risk.Medium);
    }
}
