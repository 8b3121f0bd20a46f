using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Mind.Evaluating.Facts;

/// <summary>What a fact is checked against.</summary>
public sealed record Result(MachineState Before, MachineState After, Proposal Proposal);

/// <summary>Something that must hold after all turns.</summary>
/// <param name="Text">As it was written.</param>
public abstract record Fact(string Text)
{
    /// <summary>False: it is about what was said, and checked whatever the outcome is.</summary>
    public virtual bool IsAboutFiles => true;

    /// <summary>What may change because the fact speaks of it.</summary>
    public abstract IEnumerable<Thing> Named(Result result);

    /// <summary>What is wrong; null when the fact holds.</summary>
    public abstract string? Wrong(Result result);

    public sealed override string ToString() => Text;
}

/// <summary>A fact about one place in the state files.</summary>
public abstract record PlaceFact(string Text, Place Place) : Fact(Text)
{
    public override IEnumerable<Thing> Named(Result result) => [Place.Thing];

    protected string Shown(Value? value) => FactValue.Show(Place.Type, value);
}

/// <summary><c>services.web</c>, <c>no services.web</c></summary>
public sealed record PresenceFact(string Text, Place Place, bool Wanted) : PlaceFact(Text, Place)
{
    public override string? Wrong(Result result) =>
        IsThere(Place.Find(result.After)) == Wanted ? null : Wanted ? "is not there" : "is there";

    /// <summary>A default nobody wrote and an empty list are nothing that is there.</summary>
    private static bool IsThere(Value? value) => value switch
    {
        null or ListValue { Items.IsEmpty: true } or MapValue { Entries.IsEmpty: true } => false,
        _ => value.At is not null,
    };
}

/// <summary><c>PLACE = VALUE</c>, <c>PLACE = VALUE | VALUE</c></summary>
public sealed record ValueFact(string Text, Place Place, IReadOnlyList<Value> Wanted)
    : PlaceFact(Text, Place)
{
    public override string? Wrong(Result result) =>
        Place.Find(result.After) is not { } seen ? "is not there"
            : Wanted.Any(w => FactValue.Same(Place.Type, seen, w)) ? null : $"is {Shown(seen)}";
}

/// <summary><c>PLACE = same</c></summary>
public sealed record SameFact(string Text, Place Place) : PlaceFact(Text, Place)
{
    /// <summary>What must be as it was is not meant to change.</summary>
    public override IEnumerable<Thing> Named(Result result) => Place.Steps.IsEmpty
        || (Place.Steps.Length == 1 && Place.Thing.Name is not null) ? [] : [Place.Thing];

    public override string? Wrong(Result result)
    {
        var (old, seen) = (Place.Find(result.Before), Place.Find(result.After));
        return old?.Canonical() == seen?.Canonical() ? null
            : $"was {Shown(old)} and is {Shown(seen)}";
    }
}

/// <summary><c>PLACE &gt; VALUE</c></summary>
public sealed record OrderFact(string Text, Place Place, string Sign, decimal Bound)
    : PlaceFact(Text, Place)
{
    public static readonly string[] Signs = [">", "<", ">=", "<="];

    public override string? Wrong(Result result) =>
        Place.Find(result.After) is not NumberValue seen ? "is not there"
            : Holds(Sign, seen.Number.CompareTo(Bound)) ? null : $"is {Shown(seen)}";

    public static bool Holds(string sign, int order) => sign switch
    {
        ">" => order > 0,
        "<" => order < 0,
        ">=" => order >= 0,
        _ => order <= 0,
    };
}

/// <summary><c>PLACE has ITEM</c>, <c>PLACE lacks ITEM</c></summary>
public sealed record ItemFact(
    string Text, Place Place, IReadOnlyList<Func<Value, bool>> Items, bool Wanted)
    : PlaceFact(Text, Place)
{
    public override string? Wrong(Result result)
    {
        var value = Place.Find(result.After);
        var has = Members(value).Any(m => Items.Any(i => i(m)));
        return has == Wanted ? null : Wanted ? $"is {Shown(value)}" : "has it";
    }

    /// <summary>Items of a list, names of a mapping.</summary>
    private static IEnumerable<Value> Members(Value? value) => value switch
    {
        ListValue list => list.Items,
        MapValue map => map.Entries.Select(e => new TextValue(e.Key)),
        _ => [],
    };
}

/// <summary><c>PLACE count 3</c></summary>
public sealed record CountFact(string Text, Place Place, int Wanted) : PlaceFact(Text, Place)
{
    public override string? Wrong(Result result)
    {
        var count = Place.Find(result.After) switch
        {
            ListValue list => list.Items.Length,
            MapValue map => map.Entries.Length,
            _ => 0,
        };
        return count == Wanted ? null : $"has {count}";
    }
}

/// <summary><c>PLACE ~ TEXT</c>: an item's name, or the text there, contains it.</summary>
public sealed record ContainsFact(string Text, Place Place, IReadOnlyList<string> Parts)
    : PlaceFact(Text, Place)
{
    public override IEnumerable<Thing> Named(Result result) =>
        Place.Steps.IsEmpty && Place.Topic.Items is not null
            ? Place.Topic.Names(result.Before).Union(Place.Topic.Names(result.After))
                .Where(Fits).Select(n => new Thing(Place.Topic.Name, n))
            : base.Named(result);

    public override string? Wrong(Result result)
    {
        var value = Place.Find(result.After);
        return Texts(value).Any(Fits) ? null : $"is {Shown(value)}";
    }

    private bool Fits(string text) =>
        Parts.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> Texts(Value? value) => (value, Place.Type) switch
    {
        (ListValue list, ListType type) => list.Items.Select(i =>
            i is MapValue map && type.Item is ObjectType { Schema.Key: { } key }
                ? map.Text(key) ?? "" : type.Item.Show(i)),
        (null, _) => [],
        _ => [Place.Type.Show(value)],
    };
}

/// <summary><c>may PLACE</c>: it may change too.</summary>
public sealed record MayFact(string Text, Place Place) : PlaceFact(Text, Place)
{
    public override string? Wrong(Result result) => null;
}
