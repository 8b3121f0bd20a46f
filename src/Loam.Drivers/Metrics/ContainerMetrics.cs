using System.Globalization;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Metrics;

/// <summary>What a container uses.</summary>
/// <param name="Cpu">Processor time since its start.</param>
/// <param name="Memory">Bytes that cannot be given back at once: without idle file cache.</param>
/// <param name="MemoryLimit">Bytes; null: none.</param>
/// <param name="Pids">Processes and threads; null: not counted on this host.</param>
public sealed record ContainerUsage(TimeSpan Cpu, long Memory, long? MemoryLimit, long? Pids);

/// <summary>Reads control groups: the engines' own statistics call takes over a second, this a
/// tenth of a millisecond.
/// https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html</summary>
/// <param name="groups">Where control groups are mounted.</param>
/// <param name="processes">Where processes are shown.</param>
public sealed class ContainerMetrics(string groups, string processes)
{
    /// <summary>Where a limit begins to mean none: version 1 writes a number near 2⁶³, and a
    /// lifted limit is 2⁶⁰.</summary>
    private const long NoLimit = ContainerRequest.AllMemory;

    public static readonly ContainerMetrics OfThisHost = new("/sys/fs/cgroup", "/proc");

    /// <summary>Null: it does not run, or its control group cannot be found.</summary>
    /// <param name="containerId">The engine's ID, in full.</param>
    public ContainerUsage? Read(string containerId, EngineInfo engine)
    {
        try
        {
            return engine.CgroupVersion == 2 ? ReadSecond(containerId) : ReadFirst(containerId);
        }
        catch (Exception error) when (
            error is IOException or UnauthorizedAccessException or FormatException
                or OverflowException)
        {
            // It ended while we looked.
            return null;
        }
    }

    private ContainerUsage? ReadSecond(string id)
    {
        if (Find(groups, id, "") is not { } group)
        {
            return null;
        }
        var used = Number(group, "memory.current") - Field(group, "memory.stat", "inactive_file");
        return new(
            TimeSpan.FromMicroseconds(Field(group, "cpu.stat", "usage_usec")),
            Math.Max(0, used), Limit(group, "memory.max"), Limit(group, "pids.current"));
    }

    private ContainerUsage? ReadFirst(string id)
    {
        var memory = Find(Path.Combine(groups, "memory"), id, "memory");
        var cpu = Find(Path.Combine(groups, "cpuacct"), id, "cpuacct")
            ?? Find(Path.Combine(groups, "cpu,cpuacct"), id, "cpuacct");
        if (memory is null || cpu is null)
        {
            return null;
        }
        var pids = Find(Path.Combine(groups, "pids"), id, "pids");
        var used = Number(memory, "memory.usage_in_bytes")
            - Field(memory, "memory.stat", "total_inactive_file");
        return new(
            TimeSpan.FromMicroseconds(Number(cpu, "cpuacct.usage") / 1000),
            Math.Max(0, used), Limit(memory, "memory.limit_in_bytes"),
            pids is null ? null : Number(pids, "pids.current"));
    }

    /// <summary>Docker, Podman and our own, each with its groups or with systemd's; else wherever
    /// one of the container's processes is.</summary>
    private string? Find(string root, string id, string controller)
    {
        string[] usual =
        [
            Path.Combine(root, "docker", id),
            Path.Combine(root, "loam", id),
            Path.Combine(root, "system.slice", $"docker-{id}.scope"),
            Path.Combine(root, "libpod_parent", $"libpod-{id}"),
            Path.Combine(root, "machine.slice", $"libpod-{id}.scope"),
        ];
        return usual.FirstOrDefault(Directory.Exists) ?? FindByProcess(root, id, controller);
    }

    private string? FindByProcess(string root, string id, string controller)
    {
        foreach (var process in Directory.EnumerateDirectories(processes))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
            {
                continue;
            }
            // Lines are hierarchy:controllers:path; version 2 has no controllers.
            foreach (var line in Lines(Path.Combine(process, "cgroup")))
            {
                var parts = line.Split(':', 3);
                if (parts.Length == 3 && parts[1].Split(',').Contains(controller)
                    && parts[2].Contains(id, StringComparison.Ordinal))
                {
                    var end = parts[2].IndexOf(
                        '/', parts[2].IndexOf(id, StringComparison.Ordinal));
                    var path = root + (end < 0 ? parts[2] : parts[2][..end]);
                    return Directory.Exists(path) ? path : null;
                }
            }
        }
        return null;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static long Number(string group, string file) => long.Parse(
        File.ReadAllText(Path.Combine(group, file)), CultureInfo.InvariantCulture);

    private static long? Limit(string group, string file)
    {
        var path = Path.Combine(group, file);
        var text = File.Exists(path) ? File.ReadAllText(path).Trim() : "max";
        return text == "max" || long.Parse(text, CultureInfo.InvariantCulture) >= NoLimit
            ? null : long.Parse(text, CultureInfo.InvariantCulture);
    }

    private static long Field(string group, string file, string name)
    {
        foreach (var line in File.ReadLines(Path.Combine(group, file)))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length
                && line[name.Length] == ' ')
            {
                return long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
            }
        }
        return 0;
    }
}
