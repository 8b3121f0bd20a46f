using System.Text;
using Loam.Drivers.Containers;

namespace Loam.Tests.Containers;

public sealed class StreamFramesTests
{
    [Fact]
    public async Task Frames_are_taken_apart_however_they_arrive()
    {
        byte[] bytes = [1, 0, 0, 0, 0, 0, 0, 3, .. "abc"u8, 2, 0, 0, 0, 0, 0, 0, 2, .. "xy"u8];
        for (var step = 1; step <= bytes.Length; step++)
        {
            (await ReadAsync(new Dribble(bytes, step))).ShouldBe("abc!xy!");
        }
    }

    [Fact]
    public async Task A_terminal_s_output_has_no_frames() =>
        (await ReadAsync(new MemoryStream("2026 plain output"u8.ToArray())))
            .ShouldBe("2026 plain output");

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public async Task A_stream_that_breaks_off_is_an_error(int length)
    {
        byte[] bytes = [1, 0, 0, 0, 0, 0, 0, 3, .. "abc"u8];
        await Should.ThrowAsync<InvalidDataException>(
            () => ReadAsync(new MemoryStream(bytes[..length])));
    }

    [Fact]
    public void Lines_are_cut_at_their_ends_and_at_their_bound()
    {
        var cutter = new LineCutter(4);
        cutter.Add("ab\r\ncdefgh\n\nx"u8.ToArray()).ShouldBe(["ab", "cdef…", ""]);
        cutter.Rest().ShouldBe("x");
        cutter.Rest().ShouldBeNull();
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        var last = false;
        await foreach (var (isError, bytes) in StreamFrames.ReadAsync(
            stream, CancellationToken.None))
        {
            text.Append(isError != last ? "!" : "").Append(Encoding.UTF8.GetString(bytes.Span));
            last = isError;
        }
        return last ? text + "!" : text.ToString();
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Dribble(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancel = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancel);
    }
}
