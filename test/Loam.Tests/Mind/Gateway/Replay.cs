using System.Text;
using System.Globalization;
using System.Net;
using Loam.Tests.Tidy;

namespace Loam.Tests.Mind.Gateway;

/// <summary>A recorded answer.</summary>
internal sealed record Traffic(
    HttpStatusCode Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private const string Folder = "test/Loam.Tests/Mind/Gateway/traffic";

    /// <summary>Names such as <c>anthropic.text</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Repository.All.Where(f => f.StartsWith(Folder, StringComparison.Ordinal)
            && f.EndsWith(".http", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f)!)];

    public static Traffic Of(string name)
    {
        var text = Repository.Read($"{Folder}/{name}.http");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = text[..end].Split('\n');
        return new((HttpStatusCode)int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture),
            [.. head[1..].Select(l => KeyValuePair.Create(
                l.Split(": ")[0], l[(l.IndexOf(": ", StringComparison.Ordinal) + 2)..]))],
            Encoding.UTF8.GetBytes(text[(end + 2)..]));
    }

    public Traffic With(string body) => this with { Body = Encoding.UTF8.GetBytes(body) };

    public string Text => Encoding.UTF8.GetString(Body);

    public HttpResponseMessage Response(Stream body)
    {
        var response = new HttpResponseMessage(Status) { Content = new StreamContent(body) };
        foreach (var (name, value) in Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return response;
    }
}

/// <summary>How the bytes of a body arrive.</summary>
/// <param name="Cuts">Lengths of the pieces in turn; what is left comes at once.</param>
/// <param name="Pause">Before each.</param>
internal sealed record Pace(IEnumerable<int> Cuts, TimeSpan Pause, TimeProvider Time)
{
    public static Pace Whole { get; } = new([], TimeSpan.Zero, TimeProvider.System);

    public static Pace Bytes { get; } = new(Enumerable.Repeat(1, int.MaxValue),
        TimeSpan.Zero, TimeProvider.System);

    public static Pace At(int cut) => new([cut], TimeSpan.Zero, TimeProvider.System);

    public static Pace Random(int seed)
    {
        var chance = new Random(seed);
        return new(Enumerable.Range(0, int.MaxValue).Select(_ => chance.Next(1, 40)),
            TimeSpan.Zero, TimeProvider.System);
    }
}

/// <summary>What stands at the end of the bytes.</summary>
internal enum Tail { End, Broken, Silence }

/// <summary>Bytes at a pace.</summary>
internal sealed class PacedStream(byte[] bytes, Pace pace, Tail tail) : Stream
{
    private readonly IEnumerator<int> _cuts = pace.Cuts.GetEnumerator();
    private int _at;
    private int _left;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (pace.Pause > TimeSpan.Zero)
        {
            await Task.Delay(pace.Pause, pace.Time, cancellationToken);
        }
        if (_at == bytes.Length && tail != Tail.End)
        {
            if (tail == Tail.Silence)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, pace.Time, cancellationToken);
            }
            throw new HttpIOException(HttpRequestError.ResponseEnded, "cut");
        }
        if (_left == 0)
        {
            _left = _cuts.MoveNext() ? _cuts.Current : int.MaxValue;
        }
        var count = Math.Min(Math.Min(buffer.Length, _left), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        _left -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _at; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();
}

/// <summary>Answers each request by the next of its answers; the last one stays.</summary>
internal sealed class Replay(params Func<CancellationToken, Task<HttpResponseMessage>>[] answers)
    : HttpMessageHandler
{
    public List<(HttpRequestMessage Head, string Body)> Asked { get; } = [];

    public bool IsEnded { get; private set; }

    public static Replay Of(Traffic traffic, Pace pace, Tail tail = Tail.End) =>
        new(Answer(traffic, pace, tail));

    public static Func<CancellationToken, Task<HttpResponseMessage>> Answer(
        Traffic traffic, Pace pace, Tail tail = Tail.End) => _ =>
        Task.FromResult(traffic.Response(new PacedStream(traffic.Body, pace, tail)));

    protected override void Dispose(bool disposing)
    {
        IsEnded = true;
        base.Dispose(disposing);
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add((request, await request.Content!.ReadAsStringAsync(cancellationToken)));
        return await answers[Math.Min(Asked.Count, answers.Length) - 1](cancellationToken);
    }
}
