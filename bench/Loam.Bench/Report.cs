using System.Globalization;

namespace Loam.Bench;

/// <summary>The output of a benchmark: lines for people, then one for programs.</summary>
internal static class Report
{
    /// <summary>A bar is kept when the figure is not above it.</summary>
    public static string Mark(double figure, double bar) => figure <= bar ? "✓" : "✗";

    public static string Milliseconds(Samples samples) => string.Create(
        CultureInfo.InvariantCulture,
        $"{samples.Median,9:0.00} {samples.Least,9:0.00} {samples.Most,9:0.00}  ({samples.Count})");

    /// <summary>Figures in plain decimals, whatever the culture.</summary>
    public static string Line(string name, params (string Key, double Value)[] figures) =>
        $"{name}: " + string.Join(' ', figures.Select(f =>
            f.Key + "=" + f.Value.ToString("0.###", CultureInfo.InvariantCulture)));

    /// <summary>Who measures should say on what.</summary>
    public static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?
            .Split(':')[1].Trim() ?? "unknown processor";
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        return $"{Environment.ProcessorCount} × {model}, "
            + $"kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, "
            + $"load average {load[0]} {load[1]} {load[2]}";
    }
}
