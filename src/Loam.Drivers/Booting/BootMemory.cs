using System.Runtime.InteropServices;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting;

/// <summary>What a machine takes over from its former run: randomness for the kernel, and a time
/// that is not long past where its clock lost it.</summary>
public sealed partial class BootMemory(string folder)
{
    private const string Random = "/dev/urandom";
    private const int SeedBytes = 512;
    private const uint OwnerOnly = 0b110_000_000;
    private const int RealTime = 0;

    private string Seed => Path.Combine(folder, "seed");
    private string Clock => Path.Combine(folder, "clock");

    /// <summary>Gives the kernel the seed, and puts another in its place: none is used twice.
    /// </summary>
    public void Recall()
    {
        if (AtomicFile.Read(Seed, SeedBytes) is { } seed)
        {
            using var kernel = File.OpenHandle(Random, FileMode.Open, FileAccess.Write,
                FileShare.ReadWrite);
            RandomAccess.Write(kernel, seed, 0);
        }
        KeepSeed();
        if (File.Exists(Clock) && File.GetLastWriteTimeUtc(Clock) is var last
            && DateTime.UtcNow < last)
        {
            var time = new Moment(new DateTimeOffset(last).ToUnixTimeSeconds(), 0);
            _ = clock_settime(RealTime, time);
        }
    }

    /// <summary>Keeps both for the next run.</summary>
    public void Keep()
    {
        KeepSeed();
        File.WriteAllText(Clock, "");
        File.SetLastWriteTimeUtc(Clock, DateTime.UtcNow);
    }

    private void KeepSeed()
    {
        var seed = new byte[SeedBytes];
        using (var kernel = File.OpenHandle(Random, share: FileShare.ReadWrite))
        {
            _ = RandomAccess.Read(kernel, seed, 0);
        }
        AtomicFile.Write(Seed, seed, OwnerOnly);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Moment(long seconds, long nanoseconds)
    {
        public readonly long Seconds = seconds, Nanoseconds = nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_settime(int clock, in Moment time);
}
