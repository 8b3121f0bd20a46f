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
    /// <summary>A file of their own: a Loam that knows nothing of them would take each line for a
    /// service.</summary>
    private const string Beside = ".ways";
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
        var ways = Encoding.UTF8.GetString(AtomicFile.Read(path + Beside, MostBytes) ?? []);
        return new(slot, Bounded(seconds), Names(lines.Skip(2)), Names(ways.Split('\n')));
    }

    public void Write(string path)
    {
        Write(path + Beside, Text(Ways));
        Write(path, string.Create(CultureInfo.InvariantCulture,
            $"{Slot}\n{(int)Within.TotalSeconds}\n{Text(Healthy)}"));
    }

    private static void Write(string path, string text) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), OwnerOnly);

    private static string Text(IEnumerable<string> names) =>
        string.Concat(names.Order(StringComparer.Ordinal).Select(n => n + "\n"));

    private static HashSet<string> Names(IEnumerable<string> lines) =>
        [.. lines.Where(l => l.Length > 0)];

    private static TimeSpan Bounded(int seconds) => TimeSpan.FromSeconds(
        Math.Clamp(seconds, 1, Limits.LongestSlotTrial.TotalSeconds));
}
