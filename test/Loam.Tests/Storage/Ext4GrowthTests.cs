using System.Diagnostics;
using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

/// <summary>How far an ext4 file system may grow, held against what resize2fs makes of the same
/// one.</summary>
[NeedsResize2fs]
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
        var there = Ext4.Read(_file)!;
        there.BlocksOn(256 << 20).ShouldBe(there.Blocks);
    }

    private void Grow(long from, long to)
    {
        File.WriteAllBytes(_file, []);
        SetLength(from);
        Run("mkfs.ext4", "-q", "-F", "-m", "0", _file);
        var wanted = Ext4.Read(_file)!.BlocksOn(to);
        SetLength(to);
        Run("e2fsck", "-fp", _file);
        Run("resize2fs", _file);
        Ext4.Read(_file)!.Blocks.ShouldBe(wanted, $"{from} to {to}");
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

public sealed class NeedsResize2fsAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("mkfs.ext4", "resize2fs", "e2fsck");
}
