using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Times of day: <c>3</c>, <c>3pm</c>, <c>02:30</c>, <c>half past three</c>, <c>8 in the
/// evening</c>.</summary>
/// <param name="text">The word at a place; empty: there is none.</param>
internal sealed class ClockReader(TimeWords words, Func<int, string> text)
{
    private const int Noon = 12;

    /// <param name="placed">"At" stands before it, so that a bare number is an hour.</param>
    /// <param name="open">A time is expected, so that <c>2:30</c> is one, not two ports.</param>
    /// <returns>Length 0: there is no time here.</returns>
    public (int Hour, int Minute, int Length) Read(int at, bool placed, bool open = true)
    {
        if (words.Of(text(at), "part") is { } part && placed && part is "0" or "12")
        {
            return (part == "0" ? 0 : Noon, 0, 1);
        }
        if (Fraction(at) is { Length: > 0 } fraction)
        {
            return fraction;
        }
        var (hour, minute, half, figures) = Figures(text(at), placed);
        if (hour < 0)
        {
            return default;
        }
        var length = 1;
        if (half.Length == 0 && HalfOfDay(text(at + 1)) is { } next)
        {
            (half, length) = (next, 2);
        }
        var clock = words.Is(text(at + length), "oclock")
            || (figures || (text(at).Length == 4 && char.IsAsciiDigit(text(at)[0])))
                && text(at + length) is "hrs" or "hours";
        length += clock ? 1 : 0;
        if (half.Length == 0 && PartAfter(at + length) is { Length: > 0 } said)
        {
            half = said.Hour is 2 or 15 or 19 && hour < Noon && (said.Hour != 2 || hour > 5)
                ? "pm" : "am";
            length += said.Length;
        }
        var certain = half.Length > 0 || clock || (figures && open) || placed;
        return certain ? (Twentyfour(hour, half), minute, length) : default;
    }

    private static int Twentyfour(int hour, string half) => half switch
    {
        "pm" when hour < Noon => hour + Noon,
        "am" when hour == Noon => 0,
        _ => hour % 24,
    };

    private string? HalfOfDay(string word) =>
        words.Is(word, "am") ? "am" : words.Is(word, "pm") ? "pm" : null;

    /// <summary>"Half past three", "quarter to 5".</summary>
    private (int Hour, int Minute, int Length) Fraction(int at)
    {
        var minutes = words.Is(text(at), "half") ? 30 : words.Is(text(at), "quarter") ? 15
            : words.Number(text(at)) is > 0 and < 60 and var said
                && (text(at + 1) is "past" or "after" || (said % 5 == 0 && text(at + 1) is "to"
                    or "till" && words.Is(text(at - 1), "at"))) ? said : 0;
        if (words.Is(text(at), "half") && Bare(text(at + 1)))
        {
            // "Half seven" is half past seven.
            return (words.Number(text(at + 1))!.Value, 30, 2);
        }
        var past = words.Is(text(at + 1), "past");
        if (minutes == 0 || !(past || words.Is(text(at + 1), "to")))
        {
            return default;
        }
        if (past && text(at + 2) is "midnight" or "noon")
        {
            return (text(at + 2) == "noon" ? Noon : 0, minutes, 3);
        }
        var (hour, rest, length) = Read(at + 2, placed: true);
        return length == 0 || rest != 0 ? default
            : past ? (hour, minutes, length + 2) : ((hour + 23) % 24, 60 - minutes, length + 2);
    }

    private bool Bare(string word) => words.Number(word) is >= 1 and <= 12
        && !char.IsAsciiDigit(word[0]);

    /// <summary>"… in the evening", "… at night".</summary>
    private (int Hour, int Length) PartAfter(int at)
    {
        var next = at;
        while (text(next) is "in" or "at" or "the")
        {
            next++;
        }
        return next > at && words.Of(text(next), "part") is { } part && part is not ("0" or "12")
            ? (int.Parse(part, System.Globalization.CultureInfo.InvariantCulture), next + 1 - at)
            : default;
    }

    /// <returns>Hour -1: no time; Written: it has the form of a time, not of any number.</returns>
    private (int Hour, int Minute, string Half, bool Written) Figures(
        string word, bool placed)
    {
        var half = "";
        foreach (var ending in (string[])["am", "pm", "a.m", "p.m"])
        {
            if (word.Length > ending.Length && char.IsAsciiDigit(word[^(ending.Length + 1)])
                && word.EndsWith(ending, StringComparison.Ordinal))
            {
                (half, word) = ($"{ending[0]}m", word[..^ending.Length]);
                break;
            }
        }
        var parts = word.Split(':', 'h', '.');
        if (parts is [var hours, var minutes] && Literals.Whole(hours) is <= 24 and var hour
            && (minutes.Length == 2 || (minutes.Length == 0 && word.EndsWith('h')))
            && (Literals.Whole(minutes) ?? 0) is < 60 and var minute
            && (word.Contains('.', StringComparison.Ordinal) is false || half.Length > 0
                || placed))
        {
            return (hour, minute, half, true);
        }
        if (word.Length == 4 && Literals.Whole(word) is < 2400 and var joined && joined % 100 < 60
            && word[0] is '0' or '1' or '2' && (word[0] == '0' || word[^1] == '0'))
        {
            return (joined / 100, joined % 100, half, false);
        }
        return words.Number(word) is >= 0 and <= 24 and var bare
            ? (bare, 0, half, half.Length > 0) : (-1, 0, "", false);
    }
}
