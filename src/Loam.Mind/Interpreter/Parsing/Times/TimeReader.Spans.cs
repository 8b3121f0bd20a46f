using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Spans of hours, days that are left out, and times that are given up.</summary>
internal sealed partial class TimeReader
{
    private const int MostBetween = 6;

    /// <summary>"Move it from 2 to 4", "changed from 18:00 to 17:00": what stands between is no
    /// longer meant.</summary>
    private static HashSet<int> GivenUp(Clause clause)
    {
        var gone = new HashSet<int>();
        // "At 5, no wait, 5:30", "sunday 5 -> monday 4": what stands before is taken back.
        var turn = Enumerable.Range(0, clause.Count).LastOrDefault(i => clause[i].Text is "->"
                or "→" or "=>" || (clause[i].IsGlue("instead")
                && clause[i].Text is not "instead"), -1);
        if (turn > 0 && Enumerable.Range(turn + 1, clause.Count - turn - 1).Any(
            i => IsTime(clause[i]) && clause[i].Unit.Length == 0))
        {
            gone.UnionWith(Enumerable.Range(0, turn).Where(i => IsTime(clause[i])));
        }
        var moves = clause.Verb is "move" or "replace" || clause.Lexemes.Any(l => l.Text is "change"
            or "changed" or "change the" or "switch" or "switched" or "reschedule"
            or "rescheduled" or "adjust" or "adjusted" or "alter" or "reset" or "moves" or "moved"
            or "moving" or "goes" or "shifts" or "shifted" or "changes");
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Text != "from" || Repeats(clause, at)
                || !(moves || IsRhythm(clause, at + 1)))
            {
                continue;
            }
            var to = Enumerable.Range(at + 1, Math.Min(MostBetween, clause.Count - at - 1))
                .FirstOrDefault(i => clause[i].IsGlue("to"), -1);
            if (to > at + 1)
            {
                gone.UnionWith(Enumerable.Range(at + 1, to - at - 1));
            }
        }
        return gone;
    }

    /// <summary>"From weekly to nightly" is no span.</summary>
    private static bool IsRhythm(Clause clause, int at) => at < clause.Count
        && (((string[])["hourly", "daily", "weekly", "monthly", "nightly", "yearly"]).Any(
            r => TimeWords.English.Is(clause[at].Text, r))
            || TimeWords.English.Is(clause[at].Text.Split(' ')[0], "every"));

    /// <summary>"At 6 is too late": when it happens now, not when it shall.</summary>
    private static IEnumerable<int> Unwelcome(Clause clause)
    {
        var words = TimeWords.English;
        for (var at = clause.Count - 1; at > 0; at--)
        {
            var said = clause[at].Text.Split(' ');
            if (words.Is(clause[at].Text, "unwelcome") || said[^1] is "late" or "early" or "soon"
                or "much" or "often" or "many" or "frequent" or "frequently" or "seldom" or "rare"
                or "rarely" && (said[0] == "too" || clause[at - 1].Text == "too"))
            {
                return Enumerable.Range(0, at + 1).Where(i => i == at || IsTime(clause[i])
                    || words.Is(clause[i].Text, "times") || words.Is(clause[i].Text, "twice")
                    || words.Of(clause[i].Text.Split(' ')[^1], "unit") is not null);
            }
        }
        return [];
    }

    private static bool IsTime(Recognising.Lexeme lexeme) => lexeme.IsNumber
        || lexeme.Is(Part.PortPair) || lexeme.Is(Part.Version) || lexeme.IsField("schedule")
        || TimeWords.English.Is(lexeme.Text, "at") || TimeWords.English.Is(lexeme.Text, "am")
        || TimeWords.English.Is(lexeme.Text, "pm")
        || TimeWords.English.Of(lexeme.Text, "day") is not null
        || TimeWords.English.Of(lexeme.Text, "part") is not null;

    /// <summary>"22:15 from Monday to Thursday": a time before the days; "twice, at 8 and 16".
    /// </summary>
    private void ScanAgain()
    {
        for (var at = 0; at < _tokens.Count; at++)
        {
            if (_taken.Contains(at))
            {
                continue;
            }
            // "Twice a day: 6 and 18"
            if (_parts.Times is { Unit: "day" } times && _parts.Clock.Count == 0
                && Text(at - 1) is ":" or "," && Hours(at, times.Count) is > 0 and var hours)
            {
                _taken.UnionWith(Enumerable.Range(at, hours));
                continue;
            }
            var twice = _words.Is(Text(at), "twice") && _parts.Clock.Count == 2;
            var length = twice ? 1
                : _parts.SaysDays && _parts.Clock.Count == 0 && Text(at).Length > 1
                    && char.IsAsciiDigit(Text(at)[0])
                && Text(at).AsSpan().ContainsAny(':', 'm', 'h') ? Clock(at) : 0;
            for (var i = at; i < at + length; i++)
            {
                _taken.Add(i);
            }
            at += Math.Max(0, length - 1);
        }
    }

    /// <summary>So many hours in a row, up to the end: how many words; 0: there are not.</summary>
    private int Hours(int at, int count)
    {
        var said = new List<(int, int)>();
        var next = at;
        while (_clock.Read(next, placed: true) is { Length: > 0 } time)
        {
            said.Add((time.Hour, time.Minute));
            next += time.Length;
            if (!_words.Is(Text(next), "and"))
            {
                break;
            }
            next++;
        }
        if (said.Count != count)
        {
            return 0;
        }
        _parts.Clock.AddRange(said);
        return next - at;
    }

    /// <summary>"Every hour from 9 to 17" goes over a span.</summary>
    private static bool Repeats(Clause clause, int before)
    {
        var words = TimeWords.English;
        for (var at = 0; at < before; at++)
        {
            var said = clause[at].Text.Split(' ');
            if (said.Any(w => words.Is(w, "hourly")) || (said.Any(w => words.Is(w, "every"))
                && said.Concat(clause.Lexemes.Skip(at + 1).Take(2).SelectMany(
                    l => l.Text.Split(' '))).Any(w => words.Of(w, "unit") is "minute" or "hour")))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"9-17", "8am-6pm": two hours in one word.</summary>
    private bool IsHours(string[] halves) => halves.Length == 2 && halves.All(h => h.Length > 0
        && char.IsAsciiDigit(h[0]) && (_words.Number(h) is <= 24
            || (h.Length > 2 && (_words.Is(h[^2..], "am") || _words.Is(h[^2..], "pm")))
            || (h.Length is 4 or 5 && h[^3] == ':')
            || (h[^1] == 'h' && _words.Number(h[..^1]) is <= 24)));

    /// <summary>"Between 9 and 17", "from 8 to 18", "8 to 18", "during office hours".</summary>
    private int Span(int at)
    {
        if (Text(at) is "during" or "in" or "within")
        {
            var span = Span(SkipThe(at + 1));
            return span == 0 ? 0 : span + SkipThe(at + 1) - at;
        }
        for (var length = Math.Min(3, _tokens.Count - at); length > 1; length--)
        {
            var phrase = string.Join(' ', Enumerable.Range(at, length).Select(Text));
            if (_words.Is(phrase, "office"))
            {
                _parts.Between ??= (9, 17);
                return length;
            }
        }
        var said = _words.Is(Text(at), "between");
        var start = said ? at + 1 : at;
        if (!said && at > 0 && _words.Is(Text(at - 1), "at"))
        {
            return 0;
        }
        var first = _clock.Read(start, placed: true);
        var middle = start + first.Length;
        var last = first.Length > 0 && (_words.Is(Text(middle), "to")
            || (said && _words.Is(Text(middle), "and")))
            ? _clock.Read(middle + 1, placed: true) : default;
        if (last.Length == 0)
        {
            return 0;
        }
        _parts.Between = (first.Hour, last.Hour);
        var end = middle + 1 + last.Length;
        return end - at + (_words.Is(Text(end), "oclock") || Text(end) is "hours" or "hrs" ? 1 : 0);
    }

    /// <summary>"Every day except Sunday", "daily but not at weekends".</summary>
    private int Without(int at)
    {
        var length = Text(at) switch
        {
            "except" or "excluding" or "excepting" or "not" or "without" or "bar" or "minus" => 1,
            "but" or "apart" or "other" or "aside" => 2,
            _ => 0,
        };
        if (length == 0 || (length == 2 && !(Text(at + 1) is "not" or "from" or "than")))
        {
            return 0;
        }
        var next = at + length;
        next += Text(next) is "for" or "from" ? 1 : 0;
        next += _words.Is(Text(next), "on") || _words.Is(Text(next), "at") ? 1 : 0;
        next = SkipThe(next);
        next += _words.Is(Text(next), "every") ? 1 : 0;
        var days = new List<string>(_parts.WeekDays);
        _parts.WeekDays.Clear();
        var found = Days(next, said: false);
        if (found > 0 && _parts.WeekDays.Count > 0)
        {
            _parts.WithoutDays.AddRange(_parts.WeekDays);
        }
        var read = found > 0 && _parts.WeekDays.Count > 0;
        _parts.WeekDays.Clear();
        _parts.WeekDays.AddRange(days);
        return read ? next + found - at : 0;
    }

    /// <summary>"On the hour", "on the half hour", "at 20 past": minutes of every hour.</summary>
    private int OfHour(int at)
    {
        var next = _words.Is(Text(at), "at") || _words.Is(Text(at), "on") ? at + 1 : at;
        if (next > at && Text(next) == "the" && (Text(next + 1) == "hour"
            || (_words.Is(Text(next + 1), "half") && Text(next + 2) == "hour")))
        {
            var half = _words.Is(Text(next + 1), "half");
            Minutes(half ? 30 : 0);
            return next + (half ? 3 : 2) - at;
        }
        var minute = _words.Is(Text(next), "half") ? 30 : _words.Is(Text(next), "quarter") ? 15
            : _words.Number(Text(next)) is > 0 and < 60 and var number ? number : 0;
        var past = next + (Unit(next + 1) == "minute" ? 2 : 1);
        if (minute == 0 || Text(past) != "past"
            || _clock.Read(past + 1, placed: true).Length > 0)
        {
            return 0;
        }
        Minutes(minute);
        return past + 1 - at;
    }

    private void Minutes(int minute)
    {
        _parts.Every ??= (1, "hour");
        _parts.Clock.Add((0, minute));
    }

    /// <summary>"On even days": of the month.</summary>
    private int EvenDays(int at)
    {
        var next = _words.Is(Text(at), "on") || _words.Is(Text(at), "every") ? at + 1 : at;
        next = SkipThe(next);
        var odd = Text(next) is "odd" or "uneven" or "odd-numbered";
        if (!(odd || Text(next) is "even" or "even-numbered")
            || !(Unit(next + 1) == "day" || Text(next + 1) is "dates" or "date" or "numbered"))
        {
            return 0;
        }
        _parts.MonthDays.AddRange(Enumerable.Range(1, 31).Where(d => d % 2 == (odd ? 1 : 0)));
        return next + 2 - at;
    }

    /// <summary>The number a word begins with, as of "9pm"; 0: with none.</summary>
    private int Figures(int at) => _words.Number(Text(at)) ?? Recognising.Literals.Whole(
        string.Concat(Text(at).TakeWhile(char.IsAsciiDigit))) ?? 0;

    /// <summary>"At 3 and 15", "3pm", "02:30", "in the morning", "at night".</summary>
    private int Clock(int at)
    {
        var placed = _words.Is(Text(at), "at") || (_moves && Text(at) is "to" or "until" or "->"
            && Text(at + 2) != "past") || (_expected && Text(at) == "it");
        var next = placed ? at + 1 : at;
        // "2 and 14 o'clock"
        placed |= _words.Number(Text(at)) is <= 24 && Text(at + 1) is "and" or "&"
            && _clock.Read(at + 2, placed: false, open: false).Length > 1;
        // "Monday 4"
        placed |= _expected && _words.Of(Text(at - 1), "day") is not null
            && (Text(at + 1).Length == 0 || _words.Is(Text(at + 1), "and"));
        var open = placed || _expected || _parts.SaysDays;
        // "At ten to and ten past" names minutes.
        if (placed && Text(next + 1) == "to" && _words.Number(Text(next)) is not null
            && _clock.Read(next + 2, placed: true).Length == 0 && !_parts.SaysDays)
        {
            return 0;
        }
        var found = 0;
        var bare = false;
        var clocks = new List<(int Hour, int Minute)>();
        while (_clock.Read(next, placed, open) is { Length: > 0 } time)
        {
            // "At 6 and 9 in the evening": what is said behind the last holds for those before.
            if (found > 0 && bare && time.Hour > Noon && Figures(next) < Noon)
            {
                clocks = clocks.ConvertAll(c => c.Hour is > 0 and < Noon
                    ? (c.Hour + Noon, c.Minute) : c);
            }
            bare = _words.Number(Text(next)) is > 0 and < 12 && time is { Length: 1, Hour: < 12 };
            clocks.Add((time.Hour, time.Minute));
            found = next + time.Length - at;
            if (!_words.Is(Text(next + time.Length), "and"))
            {
                break;
            }
            next += time.Length + 1;
            next += Text(next) == "again" ? 1 : 0;
            next += _words.Is(Text(next), "at") ? 1 : 0;
        }
        _parts.Clock.AddRange(clocks);
        if (found > 0)
        {
            return found;
        }
        var part = placed || Text(at) == "in" || Text(at) == "during" ? SkipThe(at + 1) : at;
        if (_words.Of(Text(part), "part") is { } hour
            && (part > at || _parts.SaysDays || Text(part) is "noon" or "midnight"))
        {
            SetPart(hour);
            return part + 1 - at;
        }
        return 0;
    }
}
