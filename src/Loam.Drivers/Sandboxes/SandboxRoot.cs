using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Sandboxes;

/// <summary>What a sandbox sees as its file system: the programs of the host, a few harmless files
/// of /etc, and what is declared. All of it can only be read, but for what may be written and a
/// little memory at /tmp.</summary>
internal static class SandboxRoot
{
    /// <summary>In a mount namespace of our own, where nobody else sees it. No program lies here,
    /// which may well be below /tmp.</summary>
    private const string Stage = "/run";

    private const int MostScratch = 256 << 20;

    private static readonly string[] s_links = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private static readonly string[] s_settings =
    [
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives",
        "/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/ca-certificates.conf", "/etc/localtime",
        "/etc/timezone", "/etc/mime.types", "/etc/services", "/etc/protocols",
    ];

    /// <summary>Puts everything in place in the calling thread's own mount namespace.</summary>
    /// <param name="isClosed">Whether no sandbox ever sees a path.</param>
    /// <param name="hosts">The file /etc/hosts.</param>
    /// <returns>The arguments of bwrap.</returns>
    public static List<string> Prepare(IEnumerable<SandboxAccess> access,
        Func<string, bool> isClosed, string hosts, uint user)
    {
        Kernel.Mount("none", "/", "none", MountFlags.Private | MountFlags.Recursive);
        var given = access.Where(a => a.Kind != AccessKind.Network)
            .Select(a => (Access: a, Tree: Take(a, isClosed, user))).ToList();
        Kernel.Mount("loam-sandbox", Stage, "tmpfs", MountFlags.NoSetId | MountFlags.NoDevices,
            "mode=0755,size=4m");
        List<string> arguments = ["--ro-bind", "/usr", "/usr"];
        foreach (var name in s_links)
        {
            var path = "/" + name;
            if (new FileInfo(path).LinkTarget is not null)
            {
                arguments.AddRange(["--symlink", $"usr/{name}", path]);
            }
            else if (Directory.Exists(path))
            {
                arguments.AddRange(["--ro-bind", path, path]);
            }
        }
        foreach (var path in s_settings)
        {
            arguments.AddRange(["--ro-bind-try", path, path]);
        }
        AddOwnFiles(arguments, hosts, user);
        var most = MostScratch.ToString(CultureInfo.InvariantCulture);
        arguments.AddRange(["--dev", "/dev", "--size", most, "--tmpfs", "/dev/shm", "--remount-ro",
            "/dev", "--proc", "/proc", "--size", most, "--tmpfs", "/tmp"]);
        for (var i = 0; i < given.Count; i++)
        {
            var (one, tree) = given[i];
            var target = $"{Stage}/{i}";
            using (tree)
            {
                if (Libc.Stat(tree).IsDirectory)
                {
                    Directory.CreateDirectory(target);
                }
                else
                {
                    File.WriteAllText(target, "");
                }
                Kernel.Attach(tree, target);
            }
            arguments.AddRange(
                [one.Kind == AccessKind.Write ? "--bind" : "--ro-bind", target, one.Path]);
        }
        arguments.AddRange(["--remount-ro", "/"]);
        return arguments;
    }

    /// <summary>A mount of what is declared, with the rights of its owner and no others.
    /// </summary>
    private static SafeFileHandle Take(
        SandboxAccess access, Func<string, bool> isClosed, uint user)
    {
        using var pinned = Kernel.Pin(access.Path);
        // Links may lead elsewhere than what was approved says.
        var real = Kernel.PathOf(pinned);
        var why = access.Refusal(real) ?? (isClosed(real) ? "Loam's own files lie there" : null)
            ?? Homes.Refusal(real);
        if (why is not null)
        {
            throw new HostException(Fault.Denied,
                $"{access.Path} leads to {real}, and no sandbox gets that: {why}.",
                "Name what the job needs below it, or run it in a container.");
        }
        var facts = Libc.Stat(pinned);
        if (!facts.IsDirectory && !facts.IsRegular)
        {
            throw new HostException(Fault.Denied, $"{access.Path} is {facts.Sort}.",
                "A sandbox gets files and directories.");
        }
        var tree = Kernel.CopyMount(pinned, access.Path);
        try
        {
            Owners.Give(tree, facts, access.Path, access.Kind == AccessKind.Write, user);
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static void AddOwnFiles(List<string> arguments, string hosts, uint user)
    {
        (string Name, string Text)[] files =
        [
            ("hosts", hosts),
            ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
            ("passwd", $"job:x:{user}:{user}:a job:/tmp:/bin/sh\n"),
            ("group", $"job:x:{user}:\n"),
        ];
        foreach (var (name, text) in files)
        {
            var path = $"{Stage}/{name}";
            File.WriteAllText(path, text);
            arguments.AddRange(["--ro-bind", path, $"/etc/{name}"]);
        }
    }
}
