using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers.Native;

/// <summary>What Loam asked for, kept with the container: containerd knows only the
/// specification made of it.</summary>
/// <param name="Instance">Whose it is.</param>
/// <param name="ImageId">Of the image it was made of.</param>
/// <param name="StopSignal">What asks it to end.</param>
internal sealed record ContainerRecord(
    string Name, string Instance, Dictionary<string, string> Labels, string ImageId,
    long? Cpu, long? Memory, long? Pids, RestartPolicy Restart, List<Port> Ports, int StopSignal)
{
    public string Service => Labels.GetValueOrDefault(EngineLabels.Service, "");

    public byte[] ToBytes() =>
        JsonSerializer.SerializeToUtf8Bytes(this, OciJson.Default.ContainerRecord);

    /// <summary>Null: it is none.</summary>
    public static ContainerRecord? Of(StoredContainer stored)
    {
        try
        {
            return stored.Record.IsEmpty ? null
                : JsonSerializer.Deserialize(stored.Record.Span, OciJson.Default.ContainerRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How a container's runs went, in a file of its own: it changes with each.</summary>
/// <param name="Wanted">It was started, and nobody has stopped it since.</param>
/// <param name="Started">When, the last time; null: never.</param>
/// <param name="Ended">When the last run ended; null: it has not, or nobody saw it.</param>
/// <param name="Restarts">How often it was started again because it had ended.</param>
internal sealed record ContainerRun(
    bool Wanted, DateTimeOffset? Started, DateTimeOffset? Ended, int? ExitCode, int Restarts)
{
    public static readonly ContainerRun None = new(false, null, null, null, 0);

    public static ContainerRun Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)),
                OciJson.Default.ContainerRun) ?? None;
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return None;
        }
    }

    public void Write(string folder) => Files.AtomicFile.Write(PathIn(folder),
        JsonSerializer.SerializeToUtf8Bytes(this, OciJson.Default.ContainerRun), 0x180);

    private static string PathIn(string folder) => Path.Combine(folder, "run.json");
}
