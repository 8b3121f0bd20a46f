namespace Loam.Api;

/// <summary>Lines of bytes, none longer than it may be.</summary>
internal sealed class LineReader(Stream stream, int most)
{
    private readonly byte[] _buffer = new byte[most + 1];
    private int _begin;
    private int _end;

    /// <summary>The stream ended at a line that was longer than it may be.</summary>
    public bool IsTooLong { get; private set; }

    /// <returns>Without its end, until the next call; null: there is no more. What comes after the
    /// last line's end is a line, too.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancel)
    {
        var seen = _begin;
        while (true)
        {
            var at = _buffer.AsSpan(seen, _end - seen).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = _buffer.AsMemory(_begin, seen + at - _begin);
                _begin = seen + at + 1;
                return line;
            }
            if (_begin > 0)
            {
                _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
                (_begin, _end) = (0, _end - _begin);
            }
            seen = _end;
            if (_end == _buffer.Length)
            {
                IsTooLong = true;
                return null;
            }
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            if (read == 0)
            {
                ReadOnlyMemory<byte> rest = _buffer.AsMemory(0, _end);
                (_begin, _end) = (0, 0);
                // A bare null would become an empty array, and that an empty line.
                return rest.IsEmpty ? default(ReadOnlyMemory<byte>?) : rest;
            }
            _end += read;
        }
    }
}
