using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>A part of a disk. Sectors have 512 bytes; the last belongs to it.</summary>
public sealed record DiskPart(Guid Type, Guid Id, long First, long Last, string Name)
{
    public long Offset => First * DiskTable.SectorBytes;
    public long Bytes => (Last - First + 1) * DiskTable.SectorBytes;
}

/// <summary>A GUID partition table (UEFI specification, chapter 5).</summary>
/// <param name="Id">Of the disk.</param>
/// <param name="Parts">In the order of their numbers, which begin with 1.</param>
public sealed record DiskTable(Guid Id, ImmutableArray<DiskPart> Parts)
{
    public const int SectorBytes = 512;

    private const int HeaderBytes = 92, EntryBytes = 128, Entries = 128, NameBytes = 72;
    private const int EntrySectors = Entries * EntryBytes / SectorBytes;

    /// <summary>Sectors at the beginning, and at the end without the first, that are no part's.
    /// </summary>
    public const int Reserved = EntrySectors + 2;

    private static ReadOnlySpan<byte> Signature => "EFI PART"u8;

    /// <summary>The table at the beginning of a disk, or else the one at its end.</summary>
    /// <returns>Null: there is none that is whole.</returns>
    public static DiskTable? Read(SafeFileHandle disk, long bytes) =>
        ReadAt(disk, 1) ?? ReadAt(disk, bytes / SectorBytes - 1);

    private static DiskTable? ReadAt(SafeFileHandle disk, long sector)
    {
        var head = new byte[SectorBytes];
        if (sector < 1 || !Fill(disk, head, sector) || !head.AsSpan(0, 8).SequenceEqual(Signature))
        {
            return null;
        }
        var said = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(16));
        head.AsSpan(16, 4).Clear();
        var entries = new byte[Entries * EntryBytes];
        var (count, size) = (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(80)),
            BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(84)));
        if (Crc(head.AsSpan(0, HeaderBytes)) != said || count != Entries || size != EntryBytes
            || !Fill(disk, entries, BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(72)))
            || Crc(entries) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(88)))
        {
            return null;
        }
        return new(new Guid(head.AsSpan(56, 16)),
            [.. entries.Chunk(EntryBytes).TakeWhile(e => e.AsSpan(0, 16).ContainsAnyExcept((byte)0))
                .Select(PartOf)]);
    }

    /// <summary>Writes it at the end, then at the beginning: one of them is always whole. The
    /// 440 bytes of a boot program in the first sector stay.</summary>
    public void Write(SafeFileHandle disk, long bytes)
    {
        var last = bytes / SectorBytes - 1;
        var entries = new byte[Entries * EntryBytes];
        for (var i = 0; i < Parts.Length; i++)
        {
            Put(Parts[i], entries.AsSpan(i * EntryBytes, EntryBytes));
        }
        Place(disk, entries, last - EntrySectors);
        Place(disk, Head(last, 1, last - EntrySectors, last, entries), last);
        RandomAccess.FlushToDisk(disk);
        Place(disk, entries, 2);
        Place(disk, Head(1, last, 2, last, entries), 1);
        RandomAccess.Write(disk, Protecting(last), 440);
        RandomAccess.FlushToDisk(disk);
    }

    private byte[] Head(long at, long other, long entriesAt, long last, ReadOnlySpan<byte> entries)
    {
        var head = new byte[SectorBytes];
        Signature.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), 0x00010000);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), at);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(32), other);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(40), Reserved);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(48), last - Reserved + 1);
        Id.TryWriteBytes(head.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(72), entriesAt);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(80), Entries);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(84), EntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(88), Crc(entries));
        BinaryPrimitives.WriteUInt32LittleEndian(
            head.AsSpan(16), Crc(head.AsSpan(0, HeaderBytes)));
        return head;
    }

    private static DiskPart PartOf(byte[] entry) => new(
        new(entry.AsSpan(0, 16)), new(entry.AsSpan(16, 16)),
        BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(32)),
        BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(40)),
        Encoding.Unicode.GetString(entry, 56, NameBytes).TrimEnd('\0'));

    private static void Put(DiskPart part, Span<byte> entry)
    {
        part.Type.TryWriteBytes(entry);
        part.Id.TryWriteBytes(entry[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(entry[32..], part.First);
        BinaryPrimitives.WriteInt64LittleEndian(entry[40..], part.Last);
        Encoding.Unicode.GetBytes(part.Name, entry.Slice(56, NameBytes));
    }

    /// <summary>What tells programs that know nothing of such tables that the disk is full: all of
    /// an old table, whose one part is the disk.</summary>
    private static byte[] Protecting(long last)
    {
        var table = new byte[72];
        // Some firmware starts only from a part that is marked.
        table[6] = 0x80;
        table[8] = 2;
        table[10] = 0xEE;
        table[11] = table[12] = table[13] = 0xFF;
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(14), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(
            table.AsSpan(18), (uint)Math.Min(last, uint.MaxValue));
        (table[70], table[71]) = (0x55, 0xAA);
        return table;
    }

    private static bool Fill(SafeFileHandle disk, byte[] buffer, long sector) =>
        RandomAccess.Read(disk, buffer, sector * SectorBytes) == buffer.Length;

    private static void Place(SafeFileHandle disk, byte[] bytes, long sector) =>
        RandomAccess.Write(disk, bytes, sector * SectorBytes);

    /// <summary>CRC-32 of ISO 3309, as the specification names it.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        const uint polynomial = 0xEDB88320;
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }
        }
        return ~crc;
    }
}
