using System.Globalization;
using System.Text;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>Which slot is started next.</summary>
/// <param name="Good">The one that was confirmed last.</param>
/// <param name="Trial">The one that is tried; null: none.</param>
/// <param name="Tries">How many starts it has left.</param>
/// <param name="Failed">The one that was tried and did not come up; null: none.</param>
public sealed record BootChoice(string Good, string? Trial, int Tries, string? Failed)
{
    /// <summary>So that a power cut during the first does not end the trial.</summary>
    public const int FirstTries = 2;

    /// <summary>It is good, and nothing is on trial.</summary>
    public static BootChoice Only(string slot) => new(slot, null, 0, null);

    /// <summary>The next start is one on trial.</summary>
    public BootChoice Try(string slot) => new(Good, slot, FirstTries, null);

    /// <summary>The one on trial is not started again.</summary>
    public BootChoice GiveUp() => new(Good, null, 0, Trial ?? Failed);
}

/// <summary>GRUB's environment block, the file <c>grubenv</c> on the partition that firmware reads.
/// It is found by its first line and written in place: its file system is never touched. Ours
/// stands in its first sector, which a disk writes as a whole; what else is in it stays.</summary>
public sealed class BootEnvironment(DiskRegion boot)
{
    public const int Bytes = 1024;

    private const int Sector = 512, Chunk = 1024 * 1024;
    private const string First = "# GRUB Environment Block\n";
    private static readonly string[] s_ours = ["good", "trial", "tries", "failed"];
    private long? _at;

    /// <exception cref="HostException">NotFound: there is none. Unavailable: it cannot be read.
    /// </exception>
    public BootChoice Read()
    {
        using var disk = boot.Open(FileAccess.Read);
        var block = new byte[Bytes];
        try
        {
            return RandomAccess.Read(disk, block, Find(disk)) == Bytes ? Of(block)
                : throw Lost($"{boot.Path} cannot be read where it has grubenv");
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed("The choice of the slot cannot be read", e);
        }
    }

    /// <exception cref="HostException">It cannot be written.</exception>
    public void Write(BootChoice choice)
    {
        using var disk = boot.Open(FileAccess.ReadWrite);
        try
        {
            var (at, block) = (Find(disk), new byte[Bytes]);
            RandomAccess.Read(disk, block, at);
            RandomAccess.Write(disk, BlockOf(choice, Others(block)), at);
            RandomAccess.FlushToDisk(disk);
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed("The choice of the slot cannot be written", e);
        }
    }

    internal static BootChoice Of(ReadOnlySpan<byte> block)
    {
        var values = Encoding.ASCII.GetString(block).Split('\n').Skip(1)
            .Select(l => l.Split('=', 2)).Where(l => l.Length == 2)
            .GroupBy(l => l[0]).ToDictionary(l => l.Key, l => l.Last()[1]);
        string? Slot(string name) =>
            values.GetValueOrDefault(name) is SlotDisk.A or SlotDisk.B ? values[name] : null;
        return new(Slot("good") ?? SlotDisk.A, Slot("trial"), int.TryParse(
            values.GetValueOrDefault("tries"), CultureInfo.InvariantCulture, out var tries)
                ? tries : 0, Slot("failed"));
    }

    /// <param name="others">Lines that are not ours.</param>
    /// <exception cref="HostException">Exhausted: there is no room beside them.</exception>
    internal static byte[] BlockOf(BootChoice choice, string others = "")
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{First}good={choice.Good}\n"
            + $"trial={choice.Trial}\ntries={choice.Tries}\nfailed={choice.Failed}\n{others}");
        return text.Length <= Bytes ? Encoding.ASCII.GetBytes(text.PadRight(Bytes, '#'))
            : throw new HostException(Fault.Exhausted, "grubenv, which says which slot starts, is "
                + "full of words that somebody put there.",
                "`grub-editenv grubenv unset words`, on another machine, makes room.");
    }

    private static string Others(ReadOnlySpan<byte> block) => string.Concat(
        Encoding.ASCII.GetString(block).Split('\n').Skip(1).Where(l => l.Contains('=')
            && !s_ours.Contains(l.Split('=')[0])).Select(l => l + "\n"));

    private long Find(SafeFileHandle disk)
    {
        if (_at is { } known)
        {
            return known;
        }
        var (buffer, line) = (new byte[Chunk], Encoding.ASCII.GetBytes(First));
        var found = new List<long>();
        for (long at = 0; at < boot.Bytes; at += Chunk)
        {
            var read = RandomAccess.Read(disk, buffer, boot.Offset + at);
            for (var i = 0; i + Sector <= read; i += Sector)
            {
                if (buffer.AsSpan(i, line.Length).SequenceEqual(line))
                {
                    found.Add(boot.Offset + at + i);
                }
            }
        }
        // The file was replaced instead of written to: which of them GRUB reads is not known here.
        return found.Count > 1 ? throw Lost($"{boot.Path} has {found.Count} copies of grubenv")
            : (_at = found.Count == 1 ? found[0]
                : throw Lost($"{boot.Path} has no grubenv")).Value;
    }

    private static HostException Lost(string what) => new(Fault.NotFound,
        $"{what}, which says which slot starts.",
        "Start this machine from the ISO and install it again with --keep.");
}
