using System.Runtime.InteropServices;

namespace Loam.Drivers.Linux;

/// <summary>How this process stands when others want the processor too.</summary>
public static partial class OwnPriority
{
    private const int OfProcess = 0;
    private const int Behind = 10;

    /// <summary>Stands back for the rest of its life: what it shows of a change must not slow the
    /// change. Where that is not allowed, nothing happens.</summary>
    public static void StandBack() => _ = Set(OfProcess, 0, Behind);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int Set(int which, uint who, int niceness);
}
