using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary><c>extends</c>: a service that takes over what another one of the file says.</summary>
internal static class Extending
{
    private const int Deepest = 16;

    /// <summary>Lists that are joined; every other list of the extending service replaces the
    /// other's. See the Compose Specification, "extends".</summary>
    private static readonly ImmutableHashSet<string> s_joined =
    [
        "ports", "expose", "volumes", "devices", "cap_add", "cap_drop", "dns", "dns_search",
        "env_file", "tmpfs", "secrets", "configs", "extra_hosts", "environment", "labels",
        "depends_on", "networks", "security_opt",
    ];

    public static MappingNode Resolve(
        ImportContext context, MappingNode services, string subject, MappingNode own)
    {
        var node = own;
        for (var depth = 0; node["extends"] is { } extends; depth++)
        {
            var map = extends as MappingNode;
            var name = (map is null ? extends : map["service"]).Text(context.Variables);
            if (depth > Deepest || map?["file"] is not null || name is null
                || services[name] is not MappingNode parent)
            {
                context.Note(Kept.Lost, extends, subject, "extends", map?["file"] is not null
                    ? $"what it takes from another file is not read; `docker compose config` "
                        + "writes one file with everything in it"
                    : $"there is no service {name} to extend");
                return Without(node);
            }
            node = Merge(parent, Without(node));
        }
        return node;
    }

    private static MappingNode Without(MappingNode node) =>
        node with { Entries = node.Entries.RemoveAll(e => e.Key.Text == "extends") };

    private static MappingNode Merge(MappingNode parent, MappingNode own)
    {
        var inherited = parent.Entries.Where(e => own[e.Key.Text] is null);
        return own with
        {
            Entries = [.. inherited, .. own.Entries.Select(e => parent[e.Key.Text] is { } before
                ? new MappingEntry(e.Key, Merge(e.Key.Text, before, e.Value)) : e)],
        };
    }

    private static Node Merge(string key, Node before, Node own) => (before, own) switch
    {
        (MappingNode parent, MappingNode map) => Merge(parent, map),
        (SequenceNode parent, SequenceNode list) when s_joined.Contains(key) =>
            list with { Items = [.. parent.Items, .. list.Items] },
        _ => own,
    };
}
