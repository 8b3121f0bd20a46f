namespace Loam.Drivers.Booting;

/// <summary>What stands on the kernel's command line as NAME=VALUE; of a name said twice, the last
/// counts.</summary>
public static class KernelWords
{
    /// <summary>The slot in use.</summary>
    public const string Slot = "loam.slot";

    /// <summary>The machine was started from what it is installed from.</summary>
    public const string Medium = "loam.medium";

    /// <summary>What runs is on trial.</summary>
    public const string Trial = "loam.trial";

    /// <summary>A mirror of Docker Hub.</summary>
    public const string Mirror = "loam.mirror";

    public static IReadOnlyDictionary<string, string> Read() => File.ReadAllText("/proc/cmdline")
        .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Select(w => w.Split('=', 2)).Where(w => w.Length == 2)
        .GroupBy(w => w[0]).ToDictionary(g => g.Key, g => g.Last()[1]);
}
