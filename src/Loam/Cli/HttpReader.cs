using System.Buffers;
using System.Globalization;
using System.Text;
using Loam.Core;

namespace Loam.Cli;

/// <summary>The answer is not HTTP as a daemon of ours writes it, or ends too early.</summary>
internal sealed class BadReplyException(string message) : Exception(message);

/// <summary>Reads one HTTP/1.1 answer. Bounded in every direction: whatever the other end sends,
/// it ends in a value or a <see cref="BadReplyException"/>.</summary>
internal sealed class HttpReader(Stream stream)
{
    private const int MostHeaders = 100;

    private enum Framing { Length, Chunked, UntilEnd }

    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _headBytes;
    private Framing _framing;
    private long _left;
    private bool _chunkOpen;
    private bool _bodyEnded;

    /// <summary>Whoever answered is to be asked again.</summary>
    public bool SaysAgain { get; private set; }

    /// <summary>Reads the head; then the body's parts can be read.</summary>
    /// <returns>The status code.</returns>
    public async ValueTask<int> HeadAsync(CancellationToken cancel)
    {
        var status = StatusOf(await HeadLineAsync(cancel).ConfigureAwait(false));
        _framing = Framing.UntilEnd;
        _bodyEnded = status is 204 or 304;
        var hasLength = false;
        for (var count = 0; ; count++)
        {
            var line = await HeadLineAsync(cancel).ConfigureAwait(false);
            if (line.Length == 0)
            {
                break;
            }
            Require(count < MostHeaders, "it has too many headers");
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            Require(colon > 0, "a header has no colon");
            var value = line[(colon + 1)..].Trim();
            if (line[..colon].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                Require(!hasLength && _framing != Framing.Chunked, "its length is said twice");
                hasLength = true;
                _left = Length(value, NumberStyles.None);
                _framing = Framing.Length;
                _bodyEnded |= _left == 0;
            }
            else if (line[..colon].Equals("Retry-After", StringComparison.OrdinalIgnoreCase))
            {
                SaysAgain = true;
            }
            else if (line[..colon].Equals(
                "Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                Require(value.Equals("chunked", StringComparison.OrdinalIgnoreCase),
                    "its transfer encoding is unknown");
                Require(!hasLength && _framing != Framing.Chunked, "its length is said twice");
                _framing = Framing.Chunked;
            }
        }
        return status;
    }

    /// <summary>The next part of the body, valid until the next read; empty at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PartAsync(CancellationToken cancel)
    {
        if (_bodyEnded)
        {
            return default;
        }
        if (_framing == Framing.Chunked && _left == 0)
        {
            await NextChunkAsync(cancel).ConfigureAwait(false);
            if (_bodyEnded)
            {
                return default;
            }
        }
        if (_start == _end && !await FillAsync(cancel).ConfigureAwait(false))
        {
            Require(_framing == Framing.UntilEnd, "it ends in the middle");
            _bodyEnded = true;
            return default;
        }
        var length = _framing == Framing.UntilEnd
            ? _end - _start : (int)Math.Min(_end - _start, _left);
        var part = _buffer.AsMemory(_start, length);
        _start += length;
        if (_framing != Framing.UntilEnd)
        {
            _left -= length;
            _bodyEnded = _framing == Framing.Length && _left == 0;
        }
        return part;
    }

    /// <summary>The whole body.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BodyAsync(CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var part = await PartAsync(cancel).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                return body.WrittenMemory;
            }
            Require(body.WrittenCount + part.Length <= Limits.ReplyBytes, "it is too large");
            body.Write(part.Span);
        }
    }

    /// <summary>The body's lines without their ends. A last line needs no end.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var line = new ArrayBufferWriter<byte>();
        while (true)
        {
            var part = await PartAsync(cancel).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                break;
            }
            while (part.Span.IndexOf((byte)'\n') is var cut && cut >= 0)
            {
                line.Write(part.Span[..cut]);
                part = part[(cut + 1)..];
                if (line.WrittenCount > 0)
                {
                    yield return line.WrittenMemory.ToArray();
                }
                line.ResetWrittenCount();
            }
            Require(line.WrittenCount + part.Length <= Limits.ReplyBytes, "a line is too long");
            line.Write(part.Span);
        }
        if (line.WrittenCount > 0)
        {
            yield return line.WrittenMemory.ToArray();
        }
    }

    private async ValueTask NextChunkAsync(CancellationToken cancel)
    {
        if (_chunkOpen)
        {
            _headBytes = 0;
            Require((await HeadLineAsync(cancel).ConfigureAwait(false)).Length == 0,
                "a chunk does not end where it should");
        }
        _headBytes = 0;
        var size = await HeadLineAsync(cancel).ConfigureAwait(false);
        var extension = size.IndexOf(';', StringComparison.Ordinal);
        _left = Length(extension < 0 ? size : size[..extension], NumberStyles.AllowHexSpecifier);
        _chunkOpen = true;
        if (_left > 0)
        {
            return;
        }
        // Trailers are read and forgotten, within the bound of a head.
        _headBytes = 0;
        while ((await HeadLineAsync(cancel).ConfigureAwait(false)).Length > 0)
        {
        }
        _bodyEnded = true;
    }

    private static int StatusOf(string line)
    {
        Require(line.Length >= 12 && line.StartsWith("HTTP/1.", StringComparison.Ordinal)
            && line[8] == ' ' && (line.Length == 12 || line[12] == ' '),
            "it does not begin like HTTP");
        Require(int.TryParse(line.AsSpan(9, 3), NumberStyles.None,
            CultureInfo.InvariantCulture, out var status) && status is >= 200 and < 600,
            "its status is not a number from 200 to 599");
        return status;
    }

    private static long Length(string text, NumberStyles style)
    {
        Require(text.Length is > 0 and <= 15 && long.TryParse(
            text, style, CultureInfo.InvariantCulture, out _), "a length is not a number");
        return long.Parse(text, style, CultureInfo.InvariantCulture);
    }

    private async ValueTask<string> HeadLineAsync(CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end)
            {
                Require(await FillAsync(cancel).ConfigureAwait(false), "it ends in its head");
            }
            var seen = _buffer.AsSpan(_start, _end - _start);
            var cut = seen.IndexOf((byte)'\n');
            var length = cut < 0 ? seen.Length : cut;
            _headBytes += length + 1;
            Require(_headBytes <= Limits.ReplyHeadBytes, "its head is too long");
            line.Append(Encoding.Latin1.GetString(seen[..length]));
            _start += cut < 0 ? length : length + 1;
            if (cut >= 0)
            {
                var end = line.Length > 0 && line[^1] == '\r' ? line.Length - 1 : line.Length;
                return line.ToString(0, end);
            }
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancel).ConfigureAwait(false);
        return _end > 0;
    }

    private static void Require(bool holds, string why)
    {
        if (!holds)
        {
            throw new BadReplyException($"The daemon's answer cannot be read: {why}.");
        }
    }
}
