using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Confinement;

/// <summary>A program that may think and not act (decision 0080): a user that exists nowhere else,
/// no capability and no way to one, a network without an interface, no file but the libraries of
/// the host and its own folder, no socket but those in one folder.</summary>
/// <param name="Program">Absolute path; it need not be visible afterwards.</param>
/// <param name="User">Number of the user, and of its group.</param>
/// <param name="Doors">Folder of the sockets it may speak to, root's own.</param>
/// <param name="Home">Folder that it may write.</param>
/// <param name="Readable">Further paths that it may read.</param>
public sealed record Confined(string Program, uint User, string Doors, string Home)
{
    /// <summary>Bytes it may use for itself.</summary>
    public ulong Memory { get; init; } = 512UL << 20;

    /// <summary>Bytes of the largest file it may write.</summary>
    public ulong FileSize { get; init; } = Limits.ConfinedSpace;

    /// <summary>Bytes that its folder may hold.</summary>
    public long Space { get; init; } = Limits.ConfinedSpace;

    /// <summary>Files of its folder that stay when the rest is too much.</summary>
    public IReadOnlyList<string> Keeps { get; init; } = [];

    /// <summary>Control groups that it is in, by their folders; where there can be none, each
    /// process is bounded by itself.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Files and folders that it sees in the folder of its sockets, by a name there,
    /// wherever they are; it may read them.</summary>
    public IReadOnlyList<(string Name, string Path)> Shown { get; init; } = [];

    /// <summary>Whoever else wants a processor goes first.</summary>
    public bool IsPatient { get; init; }

    internal const ulong Threads = 256;

    private const ulong OpenFiles = 1024;

    private static readonly string[] s_readable =
    [
        "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/usr/share/zoneinfo",
        "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/ssl", "/etc/pki",
        "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/proc/meminfo", "/proc/cpuinfo",
        "/proc/stat", "/proc/self", "/sys/fs/cgroup", "/sys/devices/system",
    ];

    /// <summary>Becomes the program. What is open and not closed on exec stays open.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">All of it.</param>
    /// <exception cref="HostException">It was not possible; the caller must end, as it may be
    /// confined in part.</exception>
    public void Become(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        const int newNetwork = Kernel.NewNetwork, newMounts = Kernel.NewMounts;
        const int newIpc = 0x8000000, newNames = 0x4000000;
        var parent = ParentId();
        ControlGroup.Enter(Groups);
        using var program = Kernel.Pin(Program);
        using var rules = new Landlock();
        Kernel.Unshare(newNetwork | newMounts | newIpc | newNames);
        ConfinedPlace.Prepare(Doors, Home, Shown);
        foreach (var path in s_readable.Concat(Readable))
        {
            rules.Allow(path, PathRights.Read | PathRights.Execute);
        }
        foreach (var path in ConfinedPlace.Devices)
        {
            rules.Allow(path, PathRights.Read | PathRights.Write);
        }
        rules.Allow(Doors, PathRights.Read);
        rules.Allow(Path.Combine(Doors, "home"), PathRights.Read | PathRights.Write);
        rules.Allow(program, Program, isDirectory: false, PathRights.Read | PathRights.Execute);
        Directory.SetCurrentDirectory(Path.Combine(Doors, "home"));
        if (IsPatient)
        {
            Privileges.GoLast();
        }
        Privileges.Limit(Memory, FileSize, OpenFiles, Threads);
        Privileges.Become(User);
        Privileges.EndWithParent();
        if (ParentId() != parent)
        {
            throw new HostException(Fault.Unavailable, "Whoever started this has ended.");
        }
        rules.Restrict();
        CallRules.Restrict();
        var error = Execution.Run(program, [Program, .. arguments],
            environment.Select(e => $"{e.Key}={e.Value}"));
        throw Libc.Failure($"{Program} cannot be started", error);
    }

    /// <summary>For a program that was started confined: from now on it starts no other.</summary>
    public static void ForbidPrograms() => CallRules.ForbidPrograms();

    private static string ParentId() => File.ReadLines("/proc/self/status")
        .First(l => l.StartsWith("PPid:", StringComparison.Ordinal));
}
