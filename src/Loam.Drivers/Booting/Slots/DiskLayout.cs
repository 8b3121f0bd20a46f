using System.Collections.Immutable;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Booting.Slots;

/// <summary>How a disk of Loam is divided: what starts it, two slots, and all the rest for data.
/// </summary>
public static class DiskLayout
{
    public const string Bios = "loam-bios", Boot = "loam-boot", SlotA = "loam-a", SlotB = "loam-b",
        Data = DataDisk.Label;

    /// <summary>Less is not worth having.</summary>
    public const long LeastData = 16 * Mega;

    private const string Whole = "disk";

    private const long Mega = 1024 * 1024, SlotBytes = 256 * Mega;

    private static readonly Guid s_bios = new("21686148-6449-6e6f-744e-656564454649");
    private static readonly Guid s_efi = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    private static readonly Guid s_root = new("4f68bce3-e8cd-4db1-96e7-fbcaf984b709");
    private static readonly Guid s_linux = new("0fc63daf-8483-4772-8e79-3d69d8477de4");

    /// <summary>Where a number begins that is the same in every copy of an image.</summary>
    private static ReadOnlySpan<byte> Image => "Loam"u8;

    /// <summary>A number for an image, which can be told from a disk's own.</summary>
    public static Guid OfImage(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        Image.CopyTo(bytes);
        return new(bytes);
    }

    /// <summary>The table of a disk that was copied from an image, with numbers of its own: what
    /// starts a slot finds it by them, and two copies may be in one machine.</summary>
    /// <param name="id">Gives each thing its number.</param>
    /// <returns>Null: it has its own.</returns>
    public static DiskTable? Renumbered(DiskTable table, Func<string, Guid> id) =>
        OfImage(table.Id) != table.Id ? null : new(id(Whole),
            [.. table.Parts.Select(p => p with { Id = id(p.Name) })]);

    /// <param name="bytes">Of the disk.</param>
    /// <param name="bootBytes">Of the part that firmware reads.</param>
    /// <param name="id">Gives each thing its number.</param>
    /// <exception cref="HostException">Exhausted: it is too small.</exception>
    public static DiskTable Of(long bytes, long bootBytes, Func<string, Guid> id)
    {
        var (at, parts) = (Mega, ImmutableArray.CreateBuilder<DiskPart>());
        void Add(string name, Guid type, long length)
        {
            parts.Add(new(type, id(name), at / DiskTable.SectorBytes,
                (at + length) / DiskTable.SectorBytes - 1, name));
            at += length;
        }
        Add(Bios, s_bios, Mega);
        Add(Boot, s_efi, bootBytes);
        Add(SlotA, s_root, SlotBytes);
        Add(SlotB, s_root, SlotBytes);
        var rest = Rest(at, bytes);
        if (rest < LeastData)
        {
            throw new HostException(Fault.Exhausted,
                $"The disk has {bytes / Mega} MB: too few.",
                $"{(at + LeastData) / Mega + 1} MB are the least; a machine with services wants "
                + "some GB.");
        }
        Add(Data, s_linux, rest);
        return new(id(Whole), parts.ToImmutable());
    }

    /// <summary>The table of a disk that has become larger than its last part, which takes all.
    /// </summary>
    /// <returns>Null: it has not, or its last part is not ours.</returns>
    public static DiskTable? Grown(DiskTable table, long bytes)
    {
        if (table.Parts.IsEmpty || table.Parts[^1] is not { Name: Data } last
            || last.First != table.Parts.Max(p => p.First))
        {
            return null;
        }
        var rest = Rest(last.Offset, bytes);
        return rest < last.Bytes + Mega ? null : table with
        {
            Parts = table.Parts.SetItem(table.Parts.Length - 1, last with
            {
                Last = (last.Offset + rest) / DiskTable.SectorBytes - 1,
            }),
        };
    }

    /// <summary>Whole MiB between a place and the table at the disk's end.</summary>
    private static long Rest(long at, long bytes) =>
        (bytes - DiskTable.Reserved * DiskTable.SectorBytes - at) / Mega * Mega;
}
