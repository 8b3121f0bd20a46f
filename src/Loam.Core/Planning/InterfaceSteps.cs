using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>Interfaces: each gets its address by whoever is in charge of it. None is touched that
/// is not declared.</summary>
public static class InterfaceSteps
{
    /// <summary>Who is in charge, for people.</summary>
    public static string Word(LinksBy manager) => manager switch
    {
        LinksBy.Networkd => "systemd-networkd",
        LinksBy.NetworkManager => "NetworkManager",
        LinksBy.Ifupdown => "ifupdown",
        LinksBy.Netplan => "netplan",
        _ => "nobody",
    };

    internal static void Add(PlanDraft draft)
    {
        foreach (var wanted in draft.After.Interfaces.Values)
        {
            var id = Id(wanted.Name);
            if (!draft.IsInScope(id))
            {
                continue;
            }
            var seen = Find(draft.Observed, wanted.Name);
            if (seen is null || Trouble(draft, wanted, seen) is not null)
            {
                // What is wrong is said by a check; healing leaves it at that.
                if (draft.Changes.ContainsKey(id))
                {
                    draft.Add(draft.ChangeOf(id), Verb.Update, Way.InPlace, TimeSpan.Zero, [], [],
                        Risk.Medium);
                }
                continue;
            }
            var after = Target(wanted, seen);
            AddStep(draft, seen, after, IsTrue(wanted, seen, after), seen.Now.Addresses.IsEmpty
                && !seen.HasLease ? Verb.Create : Verb.Update, wanted);
        }
        foreach (var gone in draft.Observed.Links.Where(l => draft.After.ManagesInterfaces
            && l.Now.Owned is not null && !draft.After.Interfaces.ContainsKey(l.Name)
            && (draft.IsInScope(Id(l.Name)) || !draft.Before.ManagesInterfaces)))
        {
            AddStep(draft, gone, Released(gone), false, Verb.Delete, null);
        }
        foreach (var gone in draft.Changes.Values.Where(c => c.Id.Kind == ResourceKind.Interface
            && c.Verb == Verb.Delete && Find(draft.Observed, c.Id.Name)?.Now.Owned is null))
        {
            draft.Add(gone, Verb.Delete, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low);
        }
    }

    internal static void Fits(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var wanted in draft.After.Interfaces.Values.Where(
            w => steps.Any(s => s.Id == Id(w.Name))))
        {
            var at = draft.After.Resources.GetValueOrDefault(Id(wanted.Name))?.At;
            var names = draft.Observed.Links.Select(l => l.Name).ToList();
            if (Find(draft.Observed, wanted.Name) is not { } seen)
            {
                found.Error(Codes.NotHere, at,
                    $"This machine has no interface {wanted.Name}.", names.Count == 0
                        ? "It has none at all." : $"It has {string.Join(", ", names)}"
                            + (Nearest.To(wanted.Name, names) is { } near
                                ? $"; perhaps {near} is meant." : "."));
            }
            else if (Trouble(draft, wanted, seen) is var (code, what, remedy))
            {
                found.Error(code, at, what, remedy);
            }
        }
    }

    /// <summary>It may cut off whoever came in over it.</summary>
    internal static bool IsOnTrial(PlanDraft draft, Step step) =>
        step.Id.Kind == ResourceKind.Interface && draft.Context.Access is { } access
        && step.Actions.Select(a => a.Interface).OfType<InterfaceChange>().Any(c =>
            access.Interface is null || access.Interface == c.Name
            || !c.Before.Gateways.SequenceEqual(c.After.Gateways));

    internal static bool Changes(DesiredState before, DesiredState after) =>
        before.Resources.Keys.Union(after.Resources.Keys)
            .Where(id => id.Kind == ResourceKind.Interface).Any(id =>
                before.Resources.GetValueOrDefault(id)?.Spec.Canonical()
                != after.Resources.GetValueOrDefault(id)?.Spec.Canonical());

    internal static string Sentence(PlanDraft draft, Step step)
    {
        var name = step.Id.Name;
        return step switch
        {
            { Actions.IsEmpty: true, Verb: Verb.Delete } => $"forget interface {name}",
            { Actions.IsEmpty: true } => $"record interface {name}",
            { Verb: Verb.Delete } => $"take from interface {name} what Loam gave it",
            { Actions: [{ Interface: { } change }, ..] } when StaysAsItIs(change) =>
                $"take over interface {name} as it is",
            _ => draft.After.Interfaces[name].Address is { } address
                ? $"give interface {name} the address {address}"
                : $"let interface {name} get its address by DHCP",
        };
    }

    private static bool StaysAsItIs(InterfaceChange change) =>
        change.Before.Owned is null && change.After.Owned is { IsDhcp: false }
        && change.Before.File == change.After.File
        && change.Before.Addresses.SequenceEqual(change.After.Addresses)
        && change.Before.Gateways.SequenceEqual(change.After.Gateways);

    private static ResourceId Id(string name) => new(ResourceKind.Interface, name);

    private static ObservedLink? Find(ObservedState seen, string name) =>
        seen.Links.FirstOrDefault(l => l.Name == name);

    private static (Code Code, string What, string Remedy)? Trouble(
        PlanDraft draft, Interface wanted, ObservedLink seen) => seen switch
        {
            { ByHand: { } file } => (Codes.Foreign,
                $"{wanted.Name} is configured by hand in {file} "
                + $"({Word(seen.Manager)}).", $"Take it out of {file} first, "
                + "or leave it out of network.yaml."),
            _ when IsLent(wanted, seen) && !draft.Context.CanAskDhcp => (Codes.ProgramMissing,
                $"{wanted.Name} is to get its address by DHCP, and BusyBox, which would ask for "
                + "it, is not installed.", "Install busybox, or write `type: static`."),
            { Manager: LinksBy.Kernel } when !wanted.Dns.IsEmpty => (Codes.NotHere,
                $"Nobody on this machine keeps name servers of {wanted.Name} alone.",
                "Write them under `dns:` of network.yaml."),
            _ => null,
        };

    private static void AddStep(PlanDraft draft, ObservedLink seen, LinkState after, bool isTrue,
        Verb verb, Interface? wanted)
    {
        var id = Id(seen.Name);
        if (isTrue && !draft.Changes.ContainsKey(id))
        {
            return;
        }
        ImmutableArray<PlannedAction> actions = isTrue ? [] :
        [
            new(ActionKind.SetInterface, seen.Name)
            {
                Interface = new(seen.Name, seen.Manager, seen.Path, seen.Now, after),
            },
            // Healing must not fail because the gateway is away.
            .. draft.Context.Heal || wanted is null ? ImmutableArray<PlannedAction>.Empty :
            [
                new(ActionKind.CheckInterface, seen.Name)
                {
                    InterfaceProbe = new(seen.Name, wanted.Address, wanted.Gateway),
                },
            ],
        ];
        draft.Add(draft.ChangeOf(id), verb, Way.InPlace, TimeSpan.Zero, actions, [],
            isTrue ? Risk.Low : draft.Context.Access?.Interface == seen.Name ? Risk.Critical
                : Risk.High, [.. isTrue ? [] : Notes(draft, seen, after, wanted)]);
    }

    private static IEnumerable<string> Notes(
        PlanDraft draft, ObservedLink seen, LinkState after, Interface? wanted)
    {
        yield return seen.Path.Length > 0 ? $"{Word(seen.Manager)} is in charge: {seen.Path}"
            : wanted is not null && IsLent(wanted, seen)
                ? "nobody manages it: Loam asks for an address, and goes on asking"
            : "nobody manages it: Loam sets it in the kernel, and again after each start";
        foreach (var address in seen.Now.Addresses.Except(after.Addresses))
        {
            yield return $"loses {address}";
        }
        foreach (var gateway in seen.Now.Gateways.Except(after.Gateways))
        {
            yield return $"the way out over {gateway} goes";
        }
        if (wanted is not null && IsLent(wanted, seen))
        {
            yield return "it goes back if no DHCP server lends it an address";
            yield return draft.Observed.Resolver is { Manager: not NamesBy.File } names
                ? "name servers of the lease are not used: "
                    + $"{ResolverSteps.Word(names.Manager)} is in charge of names"
                : "its name servers are used where `dns:` declares none";
        }
        if (wanted?.Gateway is { } way)
        {
            yield return $"it goes back if the gateway {way} does not answer";
        }
        if (draft.Context.Access is { } access && access.Interface == seen.Name)
        {
            yield return wanted?.Address is { } address
                ? $"you are connected over it; come in anew at {address.Split('/')[0]}"
                : "you are connected over it";
        }
    }

    private static bool IsTrue(Interface wanted, ObservedLink seen, LinkState after) =>
        seen.Now.File == after.File && seen.Now.Owned == after.Owned
        && (wanted.Address is null || seen.Now.Addresses.Contains(wanted.Address))
        && (wanted.Gateway is null || seen.Now.Gateways.Contains(wanted.Gateway));

    /// <summary>Loam itself asks for the address.</summary>
    private static bool IsLent(Interface wanted, ObservedLink seen) =>
        wanted.IsDhcp && seen.Manager == LinksBy.Kernel;

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);

    /// <summary>At first, addresses of the same family make room; later only Loam's own does.
    /// </summary>
    private static LinkState Target(Interface wanted, ObservedLink seen)
    {
        var (now, owned, isLent) = (seen.Now, seen.Now.Owned, IsLent(wanted, seen));
        bool MakesRoom(string there, string? next) => owned is null
            && (next is not null ? IsV6(there) == IsV6(next) : isLent && !IsV6(there));
        bool Goes(string there, string? ours, string? next) =>
            MakesRoom(there, next) || there == ours;
        ImmutableArray<string> With(ImmutableArray<string> all, string? ours, string? next) =>
            [.. all.Where(a => a != next && !Goes(a, ours, next)),
                .. next is null ? ImmutableArray<string>.Empty : [next]];
        return new(InterfaceText.Of(seen.Manager, wanted),
            With(now.Addresses, owned?.Address, wanted.Address),
            With(isLent ? now.Gateways : WithoutLease(now), owned?.Gateway, wanted.Gateway),
            new(wanted.Address, wanted.Gateway))
        {
            Lease = isLent ? now.Lease : null,
        };
    }

    private static ImmutableArray<string> WithoutLease(LinkState now) =>
        [.. now.Gateways.Where(g => now.Lease?.Gateways.Contains(g) != true)];

    private static LinkState Released(ObservedLink seen) => new(HostFile.Absent,
        seen.Now.Addresses.Remove(seen.Now.Owned!.Address ?? ""),
        WithoutLease(seen.Now).Remove(seen.Now.Owned.Gateway ?? ""), null);
}
