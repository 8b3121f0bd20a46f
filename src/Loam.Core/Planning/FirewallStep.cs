using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Approving;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>The one step of the firewall: a table replaced by another, as a whole.</summary>
internal static class FirewallStep
{
    private const int MostPassages = 12;

    public static void Add(PlanDraft draft)
    {
        var (before, after) = (draft.Before.Firewall, draft.After.Firewall);
        var (id, seen) = (ResourceId.Firewall, draft.Observed.Firewall);
        // A firewall that nobody declares is nobody's business (decision 1), unless we made it.
        if (!draft.IsInScope(id) || (!after.IsDeclared && !before.IsDeclared && seen is null))
        {
            return;
        }
        var (old, wanted) = (draft.Before.FirewallTable, draft.After.FirewallTable);
        var isTrue = wanted is null ? seen is null
            : seen is { IsIntact: true } && seen.Digest == wanted.Digest;
        if (isTrue && !draft.Changes.ContainsKey(id))
        {
            return;
        }
        ImmutableArray<PlannedAction> actions = isTrue ? [] :
            [new(ActionKind.SetFirewall, FirewallTable.Name) { Firewall = new(old, wanted) }];
        var verb = wanted is null ? Verb.Delete : seen is null ? Verb.Create : Verb.Update;
        draft.Add(Brief(draft.ChangeOf(id)), verb, Way.InPlace, TimeSpan.Zero, actions, [],
            RiskOf(after, wanted, draft.Context.Access),
            [.. isTrue ? [] : Passages(draft), .. Return(after, draft.Context.Access)]);
    }

    /// <summary>A firewall may have a thousand rules, and they stand in the action already.
    /// </summary>
    private static ResourceChange Brief(ResourceChange change) => change with
    {
        Before = change.Before is { } before ? Digests.Of(before) : null,
        After = change.After is { } after ? Digests.Of(after) : null,
    };

    /// <summary>Another firewall is declared.</summary>
    public static bool Changes(DesiredState before, DesiredState after) =>
        before.Resources.GetValueOrDefault(ResourceId.Firewall)?.Spec.Canonical()
            != after.Resources.GetValueOrDefault(ResourceId.Firewall)?.Spec.Canonical();

    public static string Sentence(Step step) => step switch
    {
        { Actions.IsEmpty: true } => "record the firewall",
        { Verb: Verb.Delete } => "take the firewall away",
        { Verb: Verb.Create } => "put up the firewall",
        _ => "change the firewall",
    };

    private static Risk RiskOf(FirewallRules after, FirewallTable? wanted, Access? access)
    {
        if (access is not null && !LetsIn(after, access, ConnectionStates.New))
        {
            return Risk.Critical;
        }
        return wanted is null ? Risk.High : Risk.Medium;
    }

    /// <summary>What becomes open and what closes, port by port.</summary>
    private static IEnumerable<string> Passages(PlanDraft draft)
    {
        var (before, after) = (draft.Before.Firewall, draft.After.Firewall);
        var behind = Behind(draft);
        var ssh = draft.Context.Access is { } access
            ? [Passage.Of(access.LocalPort, "tcp")] : ImmutableArray<Passage>.Empty;
        var (then, now) = (new Doors(before), new Doors(after));
        var all = Doors.Passages(behind.Keys.Concat(ssh), before, after)
            .Select(p => (Port: p, Was: then.To(p), Will: now.To(p)))
            .Where(p => !p.Was.IsLike(p.Will)).ToList();
        var rest = all.Where(p => p.Port.Ports is null && p.Port.Protocol != PacketProtocol.Icmp)
            .ToList();
        var alike = rest is [var tcp, var udp]
            && tcp.Was.To(tcp.Will) == udp.Was.To(udp.Will);
        if (alike)
        {
            all.Remove(rest[1]);
        }
        foreach (var (port, was, will) in all.Take(MostPassages))
        {
            var what = behind.TryGetValue(port, out var owner) ? $"{port} ({owner})"
                : alike && port == rest[0].Port ? "every other port" : $"{port}";
            yield return $"{what}: {was.To(will)}";
        }
        if (all.Count > MostPassages)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"and {all.Count - MostPassages} more ports: `loam firewall explain` knows them");
        }
        foreach (var line in Otherwise(before, after))
        {
            yield return line;
        }
    }

    /// <summary>What changes for packets that go out or pass through.</summary>
    private static IEnumerable<string> Otherwise(FirewallRules before, FirewallRules after)
    {
        foreach (var (direction, words) in ((PacketDirection, string)[])
            [(PacketDirection.Output, "what goes out"),
             (PacketDirection.Forward, "what passes through")])
        {
            var (was, will) = (PolicyIn(before, direction), PolicyIn(after, direction));
            if (was != will)
            {
                yield return $"{words}: {was} → {will}, unless a rule says otherwise";
            }
            else if (Texts(before, direction) != Texts(after, direction))
            {
                yield return $"{words}: other rules";
            }
        }
    }

    private static string PolicyIn(FirewallRules rules, PacketDirection direction) =>
        !rules.IsDeclared || !rules.IsEnabled || rules.PolicyOf(direction) == FirewallAction.Accept
            ? "accepted" : "dropped";

    /// <summary>The rules of one direction, as the kernel gets them.</summary>
    private static string Texts(FirewallRules rules, PacketDirection direction)
    {
        var some = rules.Rules.Where(r => r.Direction == direction).ToImmutableArray();
        return some.IsEmpty ? "" : FirewallTable.Of(rules with { Rules = some })?.Digest ?? "";
    }

    /// <summary>The service or program behind a port.</summary>
    private static Dictionary<Passage, string> Behind(PlanDraft draft) =>
        draft.After.Services.Values.Where(s => s.Replicas > 0)
            .SelectMany(s => s.Ports.Where(p => p.Host is not null)
                .Select(p => (Port: Passage.Of(p.Host!.Value, p.Protocol), What: s.Name)))
            .Concat(draft.Observed.Listening.Select(
                l => (Port: Passage.Of(l.Number, l.Protocol), What: l.Program ?? "a program")))
            .DistinctBy(p => p.Port).ToDictionary(p => p.Port, p => p.What);

    /// <summary>What becomes of the approver's own way in.</summary>
    private static IEnumerable<string> Return(FirewallRules after, Access? access)
    {
        if (access is null)
        {
            yield break;
        }
        var stays = LetsIn(after, access, ConnectionStates.Established);
        yield return (stays, LetsIn(after, access, ConnectionStates.New)) switch
        {
            (true, true) => $"your connection from {access.Source} stays, and you can come again",
            (true, false) => $"your connection from {access.Source} stays, but nobody from there "
                + "can come in anew",
            _ => $"your connection from {access.Source} is cut off",
        };
    }

    /// <summary>Packets of the connection come in, and the answers go out.</summary>
    private static bool LetsIn(FirewallRules rules, Access access, ConnectionStates state)
    {
        var (there, here) = (access.Address(), System.Net.IPAddress.Parse(access.Local));
        return rules.Decide(new(PacketDirection.Input, PacketProtocol.Tcp)
        {
            Port = access.LocalPort,
            Source = there,
            Destination = here,
            Interface = access.Interface,
            State = state,
        }).IsAccepted && rules.Decide(new(PacketDirection.Output, PacketProtocol.Tcp)
        {
            Port = access.SourcePort,
            Source = here,
            Destination = there,
            Interface = access.Interface,
            State = ConnectionStates.Established,
        }).IsAccepted;
    }
}
