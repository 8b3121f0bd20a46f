using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Loam.Drivers.Containers;

/// <summary>Output of a container as engines send it: frames of eight bytes of head (stream,
/// three zeros, length) and the bytes, or, for a container with a terminal, plain bytes.
/// https://docs.docker.com/engine/api/v1.40/#operation/ContainerAttach</summary>
internal static class StreamFrames
{
    private const int Chunk = 16 * 1024;

    /// <summary>Pieces of output in order; a piece is only valid until the next one.</summary>
    /// <exception cref="InvalidDataException">It is not such a stream.</exception>
    public static async IAsyncEnumerable<(bool IsError, ReadOnlyMemory<byte> Bytes)> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        var head = new byte[8];
        var buffer = new byte[Chunk];
        while (true)
        {
            var got = await stream.ReadAtLeastAsync(head, 8, false, cancel).ConfigureAwait(false);
            if (got == 0)
            {
                yield break;
            }
            if (head[0] > 2 || (got > 3 && (head[1] | head[2] | head[3]) != 0))
            {
                // No frame begins so: a terminal's plain output.
                yield return (false, head.AsMemory(0, got));
                await foreach (var rest in PlainAsync(stream, buffer, cancel))
                {
                    yield return (false, rest);
                }
                yield break;
            }
            if (got < 8)
            {
                throw new InvalidDataException("the stream ends within a frame");
            }
            var left = (long)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
            var isError = head[0] == 2;
            while (left > 0)
            {
                var read = await stream
                    .ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, Chunk)), cancel)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    throw new InvalidDataException("the stream ends within a frame");
                }
                left -= read;
                yield return (isError, buffer.AsMemory(0, read));
            }
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PlainAsync(
        Stream stream, byte[] buffer, [EnumeratorCancellation] CancellationToken cancel)
    {
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }
}

/// <summary>Cuts a stream of bytes into lines of bounded length.</summary>
internal sealed class LineCutter(int longest)
{
    private readonly List<byte> _line = [];
    private bool _cut;

    /// <summary>Whole lines that end within these bytes.</summary>
    public IEnumerable<string> Add(ReadOnlyMemory<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes.Span[i];
            if (value == (byte)'\n')
            {
                yield return Take();
            }
            else if (_line.Count < longest)
            {
                _line.Add(value);
            }
            else
            {
                _cut = true;
            }
        }
    }

    /// <summary>What is left when the stream ends; null: nothing.</summary>
    public string? Rest() => _line.Count == 0 ? null : Take();

    private string Take()
    {
        var text = System.Text.Encoding.UTF8.GetString(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line)).TrimEnd('\r');
        text = _cut ? text + "…" : text;
        _line.Clear();
        _cut = false;
        return text;
    }
}
