using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>A list of things in a state file, and what people call them.</summary>
internal sealed record StateList(
    string Key, string File, string Path, Known? Known, string One, string Many)
{
    public string NameField => Key switch
    {
        "mounts" => "target",
        "bans" => "service",
        "registries" => "host",
        _ => "name",
    };

    public List<MapValue> Items(DesiredState state)
    {
        var at = state.Specs.GetValueOrDefault(File);
        var parts = Path.Split('.');
        foreach (var part in parts[..^1])
        {
            at = at?.Map(part);
        }
        return [.. at?.Maps(parts[^1]) ?? []];
    }

    public string Name(MapValue item) => item.Text(NameField) ?? "";

    public Schema Schema
    {
        get
        {
            FieldType? type = null;
            var schema = FileKinds.Of(File)!.Spec;
            foreach (var part in Path.Split('.'))
            {
                type = schema[part]!.Type;
                schema = ((type as ListType)?.Item as ObjectType ?? type as ObjectType)!.Schema;
            }
            return schema;
        }
    }

    /// <summary>Those that are named, or that belong to a service that is.</summary>
    public List<MapValue> Meant(Clause clause, DesiredState state)
    {
        var all = Items(state);
        var named = Known is not { } known
            ? clause.Lexemes.Select(l => l.Original.ToLowerInvariant()).ToList()
            : clause.Lexemes.Select(l => l.Named(known)).OfType<string>().Distinct().ToList();
        var meant = all.Where(i => named.Contains(Name(i))).ToList();
        if (meant.Count > 0)
        {
            return meant;
        }
        var services = clause.Lexemes.Select(l => l.Named(Recognising.Known.Service))
            .OfType<string>().Distinct().ToList();
        if (Key == "services" && services.Count == 0)
        {
            // "Which version of ghost?": what runs that app.
            var apps = clause.Lexemes.Select(l => l.Named(Recognising.Known.App))
                .OfType<string>().ToList();
            return [.. all.Where(i => apps.Exists(a => (i.Text("image") ?? "").Contains(a,
                StringComparison.Ordinal)))];
        }
        return services.Count == 0 ? [] : [.. all.Where(i => Belongs(i, services, state))];
    }

    private bool Belongs(MapValue item, List<string> services, DesiredState state) => Key switch
    {
        "volumes" => services.Exists(s => state.Services.GetValueOrDefault(s) is { } service
            && service.Volumes.Any(v => v.Source == Name(item))),
        "jobs" => services.Contains(item.Text("container") ?? ""),
        "certificates" => item.Texts("used_by").Any(services.Contains),
        "bans" => services.Contains(Name(item)),
        _ => false,
    };
}

/// <summary>Every list of the six files that has names.</summary>
internal static class StateLists
{
    public static IReadOnlyList<StateList> All { get; } =
    [
        new("services", ServicesFile.File, "services", Known.Service, "service", "services"),
        new("networks", ServicesFile.File, "networks", Known.Network, "network", "networks"),
        new("volumes", StorageFile.File, "volumes", Known.Volume, "volume", "volumes"),
        new("mounts", StorageFile.File, "mounts", Known.Mount, "mount", "mounts"),
        new("users", SecurityFile.File, "users", Known.User, "user", "users"),
        new("secrets", SecurityFile.File, "secrets", Known.Secret, "secret", "secrets"),
        new("certificates", SecurityFile.File, "certificates", Known.Certificate, "certificate",
            "certificates"),
        new("jobs", ScheduledFile.File, "jobs", Known.Job, "job", "jobs"),
        new("interfaces", NetworkFile.File, "interfaces", Known.Interface, "interface",
            "interfaces"),
        new("rules", NetworkFile.File, "firewall.rules", Known.Rule, "rule", "rules"),
        new("bans", NetworkFile.File, "bans", null, "ban", "bans"),
        new("notify", ManifestFile.File, "notify", null, "notifier", "notifiers"),
        new("registries", ManifestFile.File, "registries", null, "registry", "registries"),
    ];

    /// <summary>It names a thing that has no names of its own kind among the words.</summary>
    public static bool Names(DesiredState state, string word) => All.Any(l => l.Known is null
        && l.Items(state).Exists(i => l.Name(i) == word));

    public static StateList? Of(string key) => All.FirstOrDefault(l => l.Key == key);
}
