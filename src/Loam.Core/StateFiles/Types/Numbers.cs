using System.Globalization;

namespace Loam.Core.StateFiles.Types;

internal static class Numbers
{
    /// <summary>Decimal digits with an optional minus, without the leading zeros, signs, and
    /// underscores that readers of YAML disagree about.</summary>
    public static bool IsPlainWhole(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0
            && (digits[0] != '0' || digits.Length == 1);
    }

    /// <summary>Plain digits with an optional decimal part; no exponent. The result has no
    /// trailing zeros, so that 0.50 and 0.5 are one value.</summary>
    public static bool TryDecimal(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        // 24 characters are more than any field needs and keep the arithmetic exact.
        if (text.Length is 0 or > 24 || !char.IsAsciiDigit(text[^1])
            || text.IndexOfAnyExcept("0123456789.-") >= 0
            || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint
                | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read))
        {
            return false;
        }
        number = Trim(read);
        return true;
    }

    /// <summary>The same number without trailing zeros.</summary>
    public static decimal Trim(decimal number) => number / 1.0000000000000000000000000000m;
}
