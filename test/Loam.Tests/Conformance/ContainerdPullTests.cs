using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Tests.Conformance;

/// <summary>What a download lives through.</summary>
[Needs("containerd", "containerd-shim-runc-v2", "crun", "docker-registry", "nft", "zstd")]
public sealed class ContainerdPullTests(ContainerdHost host)
    : IClassFixture<ContainerdHost>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly BlobRegistry _registry = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _registry.Dispose();
        return Task.CompletedTask;
    }

    [NeedingFact]
    public async Task Layers_of_every_form_are_unpacked_in_order_and_a_broken_download_goes_on()
    {
        var noise = new byte[3_000_000];
        new Random(1).NextBytes(noise);
        var (digest, blobs) = await PublishAsync(
            ("tar", BusyboxImage.Archive()),
            ("tar+gzip", Tar(("www/index.html", "below"u8.ToArray()), ("www/noise", noise))),
            ("tar+zstd", Tar(("www/index.html", "above"u8.ToArray()))));
        _registry.BreaksAfter = 700_000;

        var progress = new ConcurrentQueue<PullProgress>();
        await host.Engine.PullAsync(Image(), digest, null, progress.Enqueue, None);

        _registry.Asked.Where(a => a.Path.EndsWith(blobs[1])).Select(a => a.From)
            .ShouldBe([0, 700_000, 1_400_000, 2_100_000, 2_800_000], "each goes on where it was");
        progress.Where(p => p.Layer == blobs[1][7..19]).Max(p => p.Done).ShouldBe(
            progress.First(p => p.Layer == blobs[1][7..19]).Total!.Value);
        var name = await RunAsync(digest);
        (await ShellAsync(name, "cat /www/index.html")).ShouldBe("above");
        (await ShellAsync(name, "/bin/busybox sha256sum /www/noise"))
            .ShouldStartWith(Convert.ToHexStringLower(SHA256.HashData(noise)));

        var asked = _registry.Asked.Count;
        await host.Engine.PullAsync(Image(), digest, null, _ => { }, None);
        _registry.Asked.Count.ShouldBe(asked, "it is there");
    }

    [NeedingFact]
    public async Task A_server_that_knows_no_ranges_is_read_from_the_start()
    {
        var noise = new byte[1_000_000];
        new Random(2).NextBytes(noise);
        var (digest, _) = await PublishAsync(
            ("tar", BusyboxImage.Archive()), ("tar", Tar(("www/noise", noise))));
        (_registry.BreaksAfter, _registry.Ranges, _registry.BreaksOnce) = (600_000, false, true);
        await host.Engine.PullAsync(Image(), digest, null, _ => { }, None);
        (await ShellAsync(await RunAsync(digest), "/bin/busybox sha256sum /www/noise"))
            .ShouldStartWith(Convert.ToHexStringLower(SHA256.HashData(noise)));
    }

    [NeedingFact]
    public async Task Bytes_that_are_not_those_of_the_digest_are_not_kept()
    {
        var (digest, blobs) = await PublishAsync(
            ("tar", BusyboxImage.Archive()), ("tar", Tar(("a", "true"u8.ToArray()))));
        var path = $"/v2/shop/box/blobs/{blobs[1]}";
        var right = _registry.Blobs[path];
        var wrong = (byte[])right.Clone();
        wrong[600] ^= 1;
        _registry.Blobs[path] = wrong;
        var error = await host.Engine.PullAsync(Image(), digest, null, _ => { }, None)
            .ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Denied);
        (await host.Engine.FindImageAsync(Name(digest), None)).ShouldBeNull();

        _registry.Blobs[path] = right;
        await host.Engine.PullAsync(Image(), digest, null, _ => { }, None);
        (await host.Engine.FindImageAsync(Name(digest), None)).ShouldNotBeNull();
    }

    [NeedingFact]
    public async Task No_more_is_taken_than_an_image_says_it_has()
    {
        var (digest, blobs) = await PublishAsync(
            ("tar", BusyboxImage.Archive()), ("tar", Tar(("a", new byte[5_000_000]))));
        var path = $"/v2/shop/box/blobs/{blobs[1]}";
        var size = _registry.Blobs[path].Length;
        _registry.Blobs[path] = [.. _registry.Blobs[path], .. new byte[40_000_000]];
        var progress = new ConcurrentQueue<PullProgress>();

        // It is closed, thrown away and begun anew at the same time.
        for (var round = 0; round < 20; round++)
        {
            var refusal = await host.Engine.PullAsync(
                Image(), digest, null, progress.Enqueue, None).ShouldThrowAsync<HostException>();
            refusal.Fault.ShouldBe(Fault.Denied, refusal.Message);
        }
        progress.Max(p => p.Done).ShouldBeLessThanOrEqualTo(size + 1);
    }

    [NeedingFact]
    public async Task Nobody_gets_layers_of_anothers_that_he_does_not_have()
    {
        var box = BusyboxImage.Archive();
        var secret = Tar(("www/secret", Guid.NewGuid().ToByteArray()));
        var (digest, blobs) = await PublishAsync(("tar", box), ("tar", secret));
        await host.Engine.PullAsync(Image(), digest, null, _ => { }, None);

        using var other = new BlobRegistry();
        foreach (var (path, bytes) in _registry.Blobs.Where(b => !b.Key.EndsWith(blobs[1])))
        {
            other.Blobs[path] = bytes;
        }
        var image = ImageReference.Parse($"{other.Host}/shop/box:1", out _).ShouldNotBeNull();
        (await host.Engine.PullAsync(image, digest, null, _ => { }, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
        (await host.Engine.FindImageAsync($"{other.Host}/shop/box@{digest}", None)).ShouldBeNull();

        other.Blobs[$"/v2/shop/box/blobs/{blobs[1]}"] = secret;
        await host.Engine.PullAsync(image, digest, null, _ => { }, None);
        (await host.Engine.FindImageAsync($"{other.Host}/shop/box@{digest}", None))
            .ShouldNotBeNull();
        var asked = _registry.Asked.Count;
        var (next, _) = await PublishAsync(
            ("tar", box), ("tar", secret), ("tar", Tar(("www/more", "more"u8.ToArray()))));
        await host.Engine.PullAsync(Image(), next, null, _ => { }, None);
        _registry.Asked.Skip(asked).ShouldNotContain(
            a => a.Path.EndsWith(blobs[0]) || a.Path.EndsWith(blobs[1]), "it has given them");
    }

    [NeedingFact]
    public async Task What_is_no_digest_is_refused()
    {
        foreach (var wrong in (string[])["sha256:../../x", "sha256:AB", "md5:1", ""])
        {
            var manifest = Encoding.UTF8.GetBytes($$"""
                {"schemaVersion":2,"config":{"digest":"{{wrong}}","size":9},"layers":[]}
                """);
            _registry.Blobs[$"/v2/shop/box/manifests/{Hash(manifest)}"] = manifest;
            (await host.Engine.PullAsync(Image(), Hash(manifest), null, _ => { }, None)
                .ShouldThrowAsync<HostException>()).Message.ShouldContain("is no digest");
        }
    }

    private string Name(string digest) => $"{_registry.Host}/shop/box@{digest}";

    private ImageReference Image() =>
        ImageReference.Parse($"{_registry.Host}/shop/box:1", out _).ShouldNotBeNull();

    private async Task<string> RunAsync(string digest)
    {
        var container = host.Container(host.NewInstance(), "box", Habit.Serves);
        container = container with
        {
            Spec = container.Spec with
            {
                ImageReference = Image().Name, ImageDigest = digest, ImageIsLocalId = false,
            },
        };
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        return container.Spec.Name;
    }

    private async Task<string> ShellAsync(string name, string line) => (await host.Engine.ExecAsync(
        name, ["sh", "-c", line], TimeSpan.FromSeconds(20), None)).Output;

    private async Task<(string Digest, string[] Layers)> PublishAsync(
        params (string Form, byte[] Tar)[] layers)
    {
        var packed = new List<(string Form, byte[] Bytes)>();
        foreach (var (form, tar) in layers)
        {
            packed.Add((form, form switch
            {
                "tar+gzip" => Gzip(tar),
                "tar+zstd" => await ZstdAsync(tar),
                _ => tar,
            }));
        }
        var config = Encoding.UTF8.GetBytes($$"""
            {"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"]},"rootfs":{"type":
            "layers","diff_ids":[{{string.Join(',', layers.Select(l => $"\"{Hash(l.Tar)}\""))}}]} }
            """);
        var list = string.Join(',', packed.Select(p => $$"""
            {"mediaType":"application/vnd.oci.image.layer.v1.{{p.Form}}",
             "digest":"{{Hash(p.Bytes)}}","size":{{p.Bytes.Length}} }
            """));
        var manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json",
              "digest":"{{Hash(config)}}","size":{{config.Length}} },"layers":[{{list}}]}
            """);
        foreach (var blob in packed.Select(p => p.Bytes).Append(config))
        {
            _registry.Blobs[$"/v2/shop/box/blobs/{Hash(blob)}"] = blob;
        }
        _registry.Blobs[$"/v2/shop/box/manifests/{Hash(manifest)}"] = manifest;
        return (Hash(manifest), [.. packed.Select(p => Hash(p.Bytes))]);
    }

    private static byte[] Tar(params (string Path, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
                {
                    Mode = (UnixFileMode)0b110_100_100,
                    DataStream = new MemoryStream(content),
                });
            }
        }
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    private async Task<byte[]> ZstdAsync(byte[] bytes)
    {
        var plain = Path.Combine(host.Folder, "layer.tar");
        await File.WriteAllBytesAsync(plain, bytes);
        (await Processes.RunAsync("zstd", "--quiet", "--force", plain)).Exit.ShouldBe(0);
        return await File.ReadAllBytesAsync(plain + ".zst");
    }

    private static string Hash(byte[] bytes) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}

/// <summary>A registry that breaks off.</summary>
internal sealed class BlobRegistry : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, bool> _broken = new();

    public BlobRegistry()
    {
        _listener.Start();
        Host = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Host { get; }
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();
    public ConcurrentQueue<(string Path, int From)> Asked { get; } = new();
    /// <summary>Bytes of a body after which the connection ends.</summary>
    public int BreaksAfter { get; set; } = int.MaxValue;
    public bool BreaksOnce { get; set; }
    public bool Ranges { get; set; } = true;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, true);
            var path = (await reader.ReadLineAsync())?.Split(' ')[1] ?? "";
            var from = 0;
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                {
                    from = int.Parse(line[13..].TrimEnd('-'));
                }
            }
            Asked.Enqueue((path, from));
            from = Ranges ? from : 0;
            if (!Blobs.TryGetValue(path, out var blob))
            {
                await stream.WriteAsync(
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8
                        .ToArray());
                return;
            }
            var cut = BreaksOnce && !_broken.TryAdd(path, true) ? int.MaxValue : BreaksAfter;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {(from > 0 ? "206 Partial Content" : "200 OK")}\r\n"
                + $"Content-Length: {blob.Length - from}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(blob.AsMemory(from, Math.Min(cut, blob.Length - from)));
        }
    }
}
