using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>State files as values: what each of the six says in its normal form, defaults filled
/// in, also in fields that no driver makes true yet.</summary>
public sealed class MachineState
{
    private static readonly ObjectType s_metadata = new(FileKinds.Metadata);

    private static readonly Dictionary<string, ObjectType> s_types =
        FileKinds.All.ToDictionary(k => k.File, k => new ObjectType(k.Spec));

    private static readonly MappingNode s_nothing = new(new("", 1, 1, 1, 1), []);

    private readonly Dictionary<string, MapValue> _specs = [];
    private readonly Dictionary<string, MapValue> _metadata = [];
    private readonly Dictionary<string, MappingNode> _roots = [];

    public MachineState(StateSet files)
    {
        Files = files;
        Reading = StateReader.Read(files);
        foreach (var kind in FileKinds.All)
        {
            var root = files[kind.File] is { } text
                ? YamlReader.Read(kind.File, text, new()) ?? s_nothing : s_nothing;
            _roots.Add(kind.File, root);
            _specs.Add(kind.File, Normal(Read(s_types[kind.File], root["spec"])));
            _metadata.Add(kind.File, Read(s_metadata, root["metadata"]));
        }
    }

    public StateSet Files { get; }

    /// <summary>What Loam itself says of the files.</summary>
    public StateReading Reading { get; }

    public bool IsValid => Reading.State is not null;

    public MapValue Spec(string file) => _specs[file];
    public MapValue Metadata(string file) => _metadata[file];

    /// <summary>The file as it is written; an empty mapping when it is absent.</summary>
    public MappingNode Root(string file) => _roots[file];

    /// <summary>An absent file says what an empty one says.</summary>
    private static MapValue Read(ObjectType type, Node? node) =>
        type.Read(node ?? s_nothing, "", new()) as MapValue
        ?? (MapValue)type.Read(s_nothing, "", new())!;

    /// <summary>Services and volumes have a normal form that spans fields: an image and its tag, a
    /// file system and a size.</summary>
    private MapValue Normal(MapValue spec) => Reading.State is not { } state ? spec : new(
        [.. spec.Entries.Select(e => e.Key switch
        {
            "services" => KeyValuePair.Create(e.Key, Normal(e.Value, ResourceKind.Service, state)),
            "volumes" => KeyValuePair.Create(e.Key, Normal(e.Value, ResourceKind.Volume, state)),
            _ => e,
        })], spec.At);

    private static Value Normal(Value list, ResourceKind kind, DesiredState state) =>
        list is not ListValue items ? list : new ListValue(
            [.. items.Items.Cast<MapValue>().Select(i =>
                state.Resources[new(kind, i.Text("name")!)].Spec)], list.At);
}
