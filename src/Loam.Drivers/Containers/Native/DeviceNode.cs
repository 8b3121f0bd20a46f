using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native;

/// <summary>A device of the host.</summary>
/// <param name="Type"><c>c</c> or <c>b</c></param>
internal sealed record DeviceNode(string Path, string Type, long Major, long Minor, FileFacts Facts)
{
    public OciDevice As(string path) =>
        new(path, Type, Major, Minor, Facts.Permissions, Facts.User, Facts.Group);

    /// <exception cref="HostException">NotFound: there is none.</exception>
    public static DeviceNode Of(string path) => Find(path) ?? throw new HostException(
        Fault.NotFound, $"{path} is no device of this host.", "Check `devices`.");

    /// <summary>All that have a name right below /dev, or in its usual folders.</summary>
    public static IEnumerable<DeviceNode> All() => new[] { "/dev", "/dev/dri", "/dev/input",
        "/dev/mapper", "/dev/net", "/dev/snd", "/dev/vfio" }
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder))
        .Select(Find).OfType<DeviceNode>()
        // The container has its own.
        .Where(d => d.Path is not ("/dev/console" or "/dev/ptmx"));

    private static DeviceNode? Find(string path) => Libc.StatTarget(path) is { } facts
        && (facts.IsCharacterDevice || facts.IsBlockDevice)
            ? new(path, facts.IsBlockDevice ? "b" : "c", facts.Node.Major, facts.Node.Minor, facts)
            : null;
}
