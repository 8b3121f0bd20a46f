using System.Globalization;
using Loam.Core.Observing;

namespace Loam.Drivers.Metrics;

/// <summary>What the machine is made of, from <c>/etc/os-release</c>, <c>/proc</c> and the file
/// system of Loam's data. What cannot be read is 0 or "unknown".</summary>
public static class HostFactsReader
{
    /// <param name="folder">A directory on the file system that is meant.</param>
    public static HostFacts Read(string folder, TimeProvider time)
    {
        var memory = Memory();
        var (disk, free) = Disk(folder);
        return new(Environment.MachineName, System(), Line("/proc/sys/kernel/osrelease"),
            Environment.ProcessorCount, memory.GetValueOrDefault("MemTotal"),
            memory.GetValueOrDefault("MemAvailable"), disk, free, time.GetLocalNow(),
            time.LocalTimeZone.Id,
            Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all
                : Environment.GetEnvironmentVariable("LANG") ?? "");
    }

    private static string System()
    {
        const string Field = "PRETTY_NAME=";
        var line = Lines("/etc/os-release")
            .FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal));
        return line?[Field.Length..].Trim('"') ?? "unknown";
    }

    /// <summary>Bytes by name.</summary>
    private static Dictionary<string, long> Memory()
    {
        var memory = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Lines("/proc/meminfo"))
        {
            var parts = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1 && long.TryParse(
                parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes))
            {
                memory.TryAdd(parts[0], kibibytes * 1024);
            }
        }
        return memory;
    }

    private static (long, long) Disk(string folder)
    {
        try
        {
            var drive = new DriveInfo(Path.GetFullPath(folder));
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            return (0, 0);
        }
    }

    private static string Line(string path) => Lines(path).FirstOrDefault()?.Trim() ?? "unknown";

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
