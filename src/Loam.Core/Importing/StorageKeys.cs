using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>What a service keeps and sees of the machine's files.</summary>
internal static class StorageKeys
{
    public static void Volumes(ImportedService service, Node node)
    {
        var mounts = new List<EditValue>();
        foreach (var item in (node as SequenceNode)?.Items ?? [])
        {
            if (ComposeMounts.Read(item, service.Variables) is not { } mount
                || !mount.Target.StartsWith('/'))
            {
                service.Lost(item, "volumes", $"'{item.Text(service.Variables)}' is no mount");
            }
            else if (mount.Kind == "tmpfs")
            {
                Tmpfs(service, item);
            }
            else if (mount.Kind is "volume" or "bind")
            {
                mounts.Add(Written(service, item, mount));
            }
            else
            {
                service.Lost(item, "volumes", $"no field of Loam's is like type {mount.Kind}");
            }
        }
        if (mounts.Count > 0)
        {
            service.AddTo("volumes", mounts);
        }
    }

    public static void Tmpfs(ImportedService service, Node node) =>
        service.Otherwise(node, "tmpfs",
            "what it writes there is in the container's own layer instead of memory");

    private static MapEdit Written(
        ImportedService service, Node at, ComposeMounts.Mount mount)
    {
        var source = SourceOf(service, at, mount);
        var fields = new List<KeyValuePair<string, EditValue>>
        {
            new("source", EditValue.Of(source)), new("target", EditValue.Of(mount.Target)),
        };
        if (mount.ReadOnly)
        {
            fields.Add(new("readonly", EditValue.Of(true)));
        }
        return new([.. fields]);
    }

    private static string SourceOf(
        ImportedService service, Node at, ComposeMounts.Mount mount)
    {
        if (mount.Kind == "bind")
        {
            var sources = service.Context.Sources;
            var path = ComposeMounts.Absolute(mount.Source, sources.Folder, sources.Home);
            service.Grant(IsEngine(path) ? Right.EngineSocket : Right.HostDirectory,
                path + (mount.ReadOnly ? " (only to read)" : ""));
            return path;
        }
        var name = mount.Source;
        if (name.Length == 0)
        {
            // A volume without a name outlives nothing in compose; here it is kept, by a name.
            name = $"{service.Name}-{ImportContext.NameOf(mount.Target)}";
            service.Otherwise(at, "volumes", $"{mount.Target} is kept in the volume {name}");
        }
        service.Volumes.Add(name);
        return ImportContext.NameOf(name);
    }

    private static bool IsEngine(string path) =>
        path.EndsWith("docker.sock", StringComparison.Ordinal)
        || path.EndsWith("podman.sock", StringComparison.Ordinal)
        || path.EndsWith("containerd.sock", StringComparison.Ordinal);
}
