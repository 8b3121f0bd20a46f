using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting.Slots;

namespace Loam.Tests.Slots;

/// <summary>Partition tables as others read them too.</summary>
public sealed class DiskTableTests : IDisposable
{
    private const long Mega = 1024 * 1024, Bytes = 700 * Mega, BootBytes = 36 * Mega;

    private readonly string _folder = Directory.CreateTempSubdirectory("loam-slots-").FullName;

    private string File => Path.Combine(_folder, "disk");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_checksum_is_the_one_that_the_specification_names() =>
        DiskTable.Crc("123456789"u8).ShouldBe(0xCBF43926);

    [Fact]
    public void What_was_written_is_read()
    {
        var table = Written();
        Read().ShouldNotBeNull().Parts.ShouldBe(table.Parts);
        Read()!.Id.ShouldBe(table.Id);
    }

    [Fact]
    public void A_broken_beginning_leaves_the_table_at_the_end()
    {
        var table = Written();
        Spoil(512);
        Read().ShouldNotBeNull().Parts.ShouldBe(table.Parts);
        Spoil(Bytes - 512);
        Read().ShouldBeNull();
    }

    [Fact]
    public void A_boot_program_in_the_first_sector_stays()
    {
        Make(Bytes);
        using (var disk = Open())
        {
            RandomAccess.Write(disk, Encoding.ASCII.GetBytes(new string('x', 440)), 0);
            DiskLayout.Of(Bytes, BootBytes, DiskInstaller.Fresh).Write(disk, Bytes);
            var first = new byte[512];
            RandomAccess.Read(disk, first, 0);
            first[..440].ShouldAllBe(b => b == 'x');
            first[510..].ShouldBe([0x55, 0xAA]);
        }
    }

    [Fact]
    public void Parts_lie_behind_each_other_and_data_takes_the_rest()
    {
        var parts = DiskLayout.Of(Bytes, BootBytes, DiskInstaller.Fresh).Parts;
        parts.Select(p => p.Name).ShouldBe(
            ["loam-bios", "loam-boot", "loam-a", "loam-b", "loam-data"]);
        parts.Zip(parts.Skip(1)).ShouldAllBe(p => p.First.Last < p.Second.First);
        parts.ShouldAllBe(p => p.Offset % Mega == 0 && p.Bytes % Mega == 0);
        parts[^1].Last.ShouldBeLessThan(Bytes / 512 - 33);
        (Bytes - parts[^1].Offset - parts[^1].Bytes).ShouldBeLessThan(2 * Mega);
    }

    [Fact]
    public void A_disk_that_is_too_small_is_refused_with_what_it_takes() =>
        Should.Throw<HostException>(
            () => DiskLayout.Of(500 * Mega, BootBytes, DiskInstaller.Fresh))
            .Fault.ShouldBe(Fault.Exhausted);

    [Fact]
    public void Data_takes_what_a_disk_has_become_larger_by()
    {
        var table = Written();
        DiskLayout.Grown(table, Bytes).ShouldBeNull();
        var grown = DiskLayout.Grown(table, 2 * Bytes).ShouldNotBeNull();
        grown.Parts[..^1].ShouldBe(table.Parts[..^1]);
        grown.Parts[^1].First.ShouldBe(table.Parts[^1].First);
        (grown.Parts[^1].Bytes - table.Parts[^1].Bytes).ShouldBe(Bytes);
    }

    [Fact]
    public void The_copy_of_an_image_gets_numbers_of_its_own_once()
    {
        var table = DiskLayout.Of(Bytes, BootBytes, _ => DiskLayout.OfImage(Guid.NewGuid()));
        var own = DiskLayout.Renumbered(table, DiskInstaller.Fresh).ShouldNotBeNull();
        own.Parts.Select(p => p.Id).Append(own.Id).Intersect(
            table.Parts.Select(p => p.Id).Append(table.Id)).ShouldBeEmpty();
        own.Parts.Select(p => p with { Id = default }).ShouldBe(
            table.Parts.Select(p => p with { Id = default }));
        DiskLayout.Renumbered(own, DiskInstaller.Fresh).ShouldBeNull();
    }

    [Fact]
    public void Another_s_last_part_is_not_made_larger()
    {
        var table = Written();
        var other = table.Parts[^1] with { Name = "home" };
        DiskLayout.Grown(table with { Parts = table.Parts.SetItem(4, other) }, 2 * Bytes)
            .ShouldBeNull();
    }

    private DiskTable Written()
    {
        Make(Bytes);
        var table = DiskLayout.Of(Bytes, BootBytes, DiskInstaller.Fresh);
        using var disk = Open();
        table.Write(disk, Bytes);
        return table;
    }

    private DiskTable? Read()
    {
        using var disk = Open();
        return DiskTable.Read(disk, Bytes);
    }

    private void Spoil(long at)
    {
        using var disk = Open();
        RandomAccess.Write(disk, "broken"u8, at);
    }

    private void Make(long bytes)
    {
        using var file = System.IO.File.Create(File);
        file.SetLength(bytes);
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle Open() =>
        System.IO.File.OpenHandle(File, FileMode.Open, FileAccess.ReadWrite);
}
