using System.Text;
using Loam.Drivers.Booting;

namespace Loam.Tests.Init;

public sealed class SeedDiskTests
{
    [Theory]
    [InlineData(54, "FAT16   ", 43, "CIDATA     ", true)]
    [InlineData(82, "FAT32   ", 71, "cidata     ", true)]
    [InlineData(54, "FAT16   ", 43, "LOAM-DATA  ", false)]
    [InlineData(54, "EXT     ", 43, "CIDATA     ", false)]
    public void Of_fat_the_label_counts(int typeAt, string type, int at, string label, bool ours)
    {
        var block = new byte[96];
        Encoding.ASCII.GetBytes(type, block.AsSpan(typeAt));
        Encoding.ASCII.GetBytes(label, block.AsSpan(at));
        SeedDisk.IsFat(block).ShouldBe(ours);
    }

    [Theory]
    [InlineData(1, "CD001", "cidata", true)]
    [InlineData(1, "CD001", "CIDATA", true)]
    [InlineData(1, "CD001", "cidata-2", false)]
    [InlineData(2, "CD001", "cidata", false)]
    [InlineData(1, "NSR02", "cidata", false)]
    public void Of_iso9660_the_label_counts(byte kind, string magic, string label, bool ours)
    {
        var block = new byte[72];
        block[0] = kind;
        Encoding.ASCII.GetBytes(magic, block.AsSpan(1));
        Encoding.ASCII.GetBytes(label.PadRight(32), block.AsSpan(40));
        SeedDisk.IsIso(block).ShouldBe(ours);
    }
}
