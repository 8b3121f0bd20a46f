using System.Globalization;

namespace Loam.Core.Resources;

/// <summary>What a secret that does not exist yet shall be: <c>generate:32</c>, or
/// <c>generate:64:hex</c> for programs that take hexadecimal digits only.</summary>
/// <param name="Length">Characters.</param>
/// <param name="IsHex">Of 0–9 and a–f; else of letters and digits.</param>
public sealed record FreshSecret(int Length, bool IsHex)
{
    public const string Prefix = "generate:";
    public const int Shortest = 8;
    public const int Longest = 256;
    private const string Hex = ":hex";

    /// <summary>Null: it is not of that form, or its length is out of bounds.</summary>
    public static FreshSecret? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var isHex = text.EndsWith(Hex, StringComparison.Ordinal);
        var number = text.AsSpan(Prefix.Length)[..^(isHex ? Hex.Length : 0)];
        return number is not ['0', ..] && int.TryParse(
                number, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length is >= Shortest and <= Longest ? new(length, isHex) : null;
    }

    /// <summary>As it stands in security.yaml.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix}{Length}{(IsHex ? Hex : "")}");
}
