using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <param name="Spec">The OCI specification, JSON.</param>
/// <param name="Record">What Loam keeps with it, JSON.</param>
internal sealed record StoredContainer(
    string Id, string Image, IReadOnlyDictionary<string, string> Labels,
    ReadOnlyMemory<byte> Spec, ReadOnlyMemory<byte> Record);

internal enum TaskState { Unknown, Created, Running, Stopped, Paused, Pausing }

internal sealed record RunningTask(
    string Id, int Pid, TaskState State, int ExitCode, DateTimeOffset? Ended);

/// <summary>How a process ended.</summary>
internal sealed record TaskEnd(int ExitCode, DateTimeOffset? At);

/// <param name="Topic"><c>/tasks/exit</c></param>
/// <param name="Container">Whose it is.</param>
/// <param name="Process">The process within it; the container's own has its ID.</param>
internal sealed record ContainerdEvent(
    DateTimeOffset? At, string Topic, string Container, string Process, int ExitCode);

/// <param name="Output">Address of the standard output, as the shim reads it.</param>
internal sealed record TaskStreams(string Input, string Output, string Errors);

/// <summary>containerd's API, as far as Loam uses it. Every call throws
/// <see cref="HostException"/>. This file: containers and what runs in them.
/// https://github.com/containerd/containerd/tree/v1.6.20/api/services</summary>
internal sealed partial class ContainerdClient(string socket) : IDisposable
{
    public const string Namespace = "loam";
    public const string Snapshotter = "overlayfs";
    private const string Containers = "containerd.services.containers.v1.Containers/";
    private const string Tasks = "containerd.services.tasks.v1.Tasks/";
    private const string Spec = "types.containerd.io/opencontainers/runtime-spec/1/Spec";
    private const string Process = "types.containerd.io/opencontainers/runtime-spec/1/Process";
    private const string Resources =
        "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";
    private const string RecordType = "loam/container";

    private readonly GrpcChannel _channel = new(socket, Namespace);

    public void Dispose() => _channel.Dispose();

    public async Task<string> VersionAsync(CancellationToken cancel) =>
        (await _channel.CallAsync("containerd.services.version.v1.Version/Version", new(),
            "engine", cancel, Limits.EnginePing).ConfigureAwait(false)).Text(1);

    public async Task<StoredContainer?> FindAsync(
        string id, string what, CancellationToken cancel) => await ForgivingAsync(
            Containers + "Get", new ProtoWriter().Text(1, id), what, cancel)
            .ConfigureAwait(false) is { } found ? Container(found.Message(1)) : null;

    /// <param name="filter">As containerd writes them: <c>labels."a"==b</c>; null: all.</param>
    public async Task<List<StoredContainer>> ListAsync(string? filter, CancellationToken cancel) =>
        [.. (await _channel.CallAsync(Containers + "List", new ProtoWriter().Text(1, filter),
            "containers", cancel).ConfigureAwait(false)).Messages(1).Select(Container)];

    /// <param name="runtime">Options of the shim.</param>
    /// <exception cref="HostException">Conflict: there is one of that ID.</exception>
    public Task CreateAsync(StoredContainer container, ProtoWriter runtime, string what,
        CancellationToken cancel) => _channel.CallAsync(Containers + "Create",
            new ProtoWriter().Message(1, new ProtoWriter()
                .Text(1, container.Id).Map(2, container.Labels).Text(3, container.Image)
                .Message(4, new ProtoWriter().Text(1, "io.containerd.runc.v2")
                    .Any(2, "containerd.runc.v1.Options", runtime.Written))
                .Any(5, Spec, container.Spec)
                .Text(6, Snapshotter).Text(7, container.Id)
                .Message(10, Recorded(container.Record))), what, cancel);

    /// <summary>Puts specification and record in the place of the former.</summary>
    public Task UpdateAsync(
        StoredContainer container, string what, CancellationToken cancel) =>
        _channel.CallAsync(Containers + "Update", new ProtoWriter()
            .Message(1, new ProtoWriter().Text(1, container.Id).Any(5, Spec, container.Spec)
                .Message(10, Recorded(container.Record)))
            .Message(2, new ProtoWriter().Texts(1, ["spec", "extensions"])), what, cancel);

    /// <summary>Gone is success.</summary>
    public Task DeleteAsync(string id, string what, CancellationToken cancel) =>
        ForgivingAsync(Containers + "Delete", new ProtoWriter().Text(1, id), what, cancel);

    public async Task<RunningTask?> TaskAsync(
        string id, string what, CancellationToken cancel) => await ForgivingAsync(
            Tasks + "Get", new ProtoWriter().Text(1, id), what, cancel)
            .ConfigureAwait(false) is { } found ? Task(found.Message(1)) : null;

    public async Task<List<RunningTask>> TasksAsync(CancellationToken cancel) =>
        [.. (await _channel.CallAsync(Tasks + "List", new(), "containers", cancel)
            .ConfigureAwait(false)).Messages(1).Select(Task)];

    /// <param name="mounts">Of its root, as the snapshotter gave them.</param>
    /// <returns>The process ID.</returns>
    public async Task<int> CreateTaskAsync(string id, IEnumerable<ReadOnlyMemory<byte>> mounts,
        TaskStreams streams, string what, CancellationToken cancel)
    {
        var request = new ProtoWriter().Text(1, id);
        foreach (var mount in mounts)
        {
            request.Bytes(3, mount);
        }
        return (int)(await _channel.CallAsync(Tasks + "Create",
            request.Text(4, streams.Input).Text(5, streams.Output).Text(6, streams.Errors),
            what, cancel).ConfigureAwait(false)).Number(2);
    }

    /// <param name="exec">A further process of it; empty: its own.</param>
    public Task StartTaskAsync(
        string id, string exec, string what, CancellationToken cancel) => _channel.CallAsync(
            Tasks + "Start", new ProtoWriter().Text(1, id).Text(2, exec), what, cancel);

    public async Task<TaskEnd> WaitAsync(
        string id, string exec, string what, CancellationToken cancel)
    {
        var end = await _channel.CallAsync(Tasks + "Wait",
            new ProtoWriter().Text(1, id).Text(2, exec), what, cancel, Timeout.InfiniteTimeSpan)
            .ConfigureAwait(false);
        return new((int)end.Number(1), end.Time(2));
    }

    /// <summary>Gone is success.</summary>
    /// <param name="all">With everything it started.</param>
    public Task KillAsync(string id, string exec, int signal, bool all, string what,
        CancellationToken cancel) => ForgivingAsync(Tasks + "Kill", new ProtoWriter()
            .Text(1, id).Text(2, exec).Number(3, signal).Flag(4, all), what, cancel);

    /// <summary>Takes away what has ended.</summary>
    /// <returns>Null: there was nothing.</returns>
    public async Task<TaskEnd?> DeleteTaskAsync(
        string id, string what, CancellationToken cancel) => End(await ForgivingAsync(
            Tasks + "Delete", new ProtoWriter().Text(1, id), what, cancel).ConfigureAwait(false));

    public async Task<TaskEnd?> DeleteExecAsync(
        string id, string exec, string what, CancellationToken cancel) => End(await ForgivingAsync(
            Tasks + "DeleteProcess", new ProtoWriter().Text(1, id).Text(2, exec), what, cancel)
            .ConfigureAwait(false));

    /// <param name="process">OCI process, JSON.</param>
    public Task ExecAsync(string id, string exec, ReadOnlyMemory<byte> process,
        TaskStreams streams, string what, CancellationToken cancel) => _channel.CallAsync(
            Tasks + "Exec", new ProtoWriter().Text(1, id).Text(2, streams.Input)
                .Text(3, streams.Output).Text(4, streams.Errors)
                .Any(6, Process, process).Text(7, exec), what, cancel);

    /// <summary>Says that no more input comes.</summary>
    public Task CloseInputAsync(
        string id, string exec, string what, CancellationToken cancel) => ForgivingAsync(
            Tasks + "CloseIO", new ProtoWriter().Text(1, id).Text(2, exec).Flag(3, true),
            what, cancel);

    /// <param name="resources">OCI resources, JSON.</param>
    public Task UpdateTaskAsync(string id, ReadOnlyMemory<byte> resources, string what,
        CancellationToken cancel) => _channel.CallAsync(Tasks + "Update",
            new ProtoWriter().Text(1, id).Any(2, Resources, resources), what, cancel);

    /// <summary>What happens to containers and tasks of our namespace, until cancelled.</summary>
    public async IAsyncEnumerable<ContainerdEvent> EventsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var request = new ProtoWriter().Texts(1,
        [
            $"namespace=={Namespace},topic~=\"^/tasks/(exit|start|oom)$\"",
            $"namespace=={Namespace},topic~=\"^/containers/(create|delete)$\"",
        ]);
        await foreach (var told in _channel.StreamAsync(
            "containerd.services.events.v1.Events/Subscribe", request, "events", cancel)
            .ConfigureAwait(false))
        {
            var said = ProtoMessage.Parse(told.Message(4).Bytes(2));
            var isExit = told.Text(3) == "/tasks/exit";
            yield return new(told.Time(1), told.Text(3), said.Text(1),
                isExit ? said.Text(2) : said.Text(1), isExit ? (int)said.Number(4) : 0);
        }
    }

    private async Task<ProtoMessage?> ForgivingAsync(
        string method, ProtoWriter request, string what, CancellationToken cancel)
    {
        try
        {
            return await _channel.CallAsync(method, request, what, cancel).ConfigureAwait(false);
        }
        catch (HostException fault) when (fault.Fault == Fault.NotFound)
        {
            return null;
        }
    }

    private static TaskEnd? End(ProtoMessage? deleted) =>
        deleted is null ? null : new((int)deleted.Number(3), deleted.Time(4));

    private static ProtoWriter Recorded(ReadOnlyMemory<byte> record) =>
        new ProtoWriter().Text(1, RecordType).Any(2, RecordType, record);

    private static StoredContainer Container(ProtoMessage message) => new(
        message.Text(1), message.Text(3), message.Map(2), message.Message(5).Bytes(2),
        message.Messages(10).FirstOrDefault(e => e.Text(1) == RecordType)?.Message(2).Bytes(2)
            ?? default);

    private static RunningTask Task(ProtoMessage message) => new(
        message.Text(2), (int)message.Number(3), (TaskState)message.Number(4),
        (int)message.Number(9), message.Time(10));
}
