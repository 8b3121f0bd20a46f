using System.Globalization;
using Loam.Core.Observing;

namespace Loam.Drivers.Linux;

/// <summary>What this machine is made of, and where and when it is.</summary>
public static class HostReading
{
    /// <param name="dataDir">On the file system that is meant.</param>
    public static HostFacts Now(string dataDir, TimeProvider time)
    {
        var memory = Fields("/proc/meminfo", ':');
        var (disk, free) = Disk(dataDir);
        return new(Environment.MachineName,
            Value(Fields("/etc/os-release", '='), "PRETTY_NAME") is { Length: > 0 } name
                ? name : "Linux",
            First("/proc/sys/kernel/osrelease"), Environment.ProcessorCount,
            Kilobytes(memory, "MemTotal"), Kilobytes(memory, "MemAvailable"), disk, free,
            time.GetLocalNow(), time.LocalTimeZone.Id,
            Value(Fields("/etc/default/locale", '='), "LANG"));
    }

    private static (long, long) Disk(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }

    private static long Kilobytes(IReadOnlyDictionary<string, string> fields, string name) =>
        long.TryParse(Value(fields, name).Split(' ')[0], CultureInfo.InvariantCulture,
            out var number) ? number * 1024 : 0;

    private static string Value(IReadOnlyDictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name, "").Trim('"');

    private static string First(string path) => Lines(path).FirstOrDefault("");

    private static Dictionary<string, string> Fields(string path, char parting)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(path))
        {
            var at = line.IndexOf(parting, StringComparison.Ordinal);
            if (at > 0)
            {
                fields.TryAdd(line[..at].Trim(), line[(at + 1)..].Trim());
            }
        }
        return fields;
    }

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
