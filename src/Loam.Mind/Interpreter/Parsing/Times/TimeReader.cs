using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Finds times in a clause and takes their words: "every night at 3", "on the 1st of
/// the month", "*/15 * * * *". Durations ("keep 7 days", "within 10 minutes") are none.</summary>
internal sealed partial class TimeReader
{
    private readonly TimeWords _words = TimeWords.English;
    private readonly List<(string Text, int Lexeme)> _tokens = [];
    private readonly TimeParts _parts = new();
    private readonly HashSet<int> _taken = [];
    private readonly List<int> _former = [];
    private readonly List<int> _gone = [];

    private const int Noon = 12;

    private bool _expected;

    /// <summary>A time was said that does not suit.</summary>
    private readonly bool _complains;

    /// <summary>The unit of what does not suit: "four times a day is too much".</summary>
    private readonly string? _unit;

    /// <summary>"Move it to 5": a number after "to" is an hour.</summary>
    private readonly bool _moves;
    private readonly ClockReader _clock;

    private TimeReader(Clause clause)
    {
        var former = false;
        var gone = GivenUp(clause);
        var complaint = Unwelcome(clause).ToList();
        _complains = complaint.Count > 0;
        gone.UnionWith(complaint);
        _unit = complaint.SelectMany(at => clause[at].Text.Split(' '))
            .Select(w => _words.Of(w, "unit")).LastOrDefault(u => u is not null);
        _moves = gone.Count > 0 || clause.Verb == "move";
        for (var at = 0; at < clause.Count; at++)
        {
            // "… rather than sunday at 5" says when it no longer happens.
            former |= clause[at].IsGlue("insteadof");
            if (!clause.IsFree(at))
            {
                continue;
            }
            if (former || gone.Contains(at))
            {
                (former ? _former : _gone).Add(at);
                continue;
            }
            if (clause[at].Is(Part.Quoted))
            {
                _tokens.Add((clause[at].Text, at));
                continue;
            }
            foreach (var word in clause[at].Text.Split(' '))
            {
                // "mon/wed/fri"
                var several = word.Split('/');
                if (several.Length > 1 && several.All(d => _words.Of(d, "day") is not null))
                {
                    _tokens.AddRange(several.SelectMany(
                        d => ((string, int)[])[(d, at), ("and", at)]).SkipLast(1));
                    continue;
                }
                // "mon-fri" and "9-17" are said as "mon to fri"; other dashes belong to words.
                var halves = word.Split('-');
                var range = halves.Length == 2 && halves.All(h => _words.Of(h, "day") is not null)
                    || IsHours(halves);
                foreach (var part in range ? [halves[0], "-", halves[1]] : (string[])[word])
                {
                    _tokens.Add((part, at));
                }
            }
        }
        _clock = new(_words, Text);
    }

    /// <summary>Null when the clause says no time; then no word is taken.</summary>
    /// <param name="expected">A time is likely, so that "7:30" alone is one.</param>
    public static TimePhrase? Read(Clause clause, bool expected = false)
    {
        var reader = new TimeReader(clause) { _expected = expected };
        reader.Scan();
        reader.ScanAgain();
        var phrase = reader._parts.Phrase();
        if (phrase is not null || reader._complains)
        {
            reader.Take(clause);
        }
        return phrase;
    }

    /// <summary>As <see cref="Read"/>, but takes no word.</summary>
    public static TimePhrase? Peek(Clause clause)
    {
        var reader = new TimeReader(clause);
        reader.Scan();
        return reader._parts.Phrase();
    }

    /// <summary>So often a month: a number with an ending is a day of it.</summary>
    private bool _monthly;

    private string Text(int at) => at >= 0 && at < _tokens.Count ? _tokens[at].Text : "";

    private void Scan()
    {
        for (var at = 0; at < _tokens.Count;)
        {
            var length = Written(at);
            length = length > 0 ? length : Without(at);
            length = length > 0 ? length : PastHour(at);
            length = length > 0 ? length : OfHour(at);
            length = length > 0 ? length : EvenDays(at);
            length = length > 0 ? length : Interval(at);
            length = length > 0 ? length : Often(at);
            length = length > 0 ? length : Adverb(at);
            length = length > 0 ? length : Days(at);
            length = length > 0 ? length : Span(at);
            length = length > 0 ? length : Clock(at);
            for (var i = at; i < at + length; i++)
            {
                _taken.Add(i);
            }
            at += Math.Max(1, length);
        }
    }

    /// <summary>"Half past midnight".</summary>
    private bool IsOfClock(string word) => _words.Is(word, "half") || _words.Is(word, "quarter")
        || _words.Is(word, "past") || word is "noon" or "midnight";

    /// <summary>A lexeme is taken when every word of it was, or is mere filling.</summary>
    private void Take(Clause clause)
    {
        foreach (var at in _former.Where(at => clause[at].IsNumber || clause[at].Is(Part.PortPair)
            || clause[at].Is(Part.Version) || clause[at].IsField("schedule")
            || clause[at].Text.Split(' ').All(IsOfClock)))
        {
            clause.Use(at);
        }
        _gone.ForEach(clause.Use);
        foreach (var lexeme in _taken.Select(t => _tokens[t].Lexeme).Distinct())
        {
            var own = Enumerable.Range(0, _tokens.Count).Where(i => _tokens[i].Lexeme == lexeme);
            if (own.All(i => _taken.Contains(i) || _words.Is(_tokens[i].Text, "the")
                || _words.Is(_tokens[i].Text, "on")))
            {
                clause.Use(lexeme);
            }
        }
    }

    private int Written(int at)
    {
        var text = Text(at);
        if (IsCron(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            _parts.Written = text;
            return 1;
        }
        var five = Enumerable.Range(at, 5).Select(Text).ToArray();
        if (!IsCron(five) || !five.Any(f => f.Contains('*', StringComparison.Ordinal)))
        {
            return 0;
        }
        _parts.Written = string.Join(' ', five);
        return 5;
    }

    private static bool IsCron(string[] fields) => fields.Length == 5 && fields.All(
        f => f.Length > 0 && (char.IsAsciiDigit(f[0]) || f[0] == '*' || f.Length == 3)
            && f.All(c => char.IsAsciiLetterOrDigit(c) || c is '*' or '/' or ',' or '-'));

    /// <summary>"Half past every hour", "10 minutes past the hour", "minute 10 of every 6th
    /// hour".</summary>
    private int PastHour(int at)
    {
        var next = _words.Is(Text(at), "at") ? at + 1 : at;
        var minute = _words.Is(Text(next), "half") ? 30 : _words.Is(Text(next), "quarter") ? 15
            : _words.Of(Text(next), "unit") == "minute" && _words.Number(Text(next + 1)) is < 60
                and var said ? said
            : _words.Number(Text(next)) is < 60 and var number ? number : -1;
        if (minute < 0)
        {
            return 0;
        }
        next += _words.Of(Text(next), "unit") == "minute" ? 2 : 1;
        next += _words.Of(Text(next), "unit") == "minute" ? 1 : 0;
        if (!(_words.Is(Text(next), "past") || Text(next) is "of")
            || !(_words.Is(Text(next + 1), "every") || Text(next + 1) is "the"))
        {
            return 0;
        }
        var rhythm = _words.Is(Text(next + 1), "every");
        next += Text(next + 2) is "full" ? 3 : 2;
        var every = _words.Ordinal(Text(next)) is > 0 and var ordinal ? ordinal : 1;
        next += every > 1 ? 1 : 0;
        if (Unit(next) != "hour")
        {
            return 0;
        }
        _parts.Every = (every, "hour");
        _parts.Clock.Add((0, minute));
        _parts.OnlyMinute = !rhythm && every == 1;
        return next + 1 - at;
    }

    /// <summary>"Every 15 minutes", "each night", "every monday and thursday".</summary>
    private int Interval(int at)
    {
        if (!_words.Is(Text(at), "every"))
        {
            return 0;
        }
        var next = at + 1;
        var count = 1;
        var counted = Counted(next);
        if (_words.Is(Text(next), "half") && Unit(SkipThe(next + 1)) == "hour")
        {
            _parts.Every = (30, "minute");
            return SkipThe(next + 1) + 1 - at;
        }
        if (_words.Is(Text(next), "quarter"))
        {
            var hour = Unit(SkipThe(next + 1)) == "hour";
            _parts.Every = hour ? (15, "minute") : (3, "month");
            return hour ? SkipThe(next + 1) + 1 - at : 2;
        }
        if (counted is { } glued)
        {
            _parts.Every = glued;
            return 2;
        }
        if (_words.Is(Text(next), "other") && Unit(next + 1) is not null)
        {
            (count, next) = (2, next + 1);
        }
        else if (_words.Number(Text(next)) is { } number && number > 0)
        {
            (count, next) = (number, next + 1);
        }
        if (Unit(next) is { } unit)
        {
            _parts.Every = (count, unit);
            return next + 1 - at;
        }
        if (_words.Of(Text(next), "part") is { } part)
        {
            SetPart(part);
            return next + 1 - at;
        }
        if (_words.Is(Text(next), "other") && _words.Of(Text(next + 1), "day") is not null)
        {
            _parts.Impossible = "Schedules know weeks only one by one.";
            return next + 2 - at;
        }
        var days = Days(next, said: true);
        return days > 0 ? days + 1 : 0;
    }

    private int SkipThe(int at) => _words.Is(Text(at), "the") ? SkipThe(at + 1) : at;

    private string? Unit(int at) =>
        Text(at).StartsWith("second", StringComparison.Ordinal) && !_words.Is(Text(at), "other")
            ? "second" : _words.Of(Text(at), "unit");

    /// <summary><c>15min</c>, <c>6h</c>: number and unit in one word.</summary>
    private (int, string)? Counted(int at)
    {
        var text = Text(at);
        var figures = text.TrimEnd('m', 'i', 'n', 's', 'h', 'r', 'o', 'u', 't', 'e', 'd', 'a', 'y');
        var unit = text[figures.Length..] switch
        {
            "m" or "min" or "mins" or "minutes" => "minute",
            "h" or "hr" or "hrs" or "hours" => "hour",
            "d" or "days" => "day",
            "s" or "sec" => "second",
            _ => null,
        };
        return unit is not null && figures.Length > 0 && _words.Number(figures) is > 0 and var count
            ? (count, unit) : null;
    }

    /// <summary>"Twice a day", "3 times per week", "once monthly".</summary>
    private int Often(int at)
    {
        var next = at + 1;
        int? count = _words.Is(Text(at), "once") ? 1 : _words.Is(Text(at), "twice") ? 2 : null;
        if (count is null && _words.Number(Text(at)) is { } number
            && _words.Is(Text(next), "times"))
        {
            (count, next) = (number, next + 1);
        }
        if (count is null or 0)
        {
            return 0;
        }
        var adverb = Text(next) switch
        {
            "daily" => "day",
            "weekly" => "week",
            "monthly" => "month",
            "hourly" => "hour",
            _ => null,
        };
        var unit = adverb ?? (Text(next) is "a" or "an" || _words.Is(Text(next), "every")
            ? Unit(++next) : null);
        if (unit is null && _unit is not null)
        {
            // "Four times a day is too much, twice will do"
            (unit, next) = (_unit, next - 1);
        }
        if (unit is null)
        {
            return 0;
        }
        // "Twice a month, 1st and 15th": which days, is said.
        _monthly = unit == "month";
        if (unit != "month" || Enumerable.Range(next + 1, Math.Max(0, _tokens.Count - next - 1))
            .Count(i => _words.Ordinal(Text(i)) is > 0) < count)
        {
            _parts.Times = (count.Value, unit);
        }
        return next + 1 - at;
    }

    private int Adverb(int at)
    {
        var text = Text(at);
        var two = $"{text} {Text(at + 1)}";
        (int, string)? every = _words.Is(text, "hourly") ? (1, "hour")
            : _words.Is(text, "halfhourly") || _words.Is(two, "halfhourly") ? (30, "minute")
            : _words.Is(text, "daily") ? (1, "day") : _words.Is(text, "weekly") ? (1, "week")
            : _words.Is(text, "monthly") ? (1, "month") : _words.Is(text, "yearly") ? (1, "year")
            : _words.Is(text, "quarterly") ? (3, "month") : null;
        if (every is not null)
        {
            _parts.Every = every;
            return _words.Is(two, "halfhourly") ? 2 : 1;
        }
        if (_words.Is(text, "nightly"))
        {
            SetPart("2");
            return 1;
        }
        if (_words.Is(text, "biweekly"))
        {
            _parts.Impossible = "Schedules know weeks only one by one.";
            return 1;
        }
        return 0;
    }

    private void SetPart(string hour) =>
        _parts.PartOfDay = int.Parse(hour, CultureInfo.InvariantCulture);

    private int Days(int at) => Days(at, said: _words.Is(Text(at), "on")
        // "To the 5th"
        || _words.Is(Text(at), "the") && at > 0 && Text(at - 1) is "to" or "until");

    /// <summary>Days of the week or of the month, one or several.</summary>
    /// <param name="said">"On" or "every" stood before, so that a bare ordinal is a day.</param>
    private int Days(int at, bool said)
    {
        var next = _words.Is(Text(at), "on") ? SkipThe(at + 1) : at;
        next = said ? SkipThe(next) : next;
        var found = 0;
        for (var end = next; ;)
        {
            var length = WeekDay(end);
            length = length > 0 ? length : MonthDay(end, said || found > 0);
            if (length == 0)
            {
                break;
            }
            end += length;
            found = end - at;
            if (!_words.Is(Text(end), "and"))
            {
                break;
            }
            end = _words.Is(Text(end + 1), "and") ? end + 2 : end + 1;
            end = SkipThe(_words.Is(Text(end), "on") ? end + 1 : end);
        }
        return found;
    }

    private int WeekDay(int at)
    {
        if (_words.Of(Text(at), "day") is not { } day)
        {
            return 0;
        }
        // "may" and "sun" are words too: a day is one on its own.
        if (_words.Is(Text(at + 1), "to") && _words.Of(Text(at + 2), "day") is { } last
            && day.Length == 1 && last.Length == 1)
        {
            _parts.WeekDays.Add(string.CompareOrdinal(last, day) > 0 ? $"{day}-{last}"
                : $"{day}-6,{(last == "0" ? "0" : $"0-{last}")}");
            return 3;
        }
        _parts.WeekDays.Add(day);
        return 1;
    }

    /// <summary>"The 1st", "1st and 15th of each month", "first day of the month".</summary>
    private int MonthDay(int at, bool said)
    {
        // "January 1st"
        if (_words.Of(Text(at), "month") is { } before
            && _words.Ordinal(Text(at + 1)) is > 0 and var date)
        {
            _parts.MonthDays.Add(date);
            _parts.Months.Add(int.Parse(before, CultureInfo.InvariantCulture));
            return 2;
        }
        if (_words.Ordinal(Text(at)) is not { } day)
        {
            return 0;
        }
        var end = at + 1;
        if (_words.Of(Text(end), "day") is not null)
        {
            // "Last Thursday it failed": a day that is over.
            if (Text(at) == "last" && !(_words.Is(Text(at - 1), "the")
                || _words.Is(Text(at - 1), "every") || _words.Is(Text(at - 1), "on"))
                && Text(end + 1) is not ("of" or "in"))
            {
                return 2;
            }
            _parts.Impossible = "Schedules cannot say the first or last such day of a month; a "
                + "date such as the 1st works.";
            return 2;
        }
        while (_words.Is(Text(end), "the") || _words.Is(Text(end), "every"))
        {
            end++;
        }
        var ofMonth = Unit(end) == "month";
        var month = _words.Of(Text(end), "month");
        // "We'd like the 10th"
        said |= _expected && _words.Is(Text(at - 1), "the") && char.IsAsciiDigit(Text(at)[0]);
        if (!(said || ofMonth || _monthly || month is not null))
        {
            return 0;
        }
        if (day == 0)
        {
            _parts.Impossible = "Schedules cannot say the last day of a month; the 28th works.";
        }
        _parts.MonthDays.Add(day);
        if (month is not null)
        {
            _parts.Months.Add(int.Parse(month, CultureInfo.InvariantCulture));
        }
        else if (ofMonth)
        {
            _parts.Every = (1, "month");
        }
        return ofMonth || month is not null ? end + 1 - at : 1;
    }
}
