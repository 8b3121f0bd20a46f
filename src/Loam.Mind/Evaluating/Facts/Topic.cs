using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Mind.Evaluating.Facts;

/// <summary>The first word of a place: a field at the top of a state file.</summary>
/// <param name="Files">Where it can stand; <c>hostname</c> may stand in two files.</param>
public sealed record Topic(string Name, FieldType Type, IReadOnlyList<string> Files)
{
    /// <summary>From the tables of fields of the six files.</summary>
    public static IReadOnlyList<Topic> All { get; } =
    [
        .. FileKinds.All.SelectMany(k => k.Spec.Fields.Select(f => (Kind: k, Field: f)))
            .GroupBy(x => x.Field.Name)
            .Select(g => new Topic(
                g.Key, g.First().Field.Type, [.. g.Select(x => x.Kind.File)])),
    ];

    public static Topic Of(string name)
    {
        var known = All.Select(t => t.Name);
        return All.FirstOrDefault(t => t.Name == name) ?? throw new FactException(
            $"'{name}' is no field at the top of a state file.",
            Nearest.To(name, known) is { } meant ? $"Write {meant}."
                : $"Write one of {string.Join(", ", known)}, or another kind of fact.");
    }

    /// <summary>The schema of its items, if it is a list of things with names.</summary>
    public Schema? Items =>
        (Type as ListType)?.Item is ObjectType { Schema: { Key: not null } schema } ? schema
            : null;

    /// <summary>What stands there: what is written before what is a default.</summary>
    public Value? In(MachineState state)
    {
        var values = Files.Select(f => state.Spec(f)[Name]).OfType<Value>().ToList();
        return values.Find(v => v.At is not null) ?? values.FirstOrDefault();
    }

    /// <summary>The names of the things in its list.</summary>
    public IEnumerable<string> Names(MachineState state) => Items is not { Key: { } key } ? []
        : ((In(state) as ListValue)?.Items ?? []).OfType<MapValue>()
            .Select(m => m.Text(key) ?? "");

    /// <summary>The thing with that name.</summary>
    public MapValue? Item(MachineState state, string name) => Items is not { Key: { } key } ? null
        : ((In(state) as ListValue)?.Items ?? []).OfType<MapValue>()
            .FirstOrDefault(m => m.Text(key) == name);
}
