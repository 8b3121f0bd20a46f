using System.Text;

namespace Loam.Drivers.Booting.Slots;

/// <summary>What the first block of a slot says, which is what GRUB runs.</summary>
public sealed record SlotHead(string Version, string Build)
{
    private const string First = "# loam-slot 1";

    /// <returns>Null: nothing that can start is there.</returns>
    public static SlotHead? Of(ReadOnlySpan<byte> block)
    {
        var lines = Encoding.Latin1.GetString(block).Split('\n');
        string? Line(string name) => lines.Take(8).FirstOrDefault(
            l => l.StartsWith($"# {name} ", StringComparison.Ordinal))?[(name.Length + 3)..];
        return lines[0] == First && Line("version") is { } version && Line("build") is { } build
            ? new(version, build) : null;
    }
}
