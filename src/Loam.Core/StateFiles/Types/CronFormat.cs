using System.Globalization;

namespace Loam.Core.StateFiles.Types;

/// <summary>Five-field cron: minute, hour, day of month, month, day of week, each <c>*</c>, a
/// number, a range, a list, with steps; months and days also by their English names.</summary>
internal static class CronFormat
{
    private static readonly (string Name, int Least, int Most, string[] Words)[] Parts =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of the month", 1, 31, []),
        ("month", 1, 12,
        [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]),
        ("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>Days that each month can have, for schedules that never come.</summary>
    private static readonly int[] Days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    public static Verdict Judge(string text)
    {
        if (text.StartsWith('@'))
        {
            var meant = text switch
            {
                "@hourly" => "0 * * * *",
                "@daily" or "@midnight" => "0 0 * * *",
                "@weekly" => "0 0 * * 0",
                "@monthly" => "0 0 1 * *",
                "@yearly" or "@annually" => "0 0 1 1 *",
                _ => "0 2 * * *",
            };
            return Verdict.Bad("schedules have five fields", $"Write \"{meant}\".");
        }
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || text.AsSpan().ContainsAny('\n', '\r'))
        {
            return Verdict.Bad($"it has {fields.Length} fields, not five",
                "Write minute, hour, day of month, month and day of week, such as "
                + "\"0 2 * * *\".");
        }
        var sets = new ulong[5];
        for (var i = 0; i < 5; i++)
        {
            if (Problem(fields[i], i, out sets[i]) is { } problem)
            {
                var (name, least, most, _) = Parts[i];
                return Verdict.Bad($"{problem} in the field for the {name}",
                    $"Write * or numbers from {least} to {most}, with , - and / between them.");
            }
        }
        // 0 0 31 2 * is well formed and never comes, unless a day of the week is named too.
        if (fields[4] == "*" && !Comes(sets[2], sets[3]))
        {
            return Verdict.Bad("no such day ever comes", "Choose a day that the month has.");
        }
        return Verdict.Good(string.Join(' ', fields).ToLowerInvariant());
    }

    private static bool Comes(ulong days, ulong months)
    {
        for (var month = 1; month <= 12; month++)
        {
            var possible = (1UL << (Days[month - 1] + 1)) - 1;
            if ((months & (1UL << month)) != 0 && (days & possible) != 0)
            {
                return true;
            }
        }
        return false;
    }

    private static string? Problem(string field, int part, out ulong set)
    {
        set = 0;
        foreach (var item in field.Split(','))
        {
            var slash = item.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? item : item[..slash];
            var (_, least, most, _) = Parts[part];
            var step = 1;
            if (slash >= 0 && (!TryNumber(item[(slash + 1)..], out step)
                || step < 1 || step > most))
            {
                return "a step that is not a number of fitting size";
            }
            var low = least;
            var high = most;
            if (range != "*")
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                if (!TryItem(dash < 0 ? range : range[..dash], part, out low)
                    || !TryItem(dash < 0 ? range : range[(dash + 1)..], part, out high))
                {
                    return "a value out of range or not known";
                }
                if (slash >= 0 && dash < 0)
                {
                    high = most;
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

    private static bool TryItem(string text, int part, out int value)
    {
        var (_, least, most, words) = Parts[part];
        value = Array.FindIndex(words, w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (value >= 0)
        {
            value += least;
            return true;
        }
        return TryNumber(text, out value) && value >= least && value <= most;
    }

    private static bool TryNumber(string text, out int value)
    {
        value = 0;
        return text.Length is 1 or 2 && int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
