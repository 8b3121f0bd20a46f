using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>What changed although no fact speaks of it.</summary>
public static class Collateral
{
    public static List<string> Of(Case test, Result result)
    {
        var changes = Changes(result.Before, result.After).ToList();
        var named = test.Facts.SelectMany(f => f.Named(result)).ToHashSet();
        Extend(named, changes, result.After);
        var gone = changes.Where(c => c.IsRemoved && IsNamed(c.Thing, named))
            .Select(c => c.Thing).ToHashSet();
        var unasked = changes.Where(c => !IsNamed(c.Thing, named) && !Follows(c, gone))
            .Select(c => $"{c.Thing} {c.Verb}");
        return [.. unasked, .. Heads(result), .. Lists(result, named),
            .. LostLines.Find(result, changes)];
    }

    private static bool IsNamed(Thing thing, HashSet<Thing> named) =>
        named.Contains(thing) || named.Contains(thing with { Name = null });

    private static IEnumerable<ThingChange> Changes(MachineState before, MachineState after)
    {
        foreach (var topic in Topic.All)
        {
            if (topic.Items is null)
            {
                if (ThingChange.Of(new(topic.Name, null), topic.In(before), topic.In(after))
                    is { } whole)
                {
                    yield return whole;
                }
                continue;
            }
            foreach (var name in topic.Names(before).Union(topic.Names(after)))
            {
                if (ThingChange.Of(new(topic.Name, name), topic.Item(before, name),
                    topic.Item(after, name)) is { } change)
                {
                    yield return change;
                }
            }
        }
    }

    /// <summary>What is new and referred to by something named counts as named with it: a
    /// service's generated secrets, volumes and networks, the database it needs and all of its.
    /// </summary>
    private static void Extend(
        HashSet<Thing> named, List<ThingChange> changes, MachineState after)
    {
        var fresh = changes.Where(c => c.Before is null).Select(c => c.Thing).ToHashSet();
        var open = new Queue<Thing>(changes.Select(c => c.Thing).Where(t => IsNamed(t, named)));
        while (open.TryDequeue(out var thing))
        {
            var topic = Topic.Of(thing.Topic);
            var value = thing.Name is null ? topic.In(after) : topic.Item(after, thing.Name);
            foreach (var brought in References.In(value).Where(fresh.Contains))
            {
                if (named.Add(brought))
                {
                    open.Enqueue(brought);
                }
            }
        }
    }

    /// <summary>Who waited for something that was to be removed waits for it no more.</summary>
    private static bool Follows(ThingChange change, HashSet<Thing> gone) =>
        change is { Before: { } old, After: { } made } && gone.Count > 0
        && References.Without(old, gone).Canonical()
            == References.Without(made, gone).Canonical();

    private static IEnumerable<string> Heads(Result result)
    {
        foreach (var kind in FileKinds.All)
        {
            if (result.Before.Files[kind.File] is not null
                && result.Before.Metadata(kind.File).Canonical()
                    != result.After.Metadata(kind.File).Canonical())
            {
                yield return $"metadata of {kind.File} changed";
            }
        }
        if (result.Before.Files[StateSet.Lock] != result.After.Files[StateSet.Lock])
        {
            yield return $"{StateSet.Lock} changed";
        }
    }

    /// <summary>An absent list is unmanaged, an empty one is not.</summary>
    private static IEnumerable<string> Lists(Result result, HashSet<Thing> named) =>
        from topic in Topic.All
        where topic.Items is not null && named.All(n => n.Topic != topic.Name)
        where topic.In(result.Before) is null != topic.In(result.After) is null
        select $"{topic.Name} {(topic.In(result.After) is null ? "disappeared" : "appeared")}";
}

/// <summary>One thing that is not as it was.</summary>
public sealed record ThingChange(Thing Thing, Value? Before, Value? After)
{
    public bool IsRemoved => After is null;

    public string Verb => After is null ? "was removed" : Before is null ? "was added" : "changed";

    /// <summary>Null when both mean the same.</summary>
    public static ThingChange? Of(Thing thing, Value? before, Value? after) =>
        before?.Canonical() == after?.Canonical() ? null : new(thing, before, after);
}
