using System.Globalization;

namespace Loam.Drivers.Models;

/// <summary>How numbers of a model are written.</summary>
internal static class Quantisations
{
    /// <summary>By the number of the type of a tensor: how many numbers stand together, in how many
    /// bytes.</summary>
    private static readonly Dictionary<int, (int Items, int Bytes)> s_blocks = new()
    {
        [0] = (1, 4), [1] = (1, 2), [2] = (32, 18), [3] = (32, 20), [6] = (32, 22), [7] = (32, 24),
        [8] = (32, 34), [9] = (32, 36), [10] = (256, 84), [11] = (256, 110), [12] = (256, 144),
        [13] = (256, 176), [14] = (256, 210), [15] = (256, 292), [24] = (1, 1), [25] = (1, 2),
        [26] = (1, 4), [27] = (1, 8), [28] = (1, 8), [30] = (1, 2),
    };

    /// <summary>By <c>general.file_type</c>.</summary>
    private static readonly Dictionary<long, string> s_names = new()
    {
        [0] = "F32", [1] = "F16", [2] = "Q4_0", [3] = "Q4_1", [7] = "Q8_0", [8] = "Q5_0",
        [9] = "Q5_1", [10] = "Q2_K", [11] = "Q3_K_S", [12] = "Q3_K_M", [13] = "Q3_K_L",
        [14] = "Q4_K_S", [15] = "Q4_K_M", [16] = "Q5_K_S", [17] = "Q5_K_M", [18] = "Q6_K",
        [19] = "IQ2_XXS", [20] = "IQ2_XS", [21] = "Q2_K_S", [22] = "IQ3_XS", [23] = "IQ3_XXS",
        [24] = "IQ1_S", [25] = "IQ4_NL", [26] = "IQ3_S", [27] = "IQ3_M", [28] = "IQ2_S",
        [29] = "IQ2_M", [30] = "IQ4_XS", [31] = "IQ1_M", [32] = "BF16", [36] = "TQ1_0",
        [37] = "TQ2_0",
    };

    public static string Name(long fileType) => s_names.GetValueOrDefault(fileType)
        ?? (fileType < 0 ? "unknown"
            : string.Create(CultureInfo.InvariantCulture, $"type {fileType}"));

    /// <summary>Least bytes of so many numbers; of a type that is not known, 0.</summary>
    public static ulong Bytes(int type, ulong items) =>
        s_blocks.TryGetValue(type, out var block)
            ? (ulong)((UInt128)items * (uint)block.Bytes / (uint)block.Items) : 0;
}
