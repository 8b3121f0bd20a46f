using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

public sealed class DeviceContentTests
{
    [Theory]
    [InlineData(0x438, "S\u00ef", "ext4")]
    [InlineData(0x200, "EFI PART", "partition table")]
    [InlineData(0x1fe, "U\u00aa", "partition table")]
    [InlineData(0x218, "LVM2 001", "LVM")]
    [InlineData(0, "LUKS\u00ba\u00be", "LUKS")]
    [InlineData(3, "NTFS    ", "NTFS")]
    public void What_is_known_is_told_by_its_name(int at, string mark, string says)
    {
        var begin = new byte[1 << 20];
        System.Text.Encoding.Latin1.GetBytes(mark, begin.AsSpan(at));
        DeviceContent.Known(begin).ShouldNotBeNull().ShouldContain(says);
    }

    [Fact]
    public void Nothing_is_nothing() => DeviceContent.Known(new byte[1 << 20]).ShouldBeNull();

    [Fact]
    public void Only_a_disk_is_one()
    {
        DeviceContent.Of("/dev/null").Holds.ShouldBe("it is no disk");
        DeviceContent.Of("/dev/none").Holds.ShouldBe("it is not there");
    }
}
