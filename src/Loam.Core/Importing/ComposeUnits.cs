using System.Globalization;

namespace Loam.Core.Importing;

/// <summary>Sizes and times as compose writes them, in the form of the state files.</summary>
internal static class ComposeUnits
{
    private const long Kibi = 1024;

    private static readonly (string Unit, long Bytes)[] s_sizes =
    [
        ("kb", Kibi), ("mb", Kibi << 10), ("gb", Kibi << 20), ("k", Kibi), ("m", Kibi << 10),
        ("g", Kibi << 20), ("b", 1), ("", 1),
    ];

    private static readonly (string Unit, decimal Milliseconds)[] s_times =
    [
        ("us", 0.001m), ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
        ("d", 86_400_000),
    ];

    /// <summary>Bytes; compose counts in powers of 1024. Null: no size.</summary>
    public static long? Size(string text)
    {
        var lower = text.Trim().ToLowerInvariant().Replace("ib", "b", StringComparison.Ordinal);
        var (unit, bytes) = s_sizes.First(s => lower.EndsWith(s.Unit, StringComparison.Ordinal));
        return decimal.TryParse(lower.AsSpan()[..^unit.Length].Trim(),
            NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number < 1L << 40 ? (long)Math.Min(number * bytes, long.MaxValue / 2) : null;
    }

    /// <summary><c>512Mi</c>; what is left over of a KiB is cut off.</summary>
    public static string Written(long bytes) =>
        bytes % (Kibi << 20) == 0 ? Written(bytes / (Kibi << 20), "Gi")
            : bytes % (Kibi << 10) == 0 ? Written(bytes / (Kibi << 10), "Mi")
            : Written(bytes / Kibi, "Ki");

    /// <summary><c>1m30s</c> is <c>90s</c>. Null: no time.</summary>
    public static string? Time(string text)
    {
        var left = text.Trim().ToLowerInvariant().AsSpan();
        var total = 0m;
        while (!left.IsEmpty)
        {
            var digits = left.IndexOfAnyExcept("0123456789.");
            digits = digits < 0 ? left.Length : digits;
            var letters = left[digits..].IndexOfAny("0123456789");
            var unit = (letters < 0 ? left[digits..] : left.Slice(digits, letters)).ToString();
            if (!decimal.TryParse(left[..digits], NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out var number) || number > 1_000_000_000
                || s_times.FirstOrDefault(t => t.Unit == unit) is not { Unit: not null } known)
            {
                return null;
            }
            total += number * known.Milliseconds;
            left = left[(digits + unit.Length)..];
        }
        var whole = (long)Math.Ceiling(total);
        return whole % 1000 == 0 ? Written(whole / 1000, "s") : Written(whole, "ms");
    }

    private static string Written(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
}
