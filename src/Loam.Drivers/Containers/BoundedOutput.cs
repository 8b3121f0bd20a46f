using System.Text;

namespace Loam.Drivers.Containers;

/// <summary>Keeps the beginning of what is written to it, also by several at once.</summary>
internal sealed class BoundedOutput(int most) : MemoryStream
{
    private readonly Lock _turn = new();

    public override ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_turn)
        {
            base.Write(buffer.Span[..Math.Min(most - (int)Length, buffer.Length)]);
        }
        return ValueTask.CompletedTask;
    }

    public override string ToString() =>
        Encoding.UTF8.GetString(GetBuffer(), 0, (int)Length);
}
