using System.Collections.Immutable;
using System.Net;
using Loam.Core.Firewall;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

internal enum Overlap { None, Part, Whole }

/// <summary>New connections of one kind. What is null stands for all there is of it.</summary>
internal sealed record Traffic(PacketDirection Direction)
{
    public PacketProtocol? Protocol { get; init; }
    public PortRange? Ports { get; init; }
    public IPNetwork? Source { get; init; }
    public IPNetwork? Destination { get; init; }
    public string? Interface { get; init; }

    /// <summary>How much of it a rule decides about.</summary>
    public Overlap With(FirewallRule rule)
    {
        if (rule.Direction != Direction
            || (rule.States != ConnectionStates.None && (rule.States & ConnectionStates.New) == 0)
            || (rule.Rate is not null && rule.Action != FirewallAction.Accept))
        {
            return Overlap.None;
        }
        return Least(OfProtocol(rule), OfPorts(rule), Of(rule.Sources, Source),
            Of(rule.Destinations, Destination), OfInterface(rule));
    }

    /// <summary>The rule decides about nothing beyond this traffic.</summary>
    public bool Holds(FirewallRule rule) => rule.Direction == Direction
        && (Protocol is null || rule.Protocol == Protocol)
        && (Ports is not { } ports || (!rule.Ports.IsEmpty
            && rule.Ports.All(p => p.First >= ports.First && p.Last <= ports.Last)))
        && Within(rule.Sources, Source) && Within(rule.Destinations, Destination)
        && (Interface is null || rule.Interface == Interface);

    private static bool Within(ImmutableArray<IPNetwork> rule, IPNetwork? mine) => mine is not { } m
        || (!rule.IsEmpty && rule.All(n => Contains(m, n)));

    private Overlap OfProtocol(FirewallRule rule) => rule.Protocol is null
        || rule.Protocol == Protocol ? Overlap.Whole
        : Protocol is null ? Overlap.Part : Overlap.None;

    private Overlap OfPorts(FirewallRule rule)
    {
        if (rule.Ports.IsEmpty)
        {
            return Overlap.Whole;
        }
        if (Ports is not { } mine)
        {
            return Overlap.Part;
        }
        return rule.Ports.Any(p => p.First <= mine.First && p.Last >= mine.Last) ? Overlap.Whole
            : rule.Ports.Any(p => p.First <= mine.Last && p.Last >= mine.First) ? Overlap.Part
            : Overlap.None;
    }

    private static Overlap Of(ImmutableArray<IPNetwork> networks, IPNetwork? mine)
    {
        if (networks.IsEmpty)
        {
            return Overlap.Whole;
        }
        if (mine is not { } network)
        {
            return Overlap.Part;
        }
        return networks.Any(n => Contains(n, network)) ? Overlap.Whole
            : networks.Any(n => Contains(network, n)) ? Overlap.Part : Overlap.None;
    }

    private Overlap OfInterface(FirewallRule rule) => rule.Interface is null
        || rule.Interface == Interface ? Overlap.Whole
        : Interface is null && rule.Interface != "lo" ? Overlap.Part : Overlap.None;

    private static Overlap Least(params ReadOnlySpan<Overlap> all)
    {
        var least = Overlap.Whole;
        foreach (var one in all)
        {
            least = one < least ? one : least;
        }
        return least;
    }

    public static bool Contains(IPNetwork outer, IPNetwork inner) =>
        outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily
        && outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);
}

/// <summary>What rules do with traffic, in the order they are asked.</summary>
internal static class Judging
{
    /// <summary>The rules that decide about some of it up to the one that decides about all that
    /// is left; a null rule is the policy.</summary>
    public static IEnumerable<(FirewallRule? Rule, FirewallAction Action, Overlap Part)> Outcomes(
        this FirewallRules rules, Traffic traffic)
    {
        if (rules is { IsDeclared: true, IsEnabled: true })
        {
            foreach (var rule in rules.Rules)
            {
                var part = traffic.With(rule);
                if (part != Overlap.None)
                {
                    yield return (rule, rule.Action, part);
                }
                if (part == Overlap.Whole)
                {
                    yield break;
                }
            }
            yield return (null, rules.Policy(traffic.Direction), Overlap.Whole);
            yield break;
        }
        yield return (null, FirewallAction.Accept, Overlap.Whole);
    }

    public static FirewallAction Policy(this FirewallRules rules, PacketDirection direction) =>
        !rules.IsDeclared || !rules.IsEnabled ? FirewallAction.Accept : direction switch
        {
            PacketDirection.Input => rules.InputPolicy,
            PacketDirection.Output => rules.OutputPolicy,
            _ => rules.ForwardPolicy,
        };

    /// <summary>It passes, apart from what narrower rules take out.</summary>
    public static bool IsOpen(this FirewallRules rules, Traffic traffic) =>
        rules.Outcomes(traffic).Last().Action == FirewallAction.Accept;

    /// <summary>None of it passes.</summary>
    public static bool IsClosed(this FirewallRules rules, Traffic traffic) =>
        rules.Outcomes(traffic).All(o => o.Action != FirewallAction.Accept);

    /// <summary>Rules that let some of it pass; a null is the policy.</summary>
    public static List<FirewallRule?> Accepting(this FirewallRules rules, Traffic traffic) =>
        [.. rules.Outcomes(traffic).Where(o => o.Action == FirewallAction.Accept)
            .Select(o => o.Rule)];

    /// <summary>Loopback, and connections that stand: no business of wishes about ports.</summary>
    public static bool IsPlumbing(this FirewallRule rule) => rule.Interface == "lo"
        || (rule.States != ConnectionStates.None && (rule.States & ConnectionStates.New) == 0);
}
