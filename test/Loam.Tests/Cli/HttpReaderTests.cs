using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Loam.Cli;

namespace Loam.Tests.Cli;

public sealed class HttpReaderTests
{
    [Fact]
    public async Task A_body_with_a_length_is_read_to_its_end_and_no_further()
    {
        var (status, body) = await ReadAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloREST", 3);
        (status, body).ShouldBe((200, "hello"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Chunks_are_joined_however_they_arrive(int atOnce)
    {
        var (status, body) = await ReadAsync("HTTP/1.1 404 Not Found\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n"
            + "0\r\nTrailer: t\r\n\r\n", atOnce);
        (status, body).ShouldBe((404, "hello 0123456789"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    public async Task What_is_not_an_answer_is_refused(string text)
    {
        await Should.ThrowAsync<BadReplyException>(() => ReadAsync(text, 4096));
    }

    [Fact]
    public async Task An_endless_head_is_cut_off()
    {
        var head = "HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000);
        await Should.ThrowAsync<BadReplyException>(() => ReadAsync(head, 4096));
        var many = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 200));
        await Should.ThrowAsync<BadReplyException>(() => ReadAsync(many + "\r\n", 4096));
    }

    [Fact]
    public async Task Lines_are_parted_wherever_chunks_end()
    {
        var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\n{\"a\r\n6\r\n\":1}\n{\r\n3\r\n}\n\n\r\n4\r\nlast\r\n0\r\n\r\n";
        for (var atOnce = 1; atOnce < 12; atOnce++)
        {
            var reader = new HttpReader(new Trickle(text, atOnce));
            await reader.HeadAsync(default);
            var lines = new List<string>();
            await foreach (var line in reader.LinesAsync(default))
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
            }
            lines.ShouldBe(["{\"a\":1}", "{}", "last"]);
        }
    }

    [Fact]
    public void Whatever_is_sent_ends_in_an_answer_or_a_refusal()
    {
        const string Good = "HTTP/1.1 200 OK\r\nContent-Type: a\r\nTransfer-Encoding: chunked\r\n"
            + "\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n";
        var broken = from cut in Gen.Choose(0, Good.Length)
                     from at in Gen.Choose(0, Good.Length - 1)
                     from with in Gen.Choose(0, 255)
                     from atOnce in Gen.Choose(1, 64)
                     select (Text: Broken(Good, cut, at, (char)with), AtOnce: atOnce);
        Prop.ForAll(broken.ToArbitrary(), given =>
        {
            try
            {
                return ReadAsync(given.Text, given.AtOnce).GetAwaiter().GetResult()
                    .Body.Length <= Good.Length;
            }
            catch (BadReplyException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static string Broken(string good, int cut, int at, char with) =>
        at < cut ? good[..at] + with + good[(at + 1)..cut] : good[..cut];

    private static async Task<(int Status, string Body)> ReadAsync(string text, int atOnce)
    {
        var reader = new HttpReader(new Trickle(text, atOnce));
        var status = await reader.HeadAsync(default);
        return (status, Encoding.Latin1.GetString((await reader.BodyAsync(default)).Span));
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class Trickle(string text, int atOnce)
        : MemoryStream(Encoding.Latin1.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(atOnce, buffer.Length)], cancellationToken);
    }
}
