using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting.Slots;

namespace Loam.Tests.Slots;

/// <summary>What GRUB and Loam tell each other.</summary>
public sealed class BootEnvironmentTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_block_is_as_GRUB_writes_it()
    {
        var block = BootEnvironment.BlockOf(new("a", "b", 2, null));
        block.Length.ShouldBe(BootEnvironment.Bytes);
        var text = Encoding.ASCII.GetString(block);
        text.ShouldStartWith("# GRUB Environment Block\ngood=a\ntrial=b\ntries=2\nfailed=\n#####");
        text.ShouldEndWith("###");
    }

    [Theory]
    [InlineData("good=b\ntrial=\ntries=0\n", "b", null, 0)]
    [InlineData("trial=b\ntries=1\ngood=a\nsomething=else\n", "a", "b", 1)]
    [InlineData("good=nonsense\ntries=many\n", "a", null, 0)]
    [InlineData("", "a", null, 0)]
    public void What_GRUB_wrote_is_read(string lines, string good, string? trial, int tries) =>
        BootEnvironment.Of(Encoding.ASCII.GetBytes(
            ("# GRUB Environment Block\n" + lines).PadRight(1024, '#')))
            .ShouldBe(new(good, trial, tries, null));

    [Fact]
    public void It_is_found_where_it_lies_and_nothing_else_is_changed()
    {
        const int at = 512 * 3001;
        var disk = new byte[2 << 20];
        Random.Shared.NextBytes(disk);
        BootEnvironment.BlockOf(BootChoice.Only(SlotDisk.A)).CopyTo(disk, at);
        File.WriteAllBytes(_file, disk);
        var environment = new BootEnvironment(new(_file, 0, disk.Length));
        environment.Read().ShouldBe(BootChoice.Only(SlotDisk.A));
        environment.Write(BootChoice.Only(SlotDisk.A).Try("b"));
        environment.Read().ShouldBe(new("a", "b", 2, null));
        var after = File.ReadAllBytes(_file);
        after[..at].ShouldBe(disk[..at]);
        after[(at + 1024)..].ShouldBe(disk[(at + 1024)..]);
    }

    [Fact]
    public void What_others_wrote_into_it_stays()
    {
        var block = "# GRUB Environment Block\ngood=b\nwords=loam.mirror=http://here\n";
        File.WriteAllText(_file, block.PadRight(1024, '#'));
        new BootEnvironment(new(_file, 0, 1024)).Write(BootChoice.Only(SlotDisk.A));
        File.ReadAllText(_file).ShouldStartWith("# GRUB Environment Block\ngood=a\ntrial=\n"
            + "tries=0\nfailed=\nwords=loam.mirror=http://here\n####");
    }

    [Fact]
    public void A_disk_without_one_is_said_to_have_none()
    {
        File.WriteAllBytes(_file, new byte[1 << 20]);
        Should.Throw<HostException>(() => new BootEnvironment(new(_file, 0, 1 << 20)).Read())
            .Fault.ShouldBe(Fault.NotFound);
    }

    [Fact]
    public void Of_two_copies_none_is_written_to()
    {
        var disk = new byte[1 << 20];
        BootEnvironment.BlockOf(BootChoice.Only(SlotDisk.A)).CopyTo(disk, 4096);
        BootEnvironment.BlockOf(BootChoice.Only(SlotDisk.A)).CopyTo(disk, 65536);
        File.WriteAllBytes(_file, disk);
        Should.Throw<HostException>(
            () => new BootEnvironment(new(_file, 0, 1 << 20))
                .Write(BootChoice.Only(SlotDisk.A).Try("b")))
            .Message.ShouldContain("2 copies");
        File.ReadAllBytes(_file).ShouldBe(disk);
    }

    [Fact]
    public void A_trial_ends_one_way_or_the_other()
    {
        var tried = BootChoice.Only(SlotDisk.A).Try("b");
        BootChoice.Only("b").ShouldBe(new("b", null, 0, null));
        tried.GiveUp().ShouldBe(new("a", null, 0, "b"));
        tried.GiveUp().GiveUp().Failed.ShouldBe("b");
        tried.GiveUp().Try("b").Failed.ShouldBeNull();
    }
}
