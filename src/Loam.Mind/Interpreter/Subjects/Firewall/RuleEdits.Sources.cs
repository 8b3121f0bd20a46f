using System.Net;
using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Wishes about who may: only these, or these again.</summary>
internal sealed partial class RuleEdits
{
    /// <summary>Only these may: they are let in, everybody else is shut out.</summary>
    public Reply Restrict(Want want)
    {
        var all = want with { Sources = [], Interface = null, Rate = null };
        var isSo = want.Traffics().All(book.Rules.IsOpen) && want.Flows.All(f =>
            all.Traffics(f).All(t => book.Rules.Accepting(t).TrueForAll(r => r is not null
                && IsWithin(r, want))));
        if (isSo)
        {
            return Reply.Same($"Only {Wording.List(want.Sources)} can reach "
                + $"{want.What} already.");
        }
        foreach (var flow in want.Flows)
        {
            RestrictFlow(want, all, flow);
        }
        return Reply.Done($"let only {Of(want)} reach {want.What}").With(Risk.Medium);
    }

    /// <summary>These may do this and nothing besides; whatever others may stays.</summary>
    public Reply Confine(Want want)
    {
        var all = want with { Flows = [Flow.All] };
        var who = Wording.List(want.Sources);
        if (want.Traffics().All(book.Rules.IsOpen) && all.Traffics().All(t =>
            book.Rules.Accepting(t).TrueForAll(r => r is not null && want.Flows.Exists(f =>
                r.Protocol == f.Protocol && !r.Ports.IsEmpty && r.Ports.All(p => f.Ports.Exists(
                    w => w.First <= p.First && w.Last >= p.Last))))))
        {
            return Reply.Same($"{who} can reach {want.What} and nothing else already.");
        }
        Close(all, Flow.All, FirewallAction.Drop);
        foreach (var flow in want.Flows.Where(f => !want.Traffics(f).All(book.Rules.IsOpen)))
        {
            book.Insert(FirstHit(want, flow),
                want.Rule(book, flow, FirewallAction.Accept, Name(want, flow, opens: true)));
        }
        return Reply.Done($"let {who} reach {want.What} and nothing else").With(Risk.Medium);
    }

    private static string Of(Want want) => want.Sources.Count == 0 ? $"what comes in on "
        + want.Interface : Wording.List(want.Sources)
            + (want.Interface is null ? "" : $" on {want.Interface}");

    private static bool IsWithin(FirewallRule rule, Want want) =>
        (want.Sources.Count == 0 || (!rule.Sources.IsEmpty && rule.Sources.All(n =>
            want.Sources.Any(s => Traffic.Contains(PortNames.Parsed(s), n)))))
        && (want.Interface is null || rule.Interface == want.Interface);

    private void RestrictFlow(Want want, Want all, Flow flow)
    {
        var rules = book.Rules.Rules.Where(r => r.Action == FirewallAction.Accept
            && r.Direction == want.Direction && !r.IsPlumbing() && r.Protocol == flow.Protocol
            && all.Traffics(flow).Any(t => t.With(r) != Overlap.None)).ToList();
        var kept = rules.Find(r => all.Traffics(flow).Any(t => t.Holds(r))
            && r.Ports.ToHashSet().SetEquals(flow.Ports) && r.Interface == want.Interface);
        var place = rules.Count > 0 ? book.IndexOf(rules[0].Name) : int.MaxValue;
        foreach (var rule in rules.Where(r => r != kept))
        {
            Lose(all, flow, rule);
        }
        if (kept is not null)
        {
            book.SetSources(kept.Name, want.Sources);
        }
        else if (want.Traffics(flow).Any(t => !book.Rules.IsOpen(t))
            || all.Traffics(flow).Any(t => book.Rules.IsOpen(t)))
        {
            RemoveRefusals(want, flow);
            var refusing = want.Traffics(flow).Select(t => book.Rules.Outcomes(t).Last())
                .Where(o => o.Action != FirewallAction.Accept && o.Rule is not null)
                .Select(o => book.IndexOf(o.Rule!.Name)).DefaultIfEmpty(int.MaxValue).Min();
            book.Insert(Math.Min(refusing, Math.Min(place, FirstHit(all, flow))),
                want.Rule(book, flow, FirewallAction.Accept, Name(want, flow, opens: true)));
        }
        ShutOthers(want, all, flow);
    }

    /// <summary>Where others still get through, a rule behind the one that lets in stops them.
    /// </summary>
    private void ShutOthers(Want want, Want all, Flow flow)
    {
        var others = all.Traffics(flow).Any(t => book.Rules.Accepting(t).Exists(r => r is null
            || !IsWithin(r, want)));
        if (!others)
        {
            return;
        }
        var own = book.Rules.Rules.FirstOrDefault(r => r.Action == FirewallAction.Accept
            && want.Traffics(flow).All(t => t.With(r) == Overlap.Whole) && IsWithin(r, want));
        var wide = book.Rules.Rules.FirstOrDefault(r => r.Action == FirewallAction.Accept
            && !r.IsPlumbing() && !IsWithin(r, want)
            && all.Traffics(flow).Any(t => t.With(r) != Overlap.None));
        var at = own is null ? int.MaxValue : book.IndexOf(own.Name) + 1;
        if (own is not null && wide is not null && book.IndexOf(wide.Name) < at)
        {
            at = book.IndexOf(wide.Name);
            book.Move(own.Name, at);
            at++;
        }
        book.Insert(at, all.Rule(book, flow, FirewallAction.Drop,
            $"no-other-{Name(all, flow, opens: true)}") with { Log = false });
    }

    /// <summary>Takes back what shuts out; nothing more is let in than before it was there.
    /// </summary>
    public Reply Unblock(Want want)
    {
        if (!want.IsEverything)
        {
            return Allow(want);
        }
        var found = false;
        foreach (var rule in book.Rules.Rules.Where(r => r.Action != FirewallAction.Accept
            && r.Direction == want.Direction && !r.IsPlumbing()).ToList())
        {
            if (want.Sources.Count > 0 && !rule.Sources.IsEmpty
                && want.Sources.Exists(s => rule.Sources.Any(n =>
                    Traffic.Contains(n, PortNames.Parsed(s))
                    || Traffic.Contains(PortNames.Parsed(s), n))))
            {
                found = true;
                Spare(rule, want);
            }
        }
        return found ? Reply.Done($"no longer block {Wording.List(want.Sources)}")
                .With(Risk.Medium).Note("What else the rules say of it holds again.")
            : Reply.Absent($"No rule blocks {Wording.List(want.Sources)} by its address.");
    }

    /// <summary>The rule without these sources: networks around them are cut.</summary>
    private void Spare(FirewallRule rule, Want want)
    {
        var left = rule.Sources.ToList();
        foreach (var source in want.Sources.Select(PortNames.Parsed))
        {
            left = [.. left.SelectMany(n => Without(n, source))];
        }
        if (left.Count == 0)
        {
            book.Remove(rule.Name);
        }
        else if (left.Count <= 32)
        {
            book.SetSources(rule.Name, [.. left.Select(PortNames.Text)]);
        }
        else
        {
            book.Insert(book.IndexOf(rule.Name), (want with { Flows = [Flow.All] })
                .Rule(book, Flow.All, FirewallAction.Accept, $"from-{want.Sources[0]}"));
        }
    }

    private static IEnumerable<IPNetwork> Without(IPNetwork network, IPNetwork hole)
    {
        if (Traffic.Contains(hole, network))
        {
            yield break;
        }
        if (!Traffic.Contains(network, hole))
        {
            yield return network;
            yield break;
        }
        for (var bits = hole.PrefixLength; bits > network.PrefixLength; bits--)
        {
            var bytes = PortNames.Masked(hole.BaseAddress, bits).BaseAddress.GetAddressBytes();
            bytes[(bits - 1) / 8] ^= (byte)(0x80 >> ((bits - 1) % 8));
            yield return new(new IPAddress(bytes), bits);
        }
    }
}
