using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Confinement;

/// <summary>What a confined program sees as its file system: the host's, without whatever may hold
/// something of somebody or a socket that answers, and in it one folder of sockets and one of its
/// own. In the calling thread's own mount namespace, where nobody else sees it.</summary>
internal static class ConfinedPlace
{
    private const MountFlags Bare =
        MountFlags.NoSetId | MountFlags.NoDevices | MountFlags.NoPrograms;

    // What Landlock governs whole: no socket that answers lies there.
    private static readonly string[] s_shown =
        ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "proc", "sys"];

    /// <summary>All that is left of /dev.</summary>
    public static IReadOnlyList<string> Devices { get; } =
        ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"];

    /// <summary>Sockets are spoken to by their path, which Landlock does not govern: also the
    /// system log's, /dev/log, and one that is made there later.</summary>
    private static List<string> Hidden() =>
    [
        .. new DirectoryInfo("/").EnumerateDirectories()
            .Where(d => d.LinkTarget is null && !s_shown.Contains(d.Name)).Select(d => d.FullName),
    ];

    /// <param name="doors">Where its sockets are; it stays where it is.</param>
    /// <param name="home">Its own folder, wherever it is: it appears as <c>home</c> below
    /// <paramref name="doors"/>.</param>
    /// <param name="shown">What else appears there.</param>
    public static void Prepare(
        string doors, string home, IReadOnlyList<(string Name, string Path)> shown)
    {
        Kernel.Mount("none", "/", "none", MountFlags.Private | MountFlags.Recursive);
        var inside = Path.Combine(doors, "home");
        using var sockets = Take(doors);
        using var own = Take(home);
        Restrict(sockets, doors, readOnly: true);
        Restrict(own, home, readOnly: false);
        var others = shown.Select(s => (s.Name, Tree: Take(s.Path))).ToList();
        for (var at = 0; at < others.Count; at++)
        {
            Restrict(others[at].Tree, shown[at].Path, readOnly: true);
        }
        var devices = Devices.Where(File.Exists).Select(d => (Path: d, Tree: Take(d))).ToList();
        var hidden = Hidden();
        foreach (var path in hidden)
        {
            Kernel.Mount("loam-confined", path, "tmpfs", Bare, "mode=0755,size=64k");
        }
        Directory.CreateDirectory(doors);
        Kernel.Attach(sockets, doors);
        Kernel.Attach(own, inside);
        foreach (var (name, tree) in others)
        {
            Kernel.Attach(tree, Path.Combine(doors, name));
            tree.Dispose();
        }
        foreach (var (path, tree) in devices)
        {
            File.WriteAllBytes(path, []);
            Kernel.Attach(tree, path);
            tree.Dispose();
        }
        foreach (var path in hidden)
        {
            Kernel.Mount("none", path, "none",
                MountFlags.Remount | MountFlags.Bind | MountFlags.ReadOnly | Bare);
        }
    }

    private static SafeFileHandle Take(string path)
    {
        using var pinned = Kernel.Pin(path);
        return Kernel.CopyMount(pinned, path);
    }

    private static void Restrict(SafeFileHandle tree, string path, bool readOnly)
    {
        if (Kernel.Restrict(tree, readOnly, users: null) is var error and not 0)
        {
            throw Libc.Failure($"{path} cannot be given", error);
        }
    }
}
