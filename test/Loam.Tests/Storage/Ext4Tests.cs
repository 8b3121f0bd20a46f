using Loam.Drivers.Booting;
using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

/// <summary>The disk for data is known by what its file system says of itself.</summary>
[NeedsExt4]
public sealed class Ext4Tests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loam-init-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedingFact]
    public async Task Label_and_size_are_read()
    {
        var file = Disk(64);
        (await Processes.RunAsync("mke2fs", "-q", "-F", "-t", "ext4", "-L", DataDisk.Label, file,
            "32M")).Exit.ShouldBe(0);
        var there = Ext4.Read(file)!;
        (there.Label, there.Bytes, there.HasFaults).ShouldBe(("loam-data", 32 << 20, false));
    }

    [NeedingFact]
    public async Task Faults_are_seen()
    {
        var file = Disk(32);
        (await Processes.RunAsync("mke2fs", "-q", "-F", "-t", "ext4", file)).Exit.ShouldBe(0);
        (await Processes.RunAsync("debugfs", "-w", "-R", "ssv state 2", file)).Exit.ShouldBe(0);
        Ext4.Read(file)!.HasFaults.ShouldBeTrue();
    }

    [NeedingFact]
    public void Anything_else_is_none()
    {
        Ext4.Read(Disk(1)).ShouldBeNull();
        Ext4.Read(Path.Combine(_folder, "absent")).ShouldBeNull();
    }

    private string Disk(int megabytes)
    {
        var file = Path.Combine(_folder, "disk");
        using var disk = File.Create(file);
        disk.SetLength(megabytes << 20);
        return file;
    }
}

/// <summary>Needs what makes file systems.</summary>
public sealed class NeedsExt4Attribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("mke2fs", "debugfs");
}
