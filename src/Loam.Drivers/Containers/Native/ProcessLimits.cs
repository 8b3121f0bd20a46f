using System.Globalization;

namespace Loam.Drivers.Containers.Native;

/// <summary>What this process, and what it starts, may have.</summary>
internal static class ProcessLimits
{
    private const string Line = "Max open files";

    /// <summary>The hard limit of open files.</summary>
    public static ulong OpenFiles()
    {
        var words = File.ReadLines("/proc/self/limits")
            .FirstOrDefault(l => l.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..]
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is [_, var hard, ..]
            && ulong.TryParse(hard, CultureInfo.InvariantCulture, out var number)
                ? number : ulong.MaxValue;
    }
}
