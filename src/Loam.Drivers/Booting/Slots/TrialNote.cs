using System.Globalization;
using System.Text;
using Loam.Core;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting.Slots;

/// <summary>What a system on trial has to know of the one before it. A line each.</summary>
/// <param name="Slot">Which is on trial.</param>
/// <param name="Within">How long it has to become well.</param>
/// <param name="Healthy">Services that were so before.</param>
/// <param name="Ways">Interfaces over which the machine had a way out.</param>
public sealed record TrialNote(string Slot, TimeSpan Within, IReadOnlySet<string> Healthy,
    IReadOnlySet<string> Ways)
{
    /// <summary>No service has a name with a space in it.</summary>
    private const string Way = "way ";
    private const int MostBytes = 1024 * 1024;
    private const uint OwnerOnly = 0x180;

    /// <returns>Null: there is none of this slot.</returns>
    public static TrialNote? Read(string path, string slot)
    {
        if (AtomicFile.Read(path, MostBytes) is not { } bytes)
        {
            return null;
        }
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (lines.Length < 3 || lines[0] != slot
            || !int.TryParse(lines[1], CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }
        var rest = lines.Skip(2).Where(l => l.Length > 0)
            .ToLookup(l => l.StartsWith(Way, StringComparison.Ordinal));
        return new(slot, Bounded(seconds), rest[false].ToHashSet(),
            rest[true].Select(l => l[Way.Length..]).ToHashSet());
    }

    public void Write(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Slot}\n{(int)Within.TotalSeconds}\n")
        + string.Concat(Healthy.Concat(Ways.Select(w => Way + w)).Order(StringComparer.Ordinal)
            .Select(n => n + "\n"))), OwnerOnly);

    private static TimeSpan Bounded(int seconds) => TimeSpan.FromSeconds(
        Math.Clamp(seconds, 1, Limits.LongestSlotTrial.TotalSeconds));
}
