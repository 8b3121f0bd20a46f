using System.Collections.Immutable;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>A service of a compose file on its way to <c>services.yaml</c>.</summary>
/// <param name="name">As the state files call it.</param>
/// <param name="node">Its mapping, with what it extends.</param>
internal sealed class ImportedService(ImportContext context, string name, MappingNode node)
{
    private readonly Dictionary<string, EditValue> _fields = new(StringComparer.Ordinal);

    public ImportContext Context { get; } = context;
    public ComposeVariables Variables => Context.Variables;
    public string Name { get; } = name;
    public MappingNode Node { get; } = node;

    /// <summary>Variables by name, with their values as they stand in the file.</summary>
    public SortedDictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of volumes, as compose has them.</summary>
    public List<string> Volumes { get; } = [];

    /// <summary>Names of networks, as compose has them.</summary>
    public List<string> Networks { get; } = [];

    /// <summary>Names of services, as the state files have them.</summary>
    public List<string> DependsOn { get; } = [];

    /// <summary>Names of secrets that it reads, as compose has them.</summary>
    public List<string> Secrets { get; } = [];

    public string? Image { get; set; }

    public void Set(string field, EditValue value) => _fields[field] = value;

    public void Set(string field, ImmutableArray<string> texts)
    {
        if (!texts.IsEmpty)
        {
            Set(field, new ListEdit([.. texts.Select(EditValue.Of)]));
        }
    }

    /// <summary>Items at the end of a list.</summary>
    public void AddTo(string field, IEnumerable<EditValue> items) =>
        _fields[field] = new ListEdit([
            .. (_fields.GetValueOrDefault(field) as ListEdit)?.Items ?? [], .. items]);

    public bool Has(string field) => _fields.ContainsKey(field);

    /// <summary>A field of a group: <c>resources.memory</c>.</summary>
    public void SetIn(string group, string field, EditValue value)
    {
        var present = _fields.GetValueOrDefault(group) as MapEdit ?? new MapEdit([]);
        _fields[group] = new MapEdit([.. present.Entries.Where(e => e.Key != field),
            KeyValuePair.Create(field, value)]);
    }

    public void Lost(Node at, string key, string message) =>
        Context.Note(Kept.Lost, at, Name, key, message);

    public void Otherwise(Node at, string key, string message) =>
        Context.Note(Kept.Otherwise, at, Name, key, message);

    public void Grant(Right right, string what) => Context.Rights.Add(new(Name, right, what));

    /// <summary>A service without ports and health check would count as well as long as it runs.
    /// Of an app of the catalogue both are known.</summary>
    public void Furnish()
    {
        if (Has("healthcheck") || Node["healthcheck"] is not null
            || ImageReference.Parse(Image!, out _) is not { } image
            || AppCatalog.ByImage(image) is not { } app)
        {
            return;
        }
        if (!Has("ports"))
        {
            AddTo("ports", app.Ports.Select(p => new ComposePorts.Port(
                p.Container, null, p.Protocol, null, false).Written()));
        }
        Set("healthcheck", AppWriting.Probe(app.Probe));
        Context.Note(Kept.Otherwise, null, Name, "healthcheck",
            $"checked as the catalogue does for {app.Title}");
    }

    /// <summary>The item for the list of services, fields in the order of the reference.</summary>
    public EditValue Written()
    {
        Set("name", EditValue.Of(Name));
        Set("image", EditValue.Of(Image!));
        Set("depends_on", [.. DependsOn.Distinct()]);
        if (Environment.Count > 0)
        {
            Set("environment", new MapEdit([.. Environment.Select(
                e => KeyValuePair.Create(e.Key, EditValue.Of(e.Value)))]));
        }
        return new MapEdit([.. ServicesFile.Service.Fields.Where(f => _fields.ContainsKey(f.Name))
            .Select(f => KeyValuePair.Create(f.Name, _fields[f.Name]))]);
    }
}
