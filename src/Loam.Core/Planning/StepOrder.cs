using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Which step waits for which, and an order that respects it.</summary>
internal static class StepOrder
{
    public static ImmutableArray<Step> Arrange(
        PlanDraft draft, out IReadOnlyList<Diagnostic> findings)
    {
        var steps = draft.Steps.ToArray();
        var requires = new SortedSet<int>[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            requires[i] = [];
        }
        AddPreparation(steps, requires);
        AddDependencies(draft, steps, requires);
        AddPortHandover(draft, steps, requires);
        AddStorage(draft, steps, requires);
        AddDeletionsLast(steps, requires);
        AddTrialsLast(steps, requires, Enumerable.Range(0, steps.Length)
            .Where(i => UserSteps.IsOnTrial(draft, steps[i])).ToHashSet());
        AddTrialsLast(steps, requires, Of(steps, ResourceKind.Interface).ToHashSet());
        AddTrialsLast(steps, requires, Of(steps, ResourceKind.Firewall).ToHashSet());
        var found = new DiagnosticBag();
        var order = Sort(steps, requires, found);
        findings = found.ToList();
        return Renumber(steps, requires, order);
    }

    /// <summary>Images before anything that touches the host; networks and volumes before
    /// services and certificates, and those before services.</summary>
    private static void AddPreparation(Step[] steps, SortedSet<int>[] requires)
    {
        var images = Of(steps, ResourceKind.Image).ToList();
        var ground = Of(steps, ResourceKind.Network).Concat(Of(steps, ResourceKind.Volume))
            .Concat(Of(steps, ResourceKind.Mount))
            .Where(i => steps[i].Verb != Verb.Delete).ToList();
        var certificates = Of(steps, ResourceKind.Certificate)
            .Where(i => steps[i].Verb != Verb.Delete).ToList();
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Id.Kind != ResourceKind.Image)
            {
                requires[i].UnionWith(images);
            }
            if (steps[i].Id.Kind is ResourceKind.Service or ResourceKind.Certificate)
            {
                requires[i].UnionWith(ground);
            }
            if (steps[i].Id.Kind == ResourceKind.Service)
            {
                requires[i].UnionWith(certificates);
            }
        }
    }

    /// <summary>Volume groups come first. What is attached goes one after the other, in the order
    /// of the draft, with the services on it stopped before the first. What is detached for good
    /// waits for services, so that it is there again before one of them is taken up again.
    /// </summary>
    private static void AddStorage(
        PlanDraft draft, Step[] steps, SortedSet<int>[] requires)
    {
        var services = Of(steps, ResourceKind.Service).ToList();
        var groups = Of(steps, ResourceKind.Group)
            .Where(i => steps[i].Verb != Verb.Delete).ToList();
        var former = -1;
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Id.Kind is not (ResourceKind.Volume or ResourceKind.Mount))
            {
                continue;
            }
            if (steps[i].Verb != Verb.Delete)
            {
                requires[i].UnionWith(groups);
            }
            if (draft.After.Volumes.GetValueOrDefault(steps[i].Id.Name)?.Owner is { } owner)
            {
                requires[i].UnionWith(Of(steps, ResourceKind.User)
                    .Where(u => steps[u].Id.Name == owner.Split(':')[0]));
            }
            if (steps[i].Verb == Verb.Delete)
            {
                requires[i].UnionWith(services);
            }
            if (steps[i].Actions.Any(a => a.Kind is ActionKind.Attach or ActionKind.Detach))
            {
                if (former >= 0)
                {
                    requires[i].Add(former);
                }
                former = i;
            }
        }
    }

    /// <summary>A service waits until those it depends on are healthy; one that goes away waits
    /// until those that depended on it have changed.</summary>
    private static void AddDependencies(
        PlanDraft draft, Step[] steps, SortedSet<int>[] requires)
    {
        var byName = Of(steps, ResourceKind.Service)
            .ToDictionary(i => steps[i].Id.Name, StringComparer.Ordinal);
        foreach (var (name, i) in byName)
        {
            var needs = draft.After.Services.GetValueOrDefault(name)?.DependsOn ?? [];
            foreach (var need in needs)
            {
                if (byName.TryGetValue(need, out var first) && !Stops(steps[first]))
                {
                    requires[i].Add(first);
                }
            }
            var needed = draft.Before.Services.GetValueOrDefault(name)?.DependsOn ?? [];
            foreach (var need in needed)
            {
                if (byName.TryGetValue(need, out var gone) && Stops(steps[gone]))
                {
                    requires[gone].Add(i);
                }
            }
        }
    }

    private static bool Stops(Step step) => step.Verb == Verb.Delete
        || (step.Actions.Length > 0 && step.Actions.All(a => a.Kind == ActionKind.Stop));

    /// <summary>A host port is given up before it is taken.</summary>
    private static void AddPortHandover(
        PlanDraft draft, Step[] steps, SortedSet<int>[] requires)
    {
        var services = Of(steps, ResourceKind.Service).ToList();
        var holders = new Dictionary<(int, string), int>();
        foreach (var i in services)
        {
            foreach (var port in HeldBy(draft, steps[i].Id.Name))
            {
                holders[port] = i;
            }
        }
        foreach (var i in services.Where(i => steps[i].Verb != Verb.Delete))
        {
            var ports = draft.After.Services[steps[i].Id.Name].Ports;
            foreach (var port in ports.Where(p => p.Host is not null))
            {
                if (holders.TryGetValue((port.Host!.Value, port.Protocol), out var holder)
                    && holder != i)
                {
                    requires[i].Add(holder);
                }
            }
        }
    }

    private static IEnumerable<(int, string)> HeldBy(PlanDraft draft, string service) =>
        draft.Observed.Containers.Where(c => c.Service == service && ServiceSteps.IsLive(c))
            .SelectMany(c => c.Ports).Where(p => p.Host is not null)
            .Select(p => (p.Host!.Value, p.Protocol));

    /// <summary>Nothing is taken away before what is new has been verified, unless the new thing
    /// waits for it.</summary>
    private static void AddDeletionsLast(Step[] steps, SortedSet<int>[] requires)
    {
        var kept = Enumerable.Range(0, steps.Length)
            .Where(i => steps[i].Verb != Verb.Delete).ToList();
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Verb == Verb.Delete)
            {
                var waiting = DependentsOf(i, requires);
                requires[i].UnionWith(kept.Where(k => !waiting.Contains(k)));
            }
        }
    }

    /// <summary>What may have to be confirmed comes when all else has gone well.</summary>
    private static void AddTrialsLast(
        Step[] steps, SortedSet<int>[] requires, HashSet<int> last)
    {
        foreach (var needs in requires)
        {
            needs.ExceptWith(last);
        }
        foreach (var one in last)
        {
            requires[one].UnionWith(
                Enumerable.Range(0, steps.Length).Where(i => !last.Contains(i)));
        }
    }

    private static HashSet<int> DependentsOf(int step, SortedSet<int>[] requires)
    {
        var found = new HashSet<int> { step };
        var grew = true;
        while (grew)
        {
            grew = false;
            for (var i = 0; i < requires.Length; i++)
            {
                grew |= !found.Contains(i) && requires[i].Overlaps(found) && found.Add(i);
            }
        }
        return found;
    }

    private static List<int> Sort(
        Step[] steps, SortedSet<int>[] requires, DiagnosticBag found)
    {
        var order = new List<int>(steps.Length);
        var left = new SortedSet<int>(Enumerable.Range(0, steps.Length),
            Comparer<int>.Create((a, b) => Rank(steps[a], steps[b], a, b)));
        var done = new HashSet<int>();
        while (left.Count > 0)
        {
            var ready = left.Where(i => requires[i].IsSubsetOf(done)).ToList();
            if (ready.Count == 0)
            {
                var names = string.Join(", ", left.Select(i => steps[i].Id.Name));
                found.Error(Codes.Loop, null, $"The changes of {names} wait for each other, for "
                    + "instance because two services exchange host ports.",
                    "Make the change in two requests.");
                order.AddRange(left);
                break;
            }
            order.AddRange(ready);
            done.UnionWith(ready);
            left.ExceptWith(ready);
        }
        return order;
    }

    private static int Rank(Step a, Step b, int i, int j)
    {
        var byId = a.Id.CompareTo(b.Id);
        return byId != 0 ? byId : i.CompareTo(j);
    }

    private static ImmutableArray<Step> Renumber(
        Step[] steps, SortedSet<int>[] requires, List<int> order)
    {
        var number = new int[steps.Length];
        for (var place = 0; place < order.Count; place++)
        {
            number[order[place]] = place;
        }
        return [.. order.Select(i => steps[i] with
        {
            Number = number[i],
            Requires = [.. requires[i].Select(r => number[r]).Order()],
        })];
    }

    private static IEnumerable<int> Of(Step[] steps, ResourceKind kind) =>
        Enumerable.Range(0, steps.Length).Where(i => steps[i].Id.Kind == kind);
}
