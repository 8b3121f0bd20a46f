using System.Buffers;
using System.Text;

namespace Loam.Mind.Gateway.Wire;

/// <summary>One event of a stream.</summary>
/// <param name="Name">Empty: the stream gave none.</param>
/// <param name="Data">Holds until the next event is read.</param>
internal readonly record struct SseEvent(string Name, ReadOnlyMemory<byte> Data);

/// <summary>Server-sent events as <see href="https://html.spec.whatwg.org/#server-sent-events">the
/// standard</see> reads them, however the bytes are cut, in bounded memory. An event that no
/// blank line ends is dropped, as there.</summary>
/// <param name="read">Gives the next bytes; 0: there are no more.</param>
internal sealed class SseReader(Func<Memory<byte>, ValueTask<int>> read, SseBounds bounds)
{
    private const byte LineFeed = (byte)'\n';
    private const byte Return = (byte)'\r';
    private const int FirstBuffer = 8 * 1024;

    private readonly ArrayBufferWriter<byte> _data = new(1024);
    private byte[] _buffer = new byte[FirstBuffer];
    private int _from;
    private int _to;
    private long _total;
    private bool _hasBegun;
    private bool _skipsFeed;
    private bool _hasData;
    private string _name = "";

    /// <returns>Null: the stream ended.</returns>
    /// <exception cref="SseException">Larger than its bounds.</exception>
    public async ValueTask<SseEvent?> NextAsync()
    {
        _data.ResetWrittenCount();
        _hasData = false;
        _name = "";
        var searched = 0;
        while (true)
        {
            var unread = _buffer.AsSpan(_from + searched, _to - _from - searched);
            var end = unread.IndexOfAny(LineFeed, Return);
            if (end < 0)
            {
                searched = _hasBegun ? _to - _from : 0;
                if (!await FillAsync())
                {
                    return null;
                }
                continue;
            }
            var length = searched + end;
            var line = _buffer.AsMemory(_from, length);
            var byFeed = unread[end] == LineFeed;
            _from += length + 1;
            searched = 0;
            if (_skipsFeed && byFeed && length == 0)
            {
                // The second half of CR LF.
                _skipsFeed = false;
                continue;
            }
            _skipsFeed = !byFeed;
            if (length > 0)
            {
                Take(line.Span);
            }
            else if (_hasData)
            {
                return new(_name, _data.WrittenMemory);
            }
            else
            {
                _name = "";
            }
        }
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }
        if (_to == _buffer.Length)
        {
            if (_to >= bounds.Line)
            {
                throw new SseException($"a line of more than {bounds.Line} bytes");
            }
            Array.Resize(ref _buffer, Math.Min(_to * 2, bounds.Line));
        }
        var count = await read(_buffer.AsMemory(_to));
        _to += count;
        _total += count;
        if (_total > bounds.Total)
        {
            throw new SseException($"more than {bounds.Total} bytes");
        }
        if (!_hasBegun && _to >= Encoding.UTF8.Preamble.Length)
        {
            _hasBegun = true;
            if (_buffer.AsSpan(0, _to).StartsWith(Encoding.UTF8.Preamble))
            {
                _from = Encoding.UTF8.Preamble.Length;
            }
        }
        return count > 0;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        if (value is [(byte)' ', ..])
        {
            value = value[1..];
        }
        // Some servers tell of a failure in a field of that name.
        var isError = field.SequenceEqual("error"u8);
        if (isError)
        {
            _name = "error";
        }
        if (isError || field.SequenceEqual("data"u8))
        {
            if (_data.WrittenCount + value.Length >= bounds.Event)
            {
                throw new SseException($"an event of more than {bounds.Event} bytes");
            }
            if (_hasData)
            {
                _data.Write([LineFeed]);
            }
            _data.Write(value);
            _hasData = true;
        }
        else if (field.SequenceEqual("event"u8))
        {
            _name = Encoding.UTF8.GetString(value[..Math.Min(value.Length, bounds.Name)]);
        }
    }
}

/// <summary>Bytes.</summary>
internal sealed record SseBounds(int Line, int Event, long Total, int Name)
{
    /// <summary>An answer of 100,000 tokens in events of 300 bytes fits.</summary>
    public static SseBounds Usual { get; } =
        new(1024 * 1024, 1024 * 1024, 64 * 1024 * 1024, 64);
}

/// <param name="what">As in "it sent …".</param>
internal sealed class SseException(string what) : Exception(what);
