using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: fetching images from registries, and unpacking them.</summary>
internal sealed partial class ImageStore
{
    private const int AtOnce = 3;
    /// <summary>Times in a row that a download breaks off without a byte more.</summary>
    private const int FruitlessTries = 3;
    /// <summary>Begins labels that say which registry has given a blob, and for an unpacked layer
    /// the blob it gave. A registry says what an image is made of, and could name what only
    /// another has given: nobody gets that without having it himself.</summary>
    private const string From = "loam.from/";
    private const string Gzip = "+gzip", Zstd = "+zstd";
    private const int ThrowingTries = 20;
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_closing = TimeSpan.FromMilliseconds(10);

    private readonly HttpClient _http = RegistryClient.NewHttp();
    /// <summary>By digest: what two want is fetched and unpacked once.</summary>
    private readonly Turns _turns = new();

    /// <summary>Fetches by digest, and unpacks. What an earlier try has got is not fetched again.
    /// </summary>
    /// <exception cref="HostException">No mirror and no registry gives it.</exception>
    public async Task PullAsync(ImageReference image, string digest, RegistryLogin? login,
        Action<PullProgress> progress, CancellationToken cancel)
    {
        RequireDigests(image, [digest]);
        var name = $"{image.Registry}/{image.Repository}@{digest}";
        if (await WholeAsync(name, cancel).ConfigureAwait(false))
        {
            progress(new("", 0, null, "already there"));
            return;
        }
        // Two that fetch the same have one each: it goes with whoever is done first.
        var lease = $"loam-pull-{digest[7..23]}-{RandomNumberGenerator.GetHexString(8, true)}";
        await client.LeaseAsync(lease, clock.GetUtcNow() + s_kept, cancel).ConfigureAwait(false);
        var sources = RegistryEndpoint.Of(image.Registry, Registries(), mirror)
            .Select(e => new RegistrySession(_http, e, image, e.IsMirror ? null : login))
            .ToImmutableArray();
        var top = await ManifestAsync(sources, image, digest, lease, cancel).ConfigureAwait(false);
        var manifest = top;
        if (top.Manifest.Manifests is { } choices)
        {
            var mine = RegistryClient.ForThisMachine(choices, image);
            RequireDigests(image, [mine]);
            manifest = await ManifestAsync(sources, image, mine, lease, cancel)
                .ConfigureAwait(false);
            await client.LabelBlobAsync(digest, new Dictionary<string, string>
            {
                ["containerd.io/gc.ref.content.m.0"] = mine,
            }, cancel).ConfigureAwait(false);
        }
        var (config, layers) = Parts(manifest.Manifest, image);
        await FetchAsync(sources, config, From + image.Registry, lease, _ => { }, cancel)
            .ConfigureAwait(false);
        var settings = Config(
            await client.ReadBlobAsync(config.Digest, cancel).ConfigureAwait(false) ?? [],
            image.Short);
        if (settings.Rootfs?.DiffIds?.Length != layers.Length)
        {
            throw Unusable(image, "its configuration and its layers do not fit together");
        }
        RequireDigests(image, settings.Rootfs.DiffIds);
        var chain = await LayersAsync(
            sources, layers, settings.Rootfs.DiffIds, image, lease, progress, cancel)
            .ConfigureAwait(false);
        await client.LabelBlobAsync(manifest.Blob.Digest, new Dictionary<string, string>
        {
            ["containerd.io/gc.ref.content.config"] = config.Digest,
        }, cancel).ConfigureAwait(false);
        await client.LabelBlobAsync(config.Digest, new Dictionary<string, string>
        {
            [$"containerd.io/gc.ref.snapshot.{ContainerdClient.Snapshotter}"] = chain,
        }, cancel).ConfigureAwait(false);
        await client.PutImageAsync(new(name, top.Blob, new Dictionary<string, string>
        {
            [IdLabel] = config.Digest,
            [SizeLabel] = layers.Sum(l => l.Size).ToString(CultureInfo.InvariantCulture),
        }), cancel).ConfigureAwait(false);
        // Layers are needed no more once they are unpacked: with it they go.
        await client.EndLeaseAsync(lease, cancel).ConfigureAwait(false);
    }

    private async Task<bool> WholeAsync(string name, CancellationToken cancel) =>
        await FindAsync(name, cancel).ConfigureAwait(false) is { } found
        && await client.ReadBlobAsync(found.Id, cancel).ConfigureAwait(false) is { } bytes
        && (Chain(Config(bytes, name).Rootfs?.DiffIds ?? []).LastOrDefault() is not { } chain
            || await client.HasSnapshotAsync(chain, cancel).ConfigureAwait(false));

    private async Task<(WireManifest Manifest, Blob Blob)> ManifestAsync(
        ImmutableArray<RegistrySession> sources, ImageReference image, string digest,
        string lease, CancellationToken cancel)
    {
        var body = await client.ReadBlobAsync(digest, cancel).ConfigureAwait(false)
            ?? await AskAsync(sources, image, digest, cancel).ConfigureAwait(false);
        try
        {
            var manifest = JsonSerializer.Deserialize(body, RegistryJson.Default.WireManifest)
                ?? throw new JsonException("null");
            var blob = new Blob(manifest.MediaType ?? RegistryClient.ManifestTypes[
                manifest.Manifests is null ? 2 : 0], digest, body.Length);
            using var turn = await _turns.TakeAsync(digest, cancel).ConfigureAwait(false);
            await client.WriteBlobAsync(blob, lease, (from, _) => Task.FromResult<Stream>(
                new MemoryStream(body, (int)from, body.Length - (int)from)), _ => { }, cancel)
                .ConfigureAwait(false);
            return (manifest, blob);
        }
        catch (JsonException)
        {
            throw Unusable(image, "its manifest cannot be read");
        }
    }

    private static async Task<byte[]> AskAsync(ImmutableArray<RegistrySession> sources,
        ImageReference image, string digest, CancellationToken cancel)
    {
        HostException? first = null;
        foreach (var source in sources)
        {
            try
            {
                var (status, body) = await source.GetAsync(
                    $"manifests/{digest}", RegistryClient.ManifestTypes, cancel)
                    .ConfigureAwait(false);
                if (status == HttpStatusCode.OK && Digest(body) == digest)
                {
                    return body;
                }
                throw status == HttpStatusCode.OK ? RegistryClient.Altered(image, source)
                    : status == HttpStatusCode.NotFound ? new HostException(Fault.NotFound,
                        $"{image.Short} has no {digest} in the registry {source.Name}.",
                        "Choose a tag, or another digest.")
                    : RegistryClient.Refusal(status, source, image);
            }
            catch (HostException fault)
            {
                first ??= fault;
            }
        }
        throw first ?? new(
            Fault.NotFound, $"{image.Registry} is not the address of a registry.",
            "Write the image as registry/name:tag.");
    }

    private static (Blob Config, Blob[] Layers) Parts(WireManifest manifest, ImageReference image)
    {
        if (manifest is not { Schema: 2, Config: { Digest: { } config } settings, Layers: { } all })
        {
            throw Unusable(image, "it is stored in a form that is no longer used");
        }
        RequireDigests(image, [config, .. all.Select(l => l.Digest)]);
        if (settings.Size is < 1 or > Limits.RegistryAnswerBytes || all.Any(l => l.Size < 1))
        {
            throw Unusable(image, "it says of a part that it has "
                + "no bytes, or more than it can have");
        }
        return (new("application/vnd.oci.image.config.v1+json", config, settings.Size),
            [.. all.Select(l => new Blob(Layer(l.MediaType ?? "", image), l.Digest!, l.Size))]);
    }

    private static void RequireDigests(ImageReference image, IEnumerable<string?> digests)
    {
        if (!digests.All(d => d is not null && WholeDigest().IsMatch(d)))
        {
            throw Unusable(image, "it names a part by something that is no digest");
        }
    }

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex WholeDigest();

    /// <summary>Docker's own words for the same forms.</summary>
    private static string Layer(string type, ImageReference image)
    {
        const string oci = "application/vnd.oci.image.layer.v1.tar";
        return type switch
        {
            _ when type.EndsWith(Zstd, StringComparison.Ordinal)
                || type.EndsWith(".zstd", StringComparison.Ordinal) => oci + Zstd,
            _ when type.EndsWith("gzip", StringComparison.Ordinal) => oci + Gzip,
            _ when type.EndsWith(".tar", StringComparison.Ordinal) => oci,
            _ => throw Unusable(image, $"it has a layer of the form {type}"),
        };
    }

    /// <summary>Fetches several at a time and unpacks in order.</summary>
    /// <returns>The name of the uppermost snapshot.</returns>
    private async Task<string> LayersAsync(ImmutableArray<RegistrySession> sources, Blob[] layers,
        string[] contents, ImageReference image, string lease, Action<PullProgress> progress,
        CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var room = new SemaphoreSlim(AtOnce);
        var (chain, from) = (Chain(contents).ToArray(), From + image.Registry);
        var first = 0;
        while (first < layers.Length && await IsFromAsync(
            from, layers[first], chain[first], cancel).ConfigureAwait(false))
        {
            first++;
        }
        var telling = new Lock();
        var fetching = layers.Select((layer, i) => i < first ? Task.CompletedTask
            : Task.Run(async () =>
            {
                await room.WaitAsync(ended.Token).ConfigureAwait(false);
                try
                {
                    await FetchAsync(sources, layer, from, lease, done =>
                    {
                        lock (telling)
                        {
                            progress(new(layer.Digest[7..19], done, layer.Size, "downloading"));
                        }
                    }, ended.Token).ConfigureAwait(false);
                }
                finally
                {
                    room.Release();
                }
            }, ended.Token)).ToArray();
        try
        {
            if (first > 0)
            {
                await client.HoldAsync(lease, chain[first - 1],
                    $"snapshots/{ContainerdClient.Snapshotter}", cancel).ConfigureAwait(false);
            }
            for (var i = first; i < layers.Length; i++)
            {
                await fetching[i].ConfigureAwait(false);
                lock (telling)
                {
                    progress(new(layers[i].Digest[7..19], layers[i].Size, layers[i].Size,
                        "unpacking"));
                }
                await UnpackAsync(layers[i], contents[i], i == 0 ? "" : chain[i - 1], chain[i],
                    image, lease, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(fetching).ContinueWith(t => _ = t.Exception,
                TaskScheduler.Default).ConfigureAwait(false);
        }
        return chain.LastOrDefault("");
    }

    /// <summary>Whether a layer is unpacked already, of this very blob of this registry.</summary>
    private async Task<bool> IsFromAsync(
        string from, Blob layer, string name, CancellationToken cancel) =>
        (await client.SnapshotLabelsAsync(name, cancel).ConfigureAwait(false))
            ?.GetValueOrDefault(from) == layer.Digest;

    private async Task UnpackAsync(Blob layer, string content, string below, string name,
        ImageReference image, string lease, CancellationToken cancel)
    {
        using var turn = await _turns.TakeAsync(name, cancel).ConfigureAwait(false);
        var from = From + image.Registry;
        if (!await IsFromAsync(from, layer, name, cancel).ConfigureAwait(false))
        {
            await UnpackAnewAsync(layer, content, below, name, image, lease, cancel)
                .ConfigureAwait(false);
            await client.LabelSnapshotAsync(name, from, layer.Digest, cancel)
                .ConfigureAwait(false);
        }
        await client.HoldAsync(lease, name, $"snapshots/{ContainerdClient.Snapshotter}", cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Also where it is there: only so it is known that this blob has the same in it.
    /// </summary>
    private async Task UnpackAnewAsync(Blob layer, string content, string below, string name,
        ImageReference image, string lease, CancellationToken cancel)
    {
        var key = $"unpack {name}";
        // Half of it, from a try that was cut off.
        await client.RemoveSnapshotAsync(key, image.Short, cancel).ConfigureAwait(false);
        var mounts = await client.PrepareAsync(key, below, image.Short, lease, cancel)
            .ConfigureAwait(false);
        var unpacked = await client.ApplyAsync(layer, mounts, lease, cancel).ConfigureAwait(false);
        if (unpacked != content)
        {
            await client.RemoveSnapshotAsync(key, image.Short, cancel).ConfigureAwait(false);
            throw Unusable(image, "a layer is not what its configuration says");
        }
        if (await client.HasSnapshotAsync(name, cancel).ConfigureAwait(false))
        {
            await client.RemoveSnapshotAsync(key, image.Short, cancel).ConfigureAwait(false);
            return;
        }
        // containerd notes durably that it is unpacked, and does not make the files so.
        await Task.Run(() => Files.AtomicFile.SyncFileSystem(root), cancel).ConfigureAwait(false);
        await client.CommitAsync(name, key, lease, cancel).ConfigureAwait(false);
    }

    /// <summary>One blob from the first source that gives it; a download that broke off goes on
    /// where it was.</summary>
    /// <param name="from">Label of the registry.</param>
    private async Task FetchAsync(ImmutableArray<RegistrySession> sources, Blob blob, string from,
        string lease, Action<long> progress, CancellationToken cancel)
    {
        using var turn = await _turns.TakeAsync(blob.Digest, cancel).ConfigureAwait(false);
        var labels = await client.BlobLabelsAsync(blob.Digest, cancel).ConfigureAwait(false);
        if (labels is not null)
        {
            await client.HoldAsync(lease, blob.Digest, "content", cancel).ConfigureAwait(false);
        }
        if (labels?.ContainsKey(from) != true)
        {
            await FromAnyAsync(sources, blob, labels is not null, lease, progress, cancel)
                .ConfigureAwait(false);
            await client.LabelBlobAsync(blob.Digest, new Dictionary<string, string>
            {
                [from] = "1",
            }, cancel).ConfigureAwait(false);
        }
        progress(blob.Size);
    }

    /// <param name="isThere">It is read, to see that they give it, and not stored.</param>
    private async Task FromAnyAsync(ImmutableArray<RegistrySession> sources, Blob blob,
        bool isThere, string lease, Action<long> progress, CancellationToken cancel)
    {
        HostException? last = null;
        foreach (var source in sources)
        {
            long had = -1;
            for (var fruitless = 0; fruitless < FruitlessTries;)
            {
                long has = 0;
                try
                {
                    await OnceAsync(source, blob, isThere, lease,
                        done => progress(has = done), cancel).ConfigureAwait(false);
                    return;
                }
                catch (HostException fault)
                {
                    last = fault;
                    if (fault.Fault == Fault.Denied)
                    {
                        await ThrowAwayAsync(blob, cancel).ConfigureAwait(false);
                    }
                    fruitless = has > had && fault.MayPass ? 0
                        : fault.MayPass ? fruitless + 1 : FruitlessTries;
                    had = Math.Max(had, has);
                }
            }
        }
        throw last ?? new HostException(
            Fault.NotFound, $"No registry has {blob.Digest}.", "Check the image's name.");
    }

    /// <summary>containerd may still be closing what it is to throw away: it is asked again. What
    /// stays is found to be wrong next time.</summary>
    private async Task ThrowAwayAsync(Blob blob, CancellationToken cancel)
    {
        for (var tries = 0; tries < ThrowingTries; tries++)
        {
            try
            {
                await client.AbortBlobAsync(blob.Digest, cancel).ConfigureAwait(false);
                return;
            }
            catch (HostException)
            {
                await Task.Delay(s_closing, clock, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task OnceAsync(RegistrySession source, Blob blob, bool isThere, string lease,
        Action<long> progress, CancellationToken cancel)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(Limits.PullStall);
        Task<Stream> Open(long from, CancellationToken token) =>
            source.OpenAsync($"blobs/{blob.Digest}", from, token);
        void Come(long done)
        {
            stall.CancelAfter(Limits.PullStall);
            progress(done);
        }
        try
        {
            await (isThere ? CompareAsync(blob, Open, Come, stall.Token)
                : client.WriteBlobAsync(blob, lease, Open, Come, stall.Token))
                .ConfigureAwait(false);
        }
        catch (Exception error) when (EngineErrors.IsTransport(error))
        {
            cancel.ThrowIfCancellationRequested();
            throw error is OperationCanceledException
                ? new HostException(Fault.Timeout,
                    $"The download from {source.Name} stood still for "
                    + $"{Limits.PullStall.TotalSeconds:0} s.",
                    "Check the network and try again: what is already here is kept.")
                : new HostException(Fault.Unavailable,
                    $"The download from {source.Name} broke off.",
                    "Check the network and try again: what is already here is kept.");
        }
    }

    private static async Task CompareAsync(Blob blob,
        Func<long, CancellationToken, Task<Stream>> open, Action<long> progress,
        CancellationToken cancel)
    {
        using var stream = await open(0, cancel).ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long had = 0;
        int read;
        while (had <= blob.Size
            && (read = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            progress(had += read);
        }
        if ($"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}" != blob.Digest)
        {
            throw ContainerdClient.Other(blob);
        }
    }

    private static HostException Unusable(ImageReference image, string why) => new(
        Fault.Unsupported, $"{image.Short} cannot be used: {why}.", "Choose another version.");
}
