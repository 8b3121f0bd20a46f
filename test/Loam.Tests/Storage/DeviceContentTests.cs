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
    [InlineData(0x100000, "\r\u00d0\u0001\u00c0", "VMFS")]
    public void What_is_known_is_told_by_its_name(int at, string mark, string says)
    {
        var begin = new byte[DeviceContent.Edge];
        System.Text.Encoding.Latin1.GetBytes(mark, begin.AsSpan(at));
        DeviceContent.Known(begin).ShouldNotBeNull().ShouldContain(says);
    }

    /// <summary>It is known by this text again.</summary>
    [Fact]
    public void A_disk_that_was_prepared_is_told_in_these_words()
    {
        var begin = new byte[DeviceContent.Edge];
        "LVM2 001"u8.CopyTo(begin.AsSpan(0x218));
        $"it holds {DeviceContent.Known(begin)}".ShouldBe(HostDevice.Held);
    }

    [Fact]
    public void Nothing_is_nothing() => DeviceContent.Known(new byte[DeviceContent.Edge]).ShouldBeNull();

    [Fact]
    public void Only_a_disk_is_one()
    {
        DeviceContent.Of("/dev/null").Holds.ShouldBe("it is no disk");
        DeviceContent.Of("/dev/none").Holds.ShouldBe("it is not there");
    }
}
