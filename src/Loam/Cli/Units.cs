using System.Globalization;
using Loam.Core.Resources;

namespace Loam.Cli;

/// <summary>Amounts as people say them.</summary>
internal static class Units
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    private static readonly string[] Decimal = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Memory: <c>64 MiB</c>, <c>1.5 GiB</c>.</summary>
    public static string Memory(long bytes) => Scaled(bytes, 1024, Binary);

    /// <summary>Use of a limit: <c>12/64 MiB</c>, <c>900 KiB/64 MiB</c>.</summary>
    public static string MemoryOf(long used, long limit)
    {
        var (a, b) = (Memory(used), Memory(limit));
        return a[^3..] == b[^3..] ? $"{a[..a.IndexOf(' ', StringComparison.Ordinal)]}/{b}"
            : $"{a}/{b}";
    }

    /// <summary>Downloads: <c>5.2 MB</c>.</summary>
    public static string Download(long bytes) => Scaled(bytes, 1000, Decimal);

    private static string Scaled(long bytes, int unit, string[] names)
    {
        var sign = bytes < 0 ? "-" : "";
        var amount = Math.Abs((decimal)bytes);
        var rank = 0;
        while (amount >= unit && rank < names.Length - 1)
        {
            amount /= unit;
            rank++;
        }
        var digits = amount >= 100 || amount == Math.Floor(amount) ? "0" : "0.#";
        return $"{sign}{amount.ToString(digits, CultureInfo.InvariantCulture)} {names[rank]}";
    }

    /// <summary>CPU: <c>¼ core</c>, <c>2 cores</c>.</summary>
    public static string Cores(long milli) => milli switch
    {
        250 => "¼ core",
        500 => "½ core",
        750 => "¾ core",
        1000 => "1 core",
        _ => (milli / 1000m).ToString("0.###", CultureInfo.InvariantCulture)
            + (milli > 1000 ? " cores" : " core"),
    };

    /// <summary>A limit in words; empty when there is none.</summary>
    public static string Of(ResourceLimits limits)
    {
        var parts = new List<string>();
        if (limits.Memory is { } memory)
        {
            parts.Add(Memory(memory));
        }
        if (limits.Cpu is { } cpu)
        {
            parts.Add(Cores(cpu));
        }
        return string.Join(", ", parts);
    }

    /// <summary>How long something took: <c>0.3 s</c>, <c>1 min 5 s</c>.</summary>
    public static string Took(TimeSpan time) => time.TotalSeconds switch
    {
        < 0.1 and > 0 => "0.1 s",
        < 60 => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 3600 => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>A setting's length: <c>30 s</c>, <c>5 min</c>, <c>1 h</c>.</summary>
    public static string Every(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => $"{time.TotalMilliseconds:0} ms",
        < 60 => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        < 3600 when time.Seconds == 0 => $"{(int)time.TotalMinutes} min",
        < 3600 => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ when time.Minutes == 0 => $"{(int)time.TotalHours} h",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>How long ago, roughly: <c>just now</c>, <c>5 min</c>, <c>3 h</c>, <c>2 d</c>.
    /// </summary>
    public static string Age(TimeSpan age) => age.TotalSeconds switch
    {
        < 60 => $"{Math.Max(0, (int)age.TotalSeconds)} s",
        < 3600 => $"{(int)age.TotalMinutes} min",
        < 172_800 => $"{(int)age.TotalHours} h",
        _ => $"{(int)age.TotalDays} d",
    };

    public static string Count(int number, string one, string? many = null) =>
        number == 1 ? $"1 {one}" : $"{number} {many ?? one + "s"}";
}
