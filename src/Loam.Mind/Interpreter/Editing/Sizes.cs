using System.Globalization;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Amounts as state files write them.</summary>
internal static class Sizes
{
    /// <summary>Bytes of a value with a unit's key; people's MB are the engine's Mi.</summary>
    public static decimal Bytes(decimal value, string unit) => value * unit switch
    {
        "Ki" => 1024m,
        "Mi" or "m" => 1024m * 1024,
        "Gi" => 1024m * 1024 * 1024,
        "Ti" => 1024m * 1024 * 1024 * 1024,
        _ => 1,
    };

    /// <summary>The largest unit without a fraction: <c>1536Mi</c>.</summary>
    public static string Text(decimal bytes)
    {
        var whole = decimal.Round(bytes);
        foreach (var (name, size) in (ReadOnlySpan<(string, decimal)>)
            [("Gi", 1024m * 1024 * 1024), ("Mi", 1024m * 1024), ("Ki", 1024m)])
        {
            if (whole >= size && whole % size == 0)
            {
                return (whole / size).ToString(CultureInfo.InvariantCulture) + name;
            }
        }
        return whole >= 10 * 1024 * 1024
            ? decimal.Round(whole / 1024 / 1024).ToString(CultureInfo.InvariantCulture) + "Mi"
            : whole.ToString(CultureInfo.InvariantCulture);
    }

    public static string Cores(decimal millicores) =>
        (millicores / 1000).ToString("0.###", CultureInfo.InvariantCulture);
}
