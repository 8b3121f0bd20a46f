using System.Globalization;
using System.Runtime.ExceptionServices;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <param name="Type">Media type.</param>
internal sealed record Blob(string Type, string Digest, long Size);

internal sealed record StoredImage(
    string Name, Blob Target, IReadOnlyDictionary<string, string> Labels);

/// <summary>This file: images, their content, what is unpacked of them.</summary>
internal sealed partial class ContainerdClient
{
    private const string Images = "containerd.services.images.v1.Images/";
    private const string Content = "containerd.services.content.v1.Content/";
    private const string Snapshots = "containerd.services.snapshots.v1.Snapshots/";
    private const string Leases = "containerd.services.leases.v1.Leases/";
    private const int Chunk = 512 * 1024;
    private const int Write = 1, Commit = 2;

    private static readonly Dictionary<string, string> s_kept =
        new() { ["containerd.io/gc.root"] = "1" };

    public async Task<List<StoredImage>> ImagesAsync(string? filter, CancellationToken cancel) =>
        [.. (await _channel.CallAsync(Images + "List", new ProtoWriter().Text(1, filter),
            "images", cancel).ConfigureAwait(false)).Messages(1).Select(Image)];

    public async Task<StoredImage?> ImageAsync(string name, CancellationToken cancel) =>
        await ForgivingAsync(Images + "Get", new ProtoWriter().Text(1, name), $"image {name}",
            cancel).ConfigureAwait(false) is { } found ? Image(found.Message(1)) : null;

    /// <summary>Makes it, or lets the name mean this one.</summary>
    public async Task PutImageAsync(StoredImage image, CancellationToken cancel)
    {
        var written = new ProtoWriter().Message(1, new ProtoWriter().Text(1, image.Name)
            .Map(2, image.Labels).Message(3, Written(image.Target)));
        var what = $"image {image.Name}";
        try
        {
            await _channel.CallAsync(Images + "Create", written, what, cancel)
                .ConfigureAwait(false);
        }
        catch (HostException fault) when (fault.Fault == Fault.Conflict)
        {
            await _channel.CallAsync(Images + "Update", written, what, cancel)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Gone is success.</summary>
    public Task DeleteImageAsync(string name, CancellationToken cancel) => ForgivingAsync(
        Images + "Delete", new ProtoWriter().Text(1, name).Flag(2, true), $"image {name}", cancel);

    /// <summary>What is noted of a blob; null: it is not there.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> BlobLabelsAsync(
        string digest, CancellationToken cancel) =>
        (await ForgivingAsync(Content + "Info", new ProtoWriter().Text(1, digest), digest, cancel)
            .ConfigureAwait(false))?.Message(1).Map(5);

    /// <summary>A small one, whole; null: it is not there.</summary>
    /// <exception cref="HostException">Unsupported: it is not small.</exception>
    public async Task<byte[]?> ReadBlobAsync(string digest, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Limits.EngineCall);
        var bytes = new MemoryStream();
        try
        {
            await foreach (var part in _channel.StreamAsync(Content + "Read",
                new ProtoWriter().Text(1, digest), digest, bounded.Token).ConfigureAwait(false))
            {
                bytes.Write(part.Bytes(2).Span);
                if (bytes.Length > Limits.RegistryAnswerBytes)
                {
                    throw new HostException(Fault.Unsupported, $"{digest} has more than "
                        + $"{Limits.RegistryAnswerBytes >> 20} MiB.", "Choose another image.");
                }
            }
        }
        catch (HostException fault) when (fault.Fault == Fault.NotFound)
        {
            return null;
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw EngineErrors.Transport(error, socket, digest);
        }
        return bytes.ToArray();
    }

    /// <summary>What a blob refers to, so that it is not collected.</summary>
    public Task LabelBlobAsync(string digest, IReadOnlyDictionary<string, string> labels,
        CancellationToken cancel) => _channel.CallAsync(Content + "Update", new ProtoWriter()
            .Message(1, new ProtoWriter().Text(1, digest).Map(5, labels))
            .Message(2, new ProtoWriter().Texts(1, labels.Keys.Select(k => $"labels.{k}"))),
            digest, cancel);

    /// <summary>Writes a blob, after what an earlier try left of it.</summary>
    /// <param name="open">Gives its bytes from an offset on.</param>
    /// <param name="progress">How much of it is there.</param>
    /// <exception cref="HostException">Denied: the bytes are not those of the digest.</exception>
    public async Task WriteBlobAsync(Blob blob, string lease,
        Func<long, CancellationToken, Task<Stream>> open, Action<long> progress,
        CancellationToken cancel)
    {
        var reference = $"loam-{blob.Digest}";
        ProtoWriter Head(int action) => new ProtoWriter().Number(1, action).Text(2, reference)
            .Number(3, blob.Size).Text(4, blob.Digest);
        try
        {
            using var call = await _channel.DuplexAsync(
                Content + "Write", Head(0), blob.Digest, lease, cancel).ConfigureAwait(false);
            var offset = await AnsweredAsync(call, blob, cancel).ConfigureAwait(false);
            progress(offset);
            if (offset < blob.Size)
            {
                using var stream = await open(offset, cancel).ConfigureAwait(false);
                var buffer = new byte[Chunk];
                while (true)
                {
                    // One byte more than it should have tells.
                    var room = (int)Math.Min(Chunk, blob.Size - offset + 1);
                    var (read, broken) = await FillAsync(stream, buffer.AsMemory(0, room),
                        had => progress(offset + had), cancel).ConfigureAwait(false);
                    if (read > blob.Size - offset)
                    {
                        throw Other(blob);
                    }
                    if (read > 0)
                    {
                        call.Send(
                            Head(Write).Number(5, offset).Bytes(6, buffer.AsMemory(0, read)));
                        offset = await AnsweredAsync(call, blob, cancel).ConfigureAwait(false);
                    }
                    broken?.Throw();
                    if (read == 0)
                    {
                        break;
                    }
                }
            }
            call.Send(Head(Commit).Number(5, offset));
            await AnsweredAsync(call, blob, cancel).ConfigureAwait(false);
        }
        catch (HostException fault) when (fault.Fault == Fault.Conflict)
        {
            // It was there already, or another pull was faster.
            if (await BlobLabelsAsync(blob.Digest, cancel).ConfigureAwait(false) is null)
            {
                throw;
            }
        }
    }

    /// <summary>As much as there is room for; what came before a stream broke counts.</summary>
    private static async Task<(int Read, ExceptionDispatchInfo? Broken)> FillAsync(
        Stream stream, Memory<byte> buffer, Action<int> had, CancellationToken cancel)
    {
        var filled = 0;
        try
        {
            int read;
            while (filled < buffer.Length && (read = await stream.ReadAsync(
                buffer[filled..], cancel).ConfigureAwait(false)) > 0)
            {
                had(filled += read);
            }
            return (filled, null);
        }
        catch (IOException error)
        {
            return (filled, ExceptionDispatchInfo.Capture(error));
        }
    }

    /// <summary>Throws away what is there of a blob that is not whole.</summary>
    public Task AbortBlobAsync(string digest, CancellationToken cancel) => ForgivingAsync(
        Content + "Abort", new ProtoWriter().Text(1, $"loam-{digest}"), digest, cancel);

    public async Task<bool> HasSnapshotAsync(string name, CancellationToken cancel) =>
        await SnapshotLabelsAsync(name, cancel).ConfigureAwait(false) is not null;

    /// <summary>What is noted of a snapshot; null: it is not there.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> SnapshotLabelsAsync(
        string name, CancellationToken cancel) =>
        (await ForgivingAsync(Snapshots + "Stat", Snapshot(name), name, cancel)
            .ConfigureAwait(false))?.Message(1).Map(6);

    public Task LabelSnapshotAsync(
        string name, string key, string value, CancellationToken cancel) =>
        _channel.CallAsync(Snapshots + "Update", new ProtoWriter().Text(1, Snapshotter)
            .Message(2, new ProtoWriter().Text(1, name)
                .Map(6, new Dictionary<string, string> { [key] = value }))
            .Message(3, new ProtoWriter().Texts(1, [$"labels.{key}"])), name, cancel);

    /// <summary>A place to write on top of another; there already is success.</summary>
    /// <param name="parent">Empty: nothing.</param>
    /// <param name="lease">Null: it is kept until it is removed.</param>
    /// <returns>Its mounts, as the task and the unpacking take them.</returns>
    public async Task<List<ReadOnlyMemory<byte>>> PrepareAsync(string key, string parent,
        string what, string? lease, CancellationToken cancel)
    {
        try
        {
            return [.. (await _channel.CallAsync(Snapshots + "Prepare",
                Snapshot(key).Text(3, parent).Map(4, lease is null ? s_kept : []), what,
                cancel, lease: lease)
                .ConfigureAwait(false)).All(1)];
        }
        catch (HostException fault) when (fault.Fault == Fault.Conflict)
        {
            return await MountsAsync(key, what, cancel).ConfigureAwait(false);
        }
    }

    public async Task<List<ReadOnlyMemory<byte>>> MountsAsync(
        string key, string what, CancellationToken cancel) =>
        [.. (await _channel.CallAsync(Snapshots + "Mounts", Snapshot(key), what, cancel)
            .ConfigureAwait(false)).All(1)];

    /// <exception cref="HostException">Conflict: there is one of that name.</exception>
    public Task CommitAsync(string name, string key, string lease, CancellationToken cancel) =>
        _channel.CallAsync(Snapshots + "Commit", new ProtoWriter().Text(1, Snapshotter)
            .Text(2, name).Text(3, key), name, cancel, lease: lease);

    /// <summary>Gone is success.</summary>
    public Task RemoveSnapshotAsync(string key, string what, CancellationToken cancel) =>
        ForgivingAsync(Snapshots + "Remove", Snapshot(key), what, cancel);

    /// <summary>Unpacks a layer.</summary>
    /// <returns>The digest of what was in it.</returns>
    public async Task<string> ApplyAsync(Blob layer, IEnumerable<ReadOnlyMemory<byte>> mounts,
        string lease, CancellationToken cancel)
    {
        var request = new ProtoWriter().Message(1, Written(layer));
        foreach (var mount in mounts)
        {
            request.Bytes(2, mount);
        }
        return (await _channel.CallAsync("containerd.services.diff.v1.Diff/Apply", request,
            layer.Digest, cancel, Timeout.InfiniteTimeSpan, lease).ConfigureAwait(false))
            .Message(1).Text(2);
    }

    /// <summary>What is made under it is kept until it ends; there already is success.</summary>
    public async Task LeaseAsync(string id, DateTimeOffset until, CancellationToken cancel)
    {
        try
        {
            await _channel.CallAsync(Leases + "Create", new ProtoWriter().Text(1, id)
                .Map(3, new Dictionary<string, string>
                {
                    ["containerd.io/gc.expire"] =
                        until.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ",
                            CultureInfo.InvariantCulture),
                }), "engine", cancel).ConfigureAwait(false);
        }
        catch (HostException fault) when (fault.Fault == Fault.Conflict)
        {
            // From an earlier try.
        }
    }

    public Task HoldAsync(string lease, string id, string type, CancellationToken cancel) =>
        ForgivingAsync(Leases + "AddResource", new ProtoWriter().Text(1, lease)
            .Message(2, new ProtoWriter().Text(1, id).Text(2, type)), id, cancel);

    public Task EndLeaseAsync(string id, CancellationToken cancel) => ForgivingAsync(
        Leases + "Delete", new ProtoWriter().Text(1, id), "engine", cancel);

    private static async Task<long> AnsweredAsync(
        GrpcChannel.GrpcCall call, Blob blob, CancellationToken cancel)
    {
        try
        {
            return (await call.NextAsync(cancel).ConfigureAwait(false))?.Number(4) ?? blob.Size;
        }
        catch (HostException fault) when (
            fault.Message.Contains("unexpected commit", StringComparison.Ordinal))
        {
            throw Other(blob);
        }
    }

    /// <summary>Not the bytes of the digest.</summary>
    public static HostException Other(Blob blob) => new(Fault.Denied,
        $"What was served as {blob.Digest} is something else.",
        "Do not use this registry or mirror.");

    private static ProtoWriter Snapshot(string key) =>
        new ProtoWriter().Text(1, Snapshotter).Text(2, key);

    private static ProtoWriter Written(Blob blob) => new ProtoWriter()
        .Text(1, blob.Type).Text(2, blob.Digest).Number(3, blob.Size);

    private static StoredImage Image(ProtoMessage message) => new(message.Text(1),
        new(message.Message(3).Text(1), message.Message(3).Text(2), message.Message(3).Number(3)),
        message.Map(2));
}
