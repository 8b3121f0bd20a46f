using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Linux;

namespace Loam.Tests.Conformance;

/// <summary>A registry on loopback with one image made of busybox.</summary>
public sealed class RegistryHost : IAsyncLifetime
{
    private readonly string _folder = $"/tmp/loam-{Guid.NewGuid().ToString("n")[..8]}";
    private int _pid;

    public string Host { get; private set; } = "";

    public string Digest { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (new NeedsAttribute("docker-registry").Missing() is not null)
        {
            return;
        }
        Directory.CreateDirectory(_folder);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Host = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        await File.WriteAllTextAsync($"{_folder}/config.yml", $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{_folder}}/data } }
            http: { addr: "{{Host}}" }
            """);
        _pid = DetachedProcess.Start(
            Command.Find("docker-registry")!, ["serve", $"{_folder}/config.yml"],
            new Dictionary<string, string>(), $"{_folder}/log");
        using var http = new HttpClient { BaseAddress = new($"http://{Host}/v2/") };
        for (var tries = 0; !await AnswersAsync(http); tries++)
        {
            (tries < 200).ShouldBeTrue("the registry came up");
            await Task.Delay(50);
        }
        Digest = await PublishAsync(http);
    }

    public async Task DisposeAsync()
    {
        if (_pid == 0)
        {
            return;
        }
        DetachedProcess.AskToEnd(_pid);
        for (var i = 0; i < 100 && DetachedProcess.IsAlive(_pid); i++)
        {
            await Task.Delay(20);
        }
        DetachedProcess.End(_pid);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync("");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string> PublishAsync(HttpClient http)
    {
        var layer = BusyboxImage.Archive();
        var config = Encoding.UTF8.GetBytes($$"""
            {"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"]},
             "rootfs":{"type":"layers","diff_ids":["{{Hash(layer)}}"] } }
            """);
        var manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json",
              "digest":"{{Hash(config)}}","size":{{config.Length}} },
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",
              "digest":"{{Hash(layer)}}","size":{{layer.Length}} }]}
            """);
        foreach (var blob in new[] { layer, config })
        {
            using var begun = await http.PostAsync("shop/box/blobs/uploads/", null);
            var place = begun.Headers.Location!.ToString();
            using var put = await http.PutAsync(
                $"{place}{(place.Contains('?') ? '&' : '?')}digest={Hash(blob)}",
                new ByteArrayContent(blob));
            put.EnsureSuccessStatusCode();
        }
        var body = new ByteArrayContent(manifest);
        body.Headers.ContentType = new("application/vnd.oci.image.manifest.v1+json");
        using var stored = await http.PutAsync("shop/box/manifests/1.0", body);
        stored.EnsureSuccessStatusCode();
        return Hash(manifest);
    }

    private static string Hash(byte[] bytes) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}

/// <summary>From a tag to a container, through a real registry.</summary>
[Needs("dockerd", "containerd", "runc", "ip", "nft", "docker-registry")]
public sealed class PullConformance(DockerHost host, RegistryHost registry)
    : IClassFixture<DockerHost>, IClassFixture<RegistryHost>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [NeedingFact]
    public async Task A_tag_is_resolved_pulled_by_digest_and_run()
    {
        var image = Image("shop/box:1.0");
        using var client = new RegistryClient(null, _ => null);
        var resolved = await client.ResolveAsync(image, new(), None);
        resolved.Digest.ShouldBe(registry.Digest);
        resolved.Size.ShouldNotBeNull().ShouldBeGreaterThan(1000);

        var progress = new List<PullProgress>();
        await host.Engine.PullAsync(image, resolved.Digest, null, progress.Add, None);
        progress.ShouldNotBeEmpty();
        await host.Engine.PullAsync(image, resolved.Digest, null, _ => { }, None);
        var found = (await host.Engine.FindImageAsync(
            $"{registry.Host}/shop/box@{resolved.Digest}", None)).ShouldNotBeNull();
        found.Digests.ShouldContain($"{registry.Host}/shop/box@{resolved.Digest}");

        var container = host.Container(host.NewInstance(), "box", Habit.Serves);
        container = container with
        {
            Spec = container.Spec with
            {
                ImageReference = image.Name,
                ImageDigest = resolved.Digest,
                ImageIsLocalId = false,
            },
        };
        await host.Engine.CreateAsync(container, None);
        await host.Engine.StartAsync(container.Spec.Name, None);
        (await host.Engine.FindAsync(container.Spec.Name, None))!.ImageId.ShouldBe(found.Id);
    }

    [NeedingFact]
    public async Task What_the_registry_has_not_is_not_found()
    {
        using var client = new RegistryClient(null, _ => null);
        var error = await client.ResolveAsync(Image("shop/box:9.99"), new(), None)
            .ShouldThrowAsync<HostException>();
        error.Message.ShouldBe($"{registry.Host}/shop/box has no tag 9.99; there is 1.0.");
        (await client.ResolveAsync(Image("shop/none:1"), new(), None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
        (await host.Engine.PullAsync(
                Image("shop/box:9.99"), "sha256:" + new string('b', 64), null, _ => { }, None)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.NotFound);
    }

    private ImageReference Image(string name) =>
        ImageReference.Parse($"{registry.Host}/{name}", out _).ShouldNotBeNull();
}
