using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Tests.Containers;

public sealed class RegistryClientTests : IDisposable
{
    private const string Manifest = """
        {"schemaVersion":2,"config":{"digest":"sha256:c","size":100},
         "layers":[{"digest":"sha256:1","size":2000},{"digest":"sha256:2","size":30000}]}
        """;

    private readonly FakeRegistry _registry = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_tag_is_its_digest_and_size()
    {
        _registry.Answers["/v2/shop/web/manifests/1.0"] = Manifest;
        var image = await ResolveAsync("shop/web:1.0");
        image.ShouldBe(new(
            $"{_registry.Host}/shop/web:1.0", FakeRegistry.Digest(Manifest), false, 32100));
    }

    [Fact]
    public async Task Of_a_list_this_machine_s_image_is_measured_and_the_list_is_pinned()
    {
        var list = $$"""
            {"schemaVersion":2,"manifests":[
             {"digest":"sha256:other","size":1,"platform":{"os":"linux","architecture":"s390x"} },
             {"digest":"{{FakeRegistry.Digest(Manifest)}}","size":1,
              "platform":{"architecture":"{{Machine}}","os":"linux"} }]}
            """;
        _registry.Answers["/v2/shop/web/manifests/1.0"] = list;
        _registry.Answers[$"/v2/shop/web/manifests/{FakeRegistry.Digest(Manifest)}"] = Manifest;
        var image = await ResolveAsync("shop/web:1.0");
        image.Digest.ShouldBe(FakeRegistry.Digest(list));
        image.Size.ShouldBe(32100);
    }

    [Fact]
    public async Task An_image_for_other_machines_says_for_which()
    {
        _registry.Answers["/v2/shop/web/manifests/1.0"] = """
            {"schemaVersion":2,"manifests":[{"digest":"sha256:other","size":1,
             "platform":{"os":"linux","architecture":"s390x"}}]}
            """;
        var error = await FailAsync("shop/web:1.0");
        error.Fault.ShouldBe(Fault.Unsupported);
        error.Message.ShouldEndWith("it is for linux/s390x.");
    }

    [Fact]
    public async Task A_missing_tag_is_answered_with_those_near_it()
    {
        _registry.Answers["/v2/shop/web/tags/list?n=1000"] =
            """{"tags":["stable","1.27-alpine","1.27","1.26","latest","<b>"]}""";
        var error = await FailAsync("shop/web:1.28");
        error.Fault.ShouldBe(Fault.NotFound);
        error.Message.ShouldBe(
            $"{_registry.Host}/shop/web has no tag 1.28; there is 1.27, 1.26, 1.27-alpine.");
        error.Remedy.ShouldBe($"Choose {_registry.Host}/shop/web:1.27.");
    }

    [Fact]
    public async Task A_missing_image_is_said_to_be_missing()
    {
        var error = await FailAsync("shop/nothing:1");
        error.Fault.ShouldBe(Fault.NotFound);
        error.Message.ShouldContain("shop/nothing does not exist in the registry");
    }

    [Fact]
    public async Task A_token_is_fetched_where_the_registry_says()
    {
        _registry.Answers["/v2/shop/web/manifests/1.0"] = Manifest;
        _registry.Answers["/token?scope=repository%3Ashop%2Fweb%3Apull&service=here"] =
            """{"token":"abc"}""";
        _registry.Wants = "Bearer abc";
        _registry.Challenge = $"Bearer realm=\"http://{_registry.Host}/token\",service=\"here\"";
        (await ResolveAsync("shop/web:1.0", Login)).Size.ShouldBe(32100);
        _registry.Asked.ShouldContain(
            a => a.Path.StartsWith("/token") && a.Authorization == Basic);
        _registry.Asked.Where(a => a.Path.StartsWith("/v2/"))
            .ShouldAllBe(a => a.Authorization != Basic);
    }

    [Fact]
    public async Task A_password_is_given_when_it_is_asked_for()
    {
        _registry.Answers["/v2/shop/web/manifests/1.0"] = Manifest;
        _registry.Wants = Basic;
        _registry.Challenge = "Basic realm=\"here\"";
        (await ResolveAsync("shop/web:1.0", Login)).Size.ShouldBe(32100);

        (await FailAsync("shop/web:1.0")).Message.ShouldContain("or is private");
        var error = await FailAsync("shop/web:1.0", _ => new("who", "wr0ng-pass"));
        error.Fault.ShouldBe(Fault.Denied);
        (error.Message + error.Remedy).ShouldNotContain("wr0ng-pass");
    }

    [Theory]
    [InlineData("http://registry.invalid/token")]
    [InlineData("ftp://127.0.0.1/token")]
    [InlineData("nonsense")]
    public async Task A_password_is_not_sent_in_the_open_to_elsewhere(string realm)
    {
        _registry.Wants = "Bearer x";
        _registry.Challenge = $"Bearer realm=\"{realm}\"";
        (await FailAsync("shop/web:1.0", Login)).Fault.ShouldBe(Fault.Denied);
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_never_gets_the_login()
    {
        using var mirror = new FakeRegistry();
        mirror.Answers["/v2/shop/web/manifests/1.0"] = Manifest;
        mirror.Wants = "nothing";
        mirror.Challenge = "Basic realm=\"mirror\"";
        _registry.Answers["/v2/shop/web/manifests/1.0"] = Manifest;
        var setting = new RegistrySetting(_registry.Host, $"http://{mirror.Host}", null, null);

        (await ResolveAsync("shop/web:1.0", Login, setting)).Size.ShouldBe(32100);
        mirror.Asked.ShouldHaveSingleItem().Authorization.ShouldBeNull();
        _registry.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_mirror_s_word_counts_when_the_registry_cannot_be_reached()
    {
        using var mirror = new FakeRegistry();
        using var client = new RegistryClient($"http://{mirror.Host}", _ => null);
        var silent = new RegistrySetting("127.0.0.1:1", $"http://{mirror.Host}", null, null);
        var error = await client.ResolveAsync(
                Reference("127.0.0.1:1/shop/web:1"), new() { Registries = [silent] },
                CancellationToken.None)
            .ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.NotFound);
        error.Message.ShouldContain("127.0.0.1:1 itself cannot be reached");
    }

    [Fact]
    public async Task Nobody_there_is_unavailable_unless_a_digest_needs_no_answer()
    {
        using var client = new RegistryClient(null, _ => null);
        var error = await client.ResolveAsync(
                Reference("127.0.0.1:1/shop/web:1"), new(), CancellationToken.None)
            .ShouldThrowAsync<HostException>();
        error.Fault.ShouldBe(Fault.Unavailable);
        error.Message.ShouldBe("The registry 127.0.0.1:1 cannot be reached (refused).");

        var digest = "sha256:" + new string('a', 64);
        (await client.ResolveAsync(
                Reference($"127.0.0.1:1/shop/web@{digest}"), new(), CancellationToken.None))
            .Digest.ShouldBe(digest);
    }

    [Fact]
    public async Task Something_else_than_the_digest_is_refused()
    {
        var digest = "sha256:" + new string('a', 64);
        _registry.Answers[$"/v2/shop/web/manifests/{digest}"] = Manifest;
        (await FailAsync($"shop/web@{digest}")).Fault.ShouldBe(Fault.Denied);
    }

    [Theory]
    [InlineData(429, Fault.Unavailable)]
    [InlineData(500, Fault.Unavailable)]
    [InlineData(403, Fault.NotFound)]
    [InlineData(418, Fault.Unsupported)]
    public async Task Refusals_are_faults(int status, Fault fault)
    {
        _registry.Status = status;
        (await FailAsync("shop/web:1")).Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("this is not JSON")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_answer_that_is_no_manifest_is_no_crash(string body)
    {
        _registry.Answers["/v2/shop/web/manifests/1"] = body;
        (await FailAsync("shop/web:1")).Fault.ShouldBe(Fault.Unavailable);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _registry.Answers["/v2/shop/web/manifests/1"] =
            new string(' ', Core.Limits.RegistryAnswerBytes + 1);
        (await FailAsync("shop/web:1")).Fault.ShouldBe(Fault.Unsupported);
    }

    private static string Machine =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
            == System.Runtime.InteropServices.Architecture.X64 ? "amd64" : "arm64";

    private static string Basic =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("who:secret-pass"));

    private static RegistryLogin? Login(string host) => new("who", "secret-pass");

    private static ImageReference Reference(string text) =>
        ImageReference.Parse(text, out _).ShouldNotBeNull();

    private async Task<ResolvedImage> ResolveAsync(
        string image, Func<string, RegistryLogin?>? login = null,
        params RegistrySetting[] settings)
    {
        using var client = new RegistryClient(null, login ?? (_ => null));
        return await client.ResolveAsync(
            Reference($"{_registry.Host}/{image}"), new() { Registries = [.. settings] },
            CancellationToken.None);
    }

    private Task<HostException> FailAsync(
        string image, Func<string, RegistryLogin?>? login = null) =>
        ResolveAsync(image, login).ShouldThrowAsync<HostException>();
}
