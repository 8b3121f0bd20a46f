using System.Globalization;

namespace Loam.Core.Scheduling;

/// <summary>One of a schedule's five fields: <c>*</c>, a number, a range, a list of them, with
/// steps; months and days of the week also by their English names.</summary>
internal sealed record CronField(string Name, int Least, int Most, string[] Words)
{
    /// <summary>In the order they are written in.</summary>
    public static readonly CronField[] All =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of the month", 1, 31, []),
        new("month", 1, 12,
        [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]),
        // 7 is Sunday again.
        new("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>Reads a field into the set of its values, bit by value.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Read(string field, out ulong set)
    {
        set = 0;
        foreach (var item in field.Split(','))
        {
            var slash = item.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? item : item[..slash];
            var step = 1;
            if (slash >= 0 && (!TryNumber(item[(slash + 1)..], out step)
                || step < 1 || step > Most))
            {
                return "a step that is not a number of fitting size";
            }
            var low = Least;
            var high = Most;
            if (range != "*")
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                if (!TryItem(dash < 0 ? range : range[..dash], out low)
                    || !TryItem(dash < 0 ? range : range[(dash + 1)..], out high))
                {
                    return "a value out of range or not known";
                }
                if (slash >= 0 && dash < 0)
                {
                    high = Most;
                }
                if (high < low)
                {
                    return "a range that ends before it begins";
                }
            }
            for (var value = low; value <= high; value += step)
            {
                set |= 1UL << value;
            }
        }
        return null;
    }

    private bool TryItem(string text, out int value)
    {
        value = Array.FindIndex(Words, w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (value >= 0)
        {
            value += Least;
            return true;
        }
        return TryNumber(text, out value) && value >= Least && value <= Most;
    }

    private static bool TryNumber(string text, out int value)
    {
        value = 0;
        return text.Length is 1 or 2 && int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
