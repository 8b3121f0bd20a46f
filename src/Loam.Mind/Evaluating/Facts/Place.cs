using System.Collections.Immutable;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Mind.Evaluating.Facts;

/// <summary>One step into a value: a field, or the item of a list whose key field says
/// <see cref="Name"/>.</summary>
/// <param name="Key">The field that names an item; null: a step into a mapping.</param>
public readonly record struct PlaceStep(string Name, string? Key);

/// <summary>A place in the state files, as the tables of fields know it.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Type">What can stand there.</param>
public sealed record Place(
    string Text, Topic Topic, ImmutableArray<PlaceStep> Steps, FieldType Type)
{
    /// <summary>What may change when the place is spoken of.</summary>
    public Thing Thing => new(Topic.Name,
        Steps is [{ Key: not null } item, ..] ? item.Name : null);

    /// <exception cref="FactException">The tables know no such place.</exception>
    public static Place Read(string text)
    {
        var (name, rest) = Cut(text, '.');
        var topic = Topic.Of(name);
        var walk = Walk(topic.Type, topic.Name, rest);
        return walk.Problem is { } problem ? throw problem
            : new(text, topic, walk.Steps, walk.Type!);
    }

    /// <summary>What stands there; null when nothing does.</summary>
    public Value? Find(MachineState state)
    {
        var value = Topic.In(state);
        foreach (var (name, key) in Steps)
        {
            value = key is null ? (value as MapValue)?[name]
                : (value as ListValue)?.Items.OfType<MapValue>()
                    .FirstOrDefault(m => m.Text(key) == name);
        }
        return value;
    }

    private readonly record struct Walked(
        ImmutableArray<PlaceStep> Steps, FieldType? Type, FactException? Problem)
    {
        public Walked After(PlaceStep step) =>
            Problem is not null ? this : this with { Steps = Steps.Insert(0, step) };
    }

    private static Walked Bad(string message, string remedy) =>
        new([], null, new(message, remedy));

    private static Walked Walk(FieldType type, string what, string rest)
    {
        if (rest.Length == 0)
        {
            return new([], type, null);
        }
        switch (type)
        {
            case ObjectType { Schema: var schema }:
                var (name, further) = Cut(rest, '.');
                return schema[name] is { } field
                    ? Walk(field.Type, name, further).After(new(name, null))
                    : UnknownField(schema, name);
            case MapType map:
                var verdict = map.JudgeKey(rest);
                return verdict.Normal is not null ? new([new(rest, null)], map.Item, null)
                    : Bad($"{what} cannot have the name '{rest}': {verdict.Problem}.",
                        verdict.Remedy);
            case ListType { Item: ObjectType { Schema: { Key: not null } items } item }:
                return WalkItem(item, items, what, rest);
            case ListType:
                return Bad($"The items of {what} have no names.",
                    $"Write {what} has, lacks, count, or = and the whole list.");
            default:
                return Bad($"{what} has no fields.", $"It is {type.Describe()}.");
        }
    }

    /// <summary>Names may have dots (a registry's host, a path): the shortest that leaves fields
    /// that exist.</summary>
    private static Walked WalkItem(ObjectType item, Schema schema, string what, string rest)
    {
        FactException? problem = null;
        var key = schema[schema.Key!]!.Type;
        for (var cut = rest.IndexOf('.', StringComparison.Ordinal); ;
            cut = rest.IndexOf('.', cut + 1))
        {
            var name = cut < 0 ? rest : rest[..cut];
            try
            {
                if (FactValue.Read(key, name, $"{schema.Key} of a {schema.Name}") is TextValue good)
                {
                    var walked = Walk(item, schema.Name, cut < 0 ? "" : rest[(cut + 1)..]);
                    if (walked.Problem is null)
                    {
                        return walked.After(new(good.Text, schema.Key));
                    }
                    problem ??= walked.Problem;
                }
            }
            catch (FactException fault)
            {
                problem ??= fault;
            }
            if (cut < 0)
            {
                return new([], null, problem);
            }
        }
    }

    private static Walked UnknownField(Schema schema, string name)
    {
        var known = schema.Fields.Select(f => f.Name).ToList();
        return Bad($"{schema.Name} has no field '{name}'.",
            Nearest.To(name, known) is { } meant ? $"Write {meant}."
                : $"The fields here are {string.Join(", ", known)}.");
    }

    private static (string, string) Cut(string text, char at)
    {
        var cut = text.IndexOf(at, StringComparison.Ordinal);
        return cut < 0 ? (text, "") : (text[..cut], text[(cut + 1)..]);
    }
}
