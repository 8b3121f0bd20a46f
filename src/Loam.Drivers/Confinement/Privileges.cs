using System.Runtime.InteropServices;
using Loam.Drivers.Files;

namespace Loam.Drivers.Confinement;

/// <summary>Giving up what root has, for good. Of the calling thread; the program that it becomes
/// has nothing else.</summary>
internal static partial class Privileges
{
    private const int DropBounding = 24, NoNewPrivileges = 38, ParentDeath = 1, Ambient = 47;
    private const int ClearAmbient = 4, Kill = 9, LastCapability = 63;

    private const int OfProcess = 0, LastPriority = 19;
    private const int Data = 2, FileSize = 1, Core = 4, Threads = 6, Files = 7;

    /// <summary>Another user without groups, without capabilities, and with no way to any.
    /// </summary>
    public static unsafe void Become(uint user)
    {
        for (var capability = 0; capability <= LastCapability; capability++)
        {
            // An error: the kernel has no more of them.
            Control(DropBounding, (nuint)capability, 0, 0, 0);
        }
        Control(Ambient, ClearAmbient, 0, 0, 0);
        Check(SetGroups(0, null), "The groups cannot be left");
        Check(SetGroup(user, user, user), "The group cannot be changed");
        Check(SetUser(user, user, user), "The user cannot be changed");
        DropInherited();
        Check(Control(NoNewPrivileges, 1, 0, 0, 0), "New rights cannot be ruled out");
    }

    /// <summary>Those that a file could make permitted again; the others went with the user.
    /// capset(2).</summary>
    private static unsafe void DropInherited()
    {
        const uint version = 0x20080522;
        var head = stackalloc uint[2] { version, 0 };
        var none = stackalloc uint[6];
        new Span<uint>(none, 6).Clear();
        Check(SetCapabilities(head, none), "Capabilities cannot be given up");
    }

    /// <summary>Whoever started it takes it along. After the user was changed, which clears it.
    /// </summary>
    public static void EndWithParent() =>
        Check(Control(ParentDeath, Kill, 0, 0, 0), "The parent's end cannot be followed");

    /// <summary>Every other process is served first.</summary>
    public static void GoLast() =>
        Check(SetPriority(OfProcess, 0, LastPriority), "The priority cannot be lowered");

    /// <summary>Its user may have so many threads, and it leaves no core dump.</summary>
    public static void LimitThreads(ulong threads)
    {
        Check(SetLimit(Threads, new(threads, threads)), "Threads cannot be limited");
        Check(SetLimit(Core, new(0, 0)), "Core dumps cannot be ruled out");
    }

    /// <param name="memory">Bytes it may use for itself.</param>
    /// <param name="fileSize">Bytes of its largest file.</param>
    /// <param name="files">How many it may hold open.</param>
    /// <param name="threads">How many its user may have.</param>
    public static void Limit(ulong memory, ulong fileSize, ulong files, ulong threads)
    {
        // Whatever is short of memory, this goes first.
        File.WriteAllText("/proc/self/oom_score_adj", "1000");
        LimitThreads(threads);
        Check(SetLimit(Data, new(memory, memory)), "Memory cannot be limited");
        Check(SetLimit(FileSize, new(fileSize, fileSize)), "Files cannot be limited");
        Check(SetLimit(Files, new(files, files)), "Open files cannot be limited");
    }

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw Libc.Failure(what, Marshal.GetLastPInvokeError());
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Bound(ulong Soft, ulong Hard);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int what, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static unsafe partial int SetCapabilities(uint* head, uint* sets);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static unsafe partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int what, in Bound bound);
}
