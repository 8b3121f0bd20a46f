using System.Diagnostics;
using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

/// <summary>How far an ext4 file system may grow, held against what resize2fs makes of the same
/// one.</summary>
[NeedsExt4]
public sealed class Ext4GrowthTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [NeedingFact]
    public void It_takes_the_blocks_that_resize2fs_takes()
    {
        foreach (var (from, to) in ((long, long)[])
            [
                (64 << 20, 96 << 20), (64 << 20, (128 << 20) + (1 << 20)), (512 << 20, 1L << 30),
                (300 << 20, (1L << 30) + (4 << 20)), (1L << 30, (2L << 30) + (300 << 10)),
            ])
        {
            Grow(from, to);
        }
    }

    [NeedingFact]
    public void One_that_fills_its_device_stays()
    {
        SetLength(256 << 20);
        Run("mkfs.ext4", "-q", "-F", _file);
        var (now, wanted) = Ext4Growth.Blocks(Super(), 256 << 20);
        wanted.ShouldBe(now);
    }

    private void Grow(long from, long to)
    {
        File.WriteAllBytes(_file, []);
        SetLength(from);
        Run("mkfs.ext4", "-q", "-F", "-m", "0", _file);
        var (_, wanted) = Ext4Growth.Blocks(Super(), to);
        SetLength(to);
        Run("e2fsck", "-fp", _file);
        Run("resize2fs", _file);
        Ext4Growth.Blocks(Super(), to).Now.ShouldBe(wanted, $"{from} to {to}");
    }

    private byte[] Super()
    {
        using var file = File.OpenHandle(_file);
        var super = new byte[1024];
        RandomAccess.Read(file, super, 1024);
        return super;
    }

    private void SetLength(long bytes)
    {
        using var file = File.OpenHandle(_file, access: FileAccess.ReadWrite);
        RandomAccess.SetLength(file, bytes);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBeLessThan(2, said);
    }
}

public sealed class NeedsExt4Attribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("mkfs.ext4", "resize2fs", "e2fsck");
}
