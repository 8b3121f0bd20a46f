using System.Globalization;

namespace Loam.Mind.Gateway.Grammar;

/// <summary>Whole numbers of a range, digit by digit.</summary>
internal static class NumberGrammar
{
    /// <summary>Digits of the largest number where there is no upper bound.</summary>
    private const int MostDigits = 15;

    /// <param name="least">Null: no lower bound.</param>
    /// <param name="most">Null: no upper bound.</param>
    public static string Whole(long? least, long? most)
    {
        var ways = new List<string>();
        if (least is not >= 0)
        {
            // Below zero: the mirror image.
            var far = least is { } low ? -low : (long?)null;
            var near = most is < 0 ? -most.Value : 1;
            ways.Add($"\"-\" ({Positive(near, far)})");
        }
        if (most is not < 0)
        {
            ways.Add(Positive(least is > 0 ? least.Value : 0, most));
        }
        return string.Join(" | ", ways);
    }

    /// <summary>With or without a fraction, between whole bounds; written out, without an exponent.
    /// </summary>
    public static string Decimal(decimal? least, decimal? most)
    {
        const string fraction = "(\".\" [0-9]{1,9})?";
        if (least is null && most is null)
        {
            return "\"-\"? (\"0\" | [1-9] [0-9]{0,14}) " + fraction;
        }
        if (least is not >= 0 || most < least)
        {
            throw new GrammarException("A number's bounds begin below 0.");
        }
        var low = (long)decimal.Ceiling(least.Value);
        if (most is not { } bound)
        {
            return $"({Positive(low, null)}) {fraction}";
        }
        var high = (long)decimal.Floor(bound);
        var last = $"{GrammarRules.Literal(Text(high))} (\".\" \"0\"{{1,9}})?";
        return high < low ? throw new GrammarException("There is no whole number in the bounds.")
            : high == low ? last : $"({Positive(low, high - 1)}) {fraction} | {last}";
    }

    private static string Positive(long least, long? most)
    {
        var ways = new List<string>();
        var low = Text(least);
        var high = most is { } bound ? Text(bound) : new string('9', MostDigits);
        if (most < least || high.Length < low.Length)
        {
            throw new GrammarException("A number's largest value is below its least.");
        }
        for (var digits = low.Length; digits <= high.Length; digits++)
        {
            var from = digits == low.Length ? low : $"1{new string('0', digits - 1)}";
            var to = digits == high.Length ? high : new string('9', digits);
            ways.Add(Between(from, to));
        }
        return string.Join(" | ", ways.Distinct());
    }

    /// <summary>Two numbers of as many digits.</summary>
    private static string Between(string from, string to)
    {
        if (from == to)
        {
            return GrammarRules.Literal(from);
        }
        var rest = from.Length - 1;
        if (from[1..].All(c => c == '0') && to[1..].All(c => c == '9'))
        {
            return $"{Digit(from[0], to[0])}{Any(rest)}";
        }
        if (from[0] == to[0])
        {
            return $"\"{from[0]}\" ({Between(from[1..], to[1..])})";
        }
        var ways = new List<string>
        {
            $"\"{from[0]}\" ({Between(from[1..], new string('9', rest))})",
        };
        if (to[0] - from[0] > 1)
        {
            ways.Add($"{Digit((char)(from[0] + 1), (char)(to[0] - 1))}{Any(rest)}");
        }
        ways.Add($"\"{to[0]}\" ({Between(new string('0', rest), to[1..])})");
        return string.Join(" | ", ways);
    }

    private static string Digit(char from, char to) =>
        from == to ? $"\"{from}\"" : $"[{from}-{to}]";

    private static string Any(int count) => count == 0 ? "" : $" [0-9]{{{count}}}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
