using System.Net;
using System.Net.Http;
using System.Security.Cryptography;
using Loam.Core.Reconciling;
using Loam.Drivers.Models;
using Loam.Tests.Files;

namespace Loam.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly ModelStore _store;
    private readonly byte[] _model;
    private readonly string _sum;

    public ModelStoreTests()
    {
        _store = new(Path.Combine(_scratch.Root, "models"), TimeProvider.System);
        var file = Path.Combine(_scratch.Root, "given.gguf");
        TinyModel.Random(file, 3);
        _model = File.ReadAllBytes(file);
        _sum = Convert.ToHexStringLower(SHA256.HashData(_model));
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_file_is_taken_whole_and_can_be_verified_and_removed()
    {
        var told = new List<(long, long)>();
        var added = await _store.AddFileAsync("tiny", Given(), _sum.ToUpperInvariant(),
            (done, whole) => told.Add((done, whole)), default);
        told[^1].ShouldBe((_model.Length, _model.Length));
        added.WasKnown.ShouldBeTrue();
        var kept = _store.List().ShouldHaveSingleItem();
        kept.ShouldBe(added);
        kept.Sha256.ShouldBe(_sum);
        File.ReadAllBytes(kept.File).ShouldBe(_model);
        File.GetUnixFileMode(kept.File).ShouldBe((UnixFileMode)0x1a4);
        await _store.VerifyAsync("tiny", Silent, default);

        var spoilt = (byte[])_model.Clone();
        spoilt[^5] ^= 1;
        File.WriteAllBytes(kept.File, spoilt);
        (await Should.ThrowAsync<HostException>(() => _store.VerifyAsync(
            "tiny", Silent, default))).Message.ShouldContain("no longer the file that was added");

        _store.Remove("tiny");
        _store.List().ShouldBeEmpty();
        Left().ShouldBeEmpty();
        Should.Throw<HostException>(() => _store.Remove("tiny")).Fault.ShouldBe(Fault.NotFound);
    }

    [Fact]
    public async Task What_is_not_what_was_meant_is_not_kept()
    {
        (await Should.ThrowAsync<HostException>(() => _store.AddFileAsync("tiny", Given(),
            new string('0', 64), Silent, default))).Message.ShouldContain(_sum);
        Left().ShouldBeEmpty();
        var text = Path.Combine(_scratch.Root, "text.gguf");
        File.WriteAllText(text, "no model at all, and long enough to be read");
        await Should.ThrowAsync<HostException>(
            () => _store.AddFileAsync("text", text, null, Silent, default));
        Left().ShouldBeEmpty();
        await Should.ThrowAsync<HostException>(
            () => _store.AddFileAsync("../up", Given(), null, Silent, default));
        _store.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_download_goes_on_where_it_was_broken_off()
    {
        var server = new Giver(_model) { BreaksAt = 100_000 };
        using var http = new HttpClient(server);
        var url = new Uri("https://models.example/tiny.gguf");
        (await Should.ThrowAsync<HostException>(() => _store.AddUrlAsync(
            "tiny", url, _sum, http, Silent, default))).Message.ShouldContain("broken off");
        _store.List().ShouldBeEmpty();

        server.BreaksAt = int.MaxValue;
        (await _store.AddUrlAsync("tiny", url, _sum, http, Silent, default)).Bytes
            .ShouldBe(_model.Length);
        server.Ranges.ShouldBe([null, 100_000]);
        File.ReadAllBytes(_store.Find("tiny").File).ShouldBe(_model);
        Left().ShouldBe(["tiny.gguf", "tiny.gguf.json"]);
    }

    [Fact]
    public async Task Another_file_at_the_same_address_begins_anew()
    {
        var server = new Giver(new byte[200_000]) { BreaksAt = 100_000, Tag = "\"old\"" };
        using var http = new HttpClient(server);
        var url = new Uri("https://models.example/tiny.gguf");
        await Should.ThrowAsync<HostException>(() => _store.AddUrlAsync(
            "tiny", url, null, http, Silent, default));
        var newer = new Giver(_model) { Tag = "\"new\"" };
        using var again = new HttpClient(newer);
        (await _store.AddUrlAsync("tiny", url, null, again, Silent, default)).Sha256
            .ShouldBe(_sum);
        newer.Ranges.ShouldBe([100_000]);
    }

    [Fact]
    public async Task What_a_server_says_no_to_is_said()
    {
        using var http = new HttpClient(new Giver(_model) { Status = HttpStatusCode.NotFound });
        (await Should.ThrowAsync<HostException>(() => _store.AddUrlAsync("tiny",
            new("https://models.example/none.gguf"), null, http, Silent, default)))
            .Message.ShouldContain("models.example does not give the file: 404");
    }

    [Fact]
    public void Known_models_say_where_they_are_and_on_what_terms() =>
        KnownModel.All.ShouldAllBe(k => ModelStore.IsName(k.Name) && k.Url.Scheme == "https"
            && k.Url.AbsolutePath.EndsWith(".gguf", StringComparison.Ordinal)
            && k.Licence.Length > 0 && k.MemoryGib > 0);

    private string Given() => Path.Combine(_scratch.Root, "given.gguf");

    private IEnumerable<string> Left() => Directory.EnumerateFiles(
        Path.Combine(_scratch.Root, "models")).Select(f => Path.GetFileName(f))
        .Where(f => f != ".lock").Order(StringComparer.Ordinal);

    private static void Silent(long done, long whole)
    {
    }

    /// <summary>Gives a file, or the rest of it, up to where the line breaks.</summary>
    private sealed class Giver(byte[] file) : HttpMessageHandler
    {
        public int BreaksAt { get; set; } = int.MaxValue;
        public string Tag { get; init; } = "\"one\"";
        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;
        public List<long?> Ranges { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var from = request.Headers.Range?.Ranges.Single().From;
            Ranges.Add(from);
            var isRest = from is not null && request.Headers.GetValues("If-Range").Single() == Tag;
            var begin = isRest ? (int)from! : 0;
            var response = new HttpResponseMessage(
                isRest ? HttpStatusCode.PartialContent : Status)
            {
                Content = new StreamContent(new Line(file, begin, BreaksAt)),
            };
            response.Content.Headers.ContentLength = file.Length - begin;
            response.Headers.ETag = new(Tag);
            return Task.FromResult(response);
        }
    }

    private sealed class Line : MemoryStream
    {
        private readonly bool _breaks;

        public Line(byte[] file, int begin, int end)
            : base(file, begin, Math.Min(end, file.Length) - begin) =>
            _breaks = end < file.Length;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Read(buffer.Span);
            return count > 0 || !_breaks ? new(count)
                : throw new IOException("the line broke");
        }
    }
}
