using System.Buffers.Binary;
using System.Text;

namespace Loam.Drivers.Storage;

/// <summary>What an ext4 file system says of itself in its superblock; ext4(5).</summary>
internal sealed class Ext4
{
    private const int At = 1024, Length = 1024;
    private const ushort Magic = 0xEF53, Faults = 2;

    /// <summary>Block numbers of 64 bits, and group descriptors of a size that is said.</summary>
    private const long Wide = 0x80;

    /// <summary>Bytes of a group descriptor where no size is said.</summary>
    private const int Narrow = 32;

    /// <summary>Blocks that a last group has to have besides its own tables to be worth it.
    /// </summary>
    private const long Worth = 50;

    private readonly byte[] _block;

    private Ext4(byte[] block) => _block = block;

    public string Label => Encoding.ASCII.GetString(_block, 0x78, 16).TrimEnd('\0');

    public bool HasFaults => (Half(0x3a) & Faults) != 0;

    public long Blocks => Word(4) | (IsWide ? Word(0x150) << 32 : 0);

    public long Bytes => Blocks * BlockBytes;

    private long BlockBytes => 1024L << (int)Word(0x18);

    private bool IsWide => (Word(0x60) & Wide) != 0;

    /// <returns>Null: there is none.</returns>
    public static Ext4? Read(string device)
    {
        try
        {
            using var file = File.OpenHandle(device);
            var block = new byte[Length];
            return RandomAccess.Read(file, block, At) == Length
                && new Ext4(block) is var read && read.Half(0x38) == Magic ? read : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>Blocks that it can have on a device of that size. A last group is left out where
    /// its own tables would take most of it.</returns>
    public long BlocksOn(long bytes)
    {
        var (first, perGroup) = (Word(0x14), Word(0x20));
        var all = bytes / BlockBytes;
        var groups = (all - first + perGroup - 1) / perGroup;
        var describing = (groups * (IsWide ? Half(0xfe) : Narrow) + BlockBytes - 1) / BlockBytes;
        var tables = 3 + describing + Half(0xce)
            + (Word(0x28) * Half(0x58) + BlockBytes - 1) / BlockBytes;
        var last = (all - first) % perGroup;
        return last > 0 && last < tables + Worth ? all - last : all;
    }

    private long Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(at));

    private long Half(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_block.AsSpan(at));
}
