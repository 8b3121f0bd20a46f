namespace Loam.Mcp;

/// <summary>A stream of lines none of which is longer than that: a longer one ends it, before it
/// is kept anywhere.</summary>
/// <param name="most">Bytes of one line.</param>
internal sealed class BoundedInput(Stream inner, int most) : Stream
{
    private int _line;

    /// <summary>It ended because a line was too long.</summary>
    public bool IsExceeded { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = IsExceeded ? 0
            : await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Seen(buffer.Span, count);
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        Seen(buffer.AsSpan(offset, count), IsExceeded ? 0 : inner.Read(buffer, offset, count));

    private int Seen(ReadOnlySpan<byte> buffer, int count)
    {
        foreach (var value in buffer[..count])
        {
            _line = value == (byte)'\n' ? 0 : _line + 1;
            if (_line > most)
            {
                IsExceeded = true;
                return 0;
            }
        }
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();
}
