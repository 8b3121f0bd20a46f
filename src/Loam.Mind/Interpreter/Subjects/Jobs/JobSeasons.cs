using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Times that are not meant ("not only sunday", "instead of the 1st"), months of a
/// season, and how much earlier or later.</summary>
internal static class JobSeasons
{
    private const int MostDropped = 6;

    /// <summary>Takes the words of times that are not meant, so that nobody reads them.</summary>
    public static void Drop(Clause clause)
    {
        DropBeside(clause);
        // "Leave it out between 0 and 6"
        var leave = clause.Lexemes.ToList().FindIndex(l => l.Text.Split(' ')[0] is "leave"
            or "leaves" or "left");
        var off = leave < 0 ? -1 : clause.Lexemes.ToList().FindIndex(leave, l => l.Text is "out");
        if (off >= 0)
        {
            clause.Use(off);
        }
        for (var at = 0; at < clause.Count - 1; at++)
        {
            var lexeme = clause[at];
            var next = clause[at + 1];
            var not = lexeme.IsGlue("not") && !IsLeftOut(clause, at)
                && (next.IsGlue("only") || next.IsGlue("on")
                || next.Text is "just" or "every" or "at" || next.IsGlue("if")
                || next.IsNumber || TimeWords.English.Of(next.Text, "day") is not null);
            var turned = (lexeme.IsGlue("not") || lexeme.IsVerb("stop")) && IsTurned(clause, at);
            not |= turned;
            if (!(clause.IsFree(at) || turned) || !(not || lexeme.IsGlue("insteadof")))
            {
                continue;
            }
            for (var end = at; end < clause.Count && end <= at + MostDropped; end++)
            {
                if (end > at && (clause[end].IsGlue("comma") || clause[end].IsGlue("but")
                    || clause[end].IsGlue("in") || clause[end].IsGlue("with")
                    || clause[end].Is(Part.Command) || clause[end].IsField("retries")
                    || clause[end].IsField("timeout")))
                {
                    break;
                }
                clause.Use(end);
            }
        }
    }

    /// <summary>"On weekends staging is down, …": what is told beside the wish. "It should be done
    /// by 6, …": why it shall start earlier.</summary>
    private static void DropBeside(Clause clause)
    {
        var pieces = ClauseSplitter.PiecesOf(clause.Lexemes, at => clause[at].IsGlue("comma"))
            .Where(p => p.To > p.From).ToList();
        bool Any((int From, int To) piece, Func<Recognising.Lexeme, bool> has) =>
            clause.Lexemes.Skip(piece.From).Take(piece.To - piece.From).Any(has);
        if (pieces.Count < 2)
        {
            return;
        }
        foreach (var piece in pieces)
        {
            // "…, for the rest of the day it stays hourly": as it is.
            if (Any(piece, l => l.Text.Split(' ').Contains("rest"))
                && Any(piece, l => l.Text is "stay" or "stays" or "remain" or "remains"))
            {
                clause.Use(piece.From, piece.To - 1);
                continue;
            }
            var named = Any(piece, l => l.Named(Recognising.Known.Job) is not null);
            var told = !named && Any(piece, l => l.IsGlue("is")) && Any(piece, IsDay)
                && pieces.Exists(p => p != piece && Any(p, IsDay)
                    && (Any(p, l => l.IsGlue("only")) || Any(p,
                        l => l.Named(Recognising.Known.Job) is not null)));
            var due = Any(piece, l => l.Text is "done" or "finished" or "ready" or "through"
                or "over" or "complete" or "completed") && Any(piece, l => l.Text is "by"
                    or "before" || l.IsGlue("by")) && Any(piece, l => l.IsNumber
                        || l.Is(Part.PortPair));
            for (var at = piece.From; at < piece.To && (told || due); at++)
            {
                if (told || clause[at].IsNumber || clause[at].Is(Part.PortPair)
                    || clause[at].Text is "by" or "before")
                {
                    clause.Use(at);
                }
            }
        }
    }

    private static bool IsDay(Recognising.Lexeme lexeme) => lexeme.Text.Split(' ').Any(
        w => TimeWords.English.Of(w, "day") is not null);

    /// <summary>"Don't run it on sundays but on mondays".</summary>
    private static bool IsTurned(Clause clause, int not)
    {
        var but = clause.Lexemes.ToList().FindIndex(not, l => l.IsGlue("but"));
        bool Day(Recognising.Lexeme l) => l.Text.Split(' ').Any(
            w => TimeWords.English.Of(w, "day") is not null);
        if (but < 0 || !clause.Lexemes.Take(but).Skip(not).Any(Day)
            || !clause.Lexemes.Skip(but).Any(Day))
        {
            return false;
        }
        clause.Negated = false;
        clause.Verb = clause[not].IsVerb("stop") ? "set" : clause.Verb;
        return true;
    }

    /// <summary>"Every night, not on Sundays" leaves days out.</summary>
    private static bool IsLeftOut(Clause clause, int not) =>
        clause.Lexemes.Take(not).Any(l => l.Text.Split(' ').Any(w =>
            TimeWords.English.Is(w, "every") || TimeWords.English.Is(w, "daily")
            || TimeWords.English.Is(w, "nightly") || TimeWords.English.Is(w, "hourly")))
        && !clause[not + 1].IsGlue("only") && clause[not + 1].Text is not "just"
        && clause.Lexemes.Skip(not + 1).Take(3).Any(
            l => TimeWords.English.Of(l.Text, "day") is not null);

    /// <summary>A schedule on the days that another has not; null: it has no days of the week.
    /// </summary>
    public static string? Others(string cron)
    {
        if (cron.Split(' ') is not [_, _, "*", "*", not "*" and var said])
        {
            return null;
        }
        var days = said.Split(',').SelectMany(d => d.Split('-') is [var from, var to]
            ? Enumerable.Range(from[0] - '0', to[0] - from[0] + 1) : [d[0] - '0']).ToList();
        var others = Enumerable.Range(0, 7).Except(days).ToList();
        return others.Count is 0 or 7 ? null : "0 2 * * " + (others.SequenceEqual([1, 2, 3, 4, 5])
            ? "1-5" : string.Join(',', others));
    }

    public static void Read(Clause clause, JobWish wish)
    {
        wish.Shift = Shift(clause) ?? wish.Shift;
        if (clause.Find(Part.Topic, "allyear") is >= 0 and var always)
        {
            wish.Months = "*";
            clause.Use(always);
            return;
        }
        var times = TimeWords.English;
        var found = new List<(int At, int Month)>();
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && times.Of(clause[at].Text, "month") is { } month
                && !(clause[at].Text == "may" && (at == 0 || !IsLink(clause, at - 1)))
                && !IsDate(clause, at - 1) && !IsDate(clause, at - 2) && !IsDate(clause, at + 1))
            {
                found.Add((at, int.Parse(month, CultureInfo.InvariantCulture)));
            }
        }
        if (found.Count == 0 || found is [var told] && IsTold(clause, told.At))
        {
            return;
        }
        if (found is [var only] && Bound(clause, only.At) is { } bound)
        {
            wish.Season = bound ? (only.Month, null) : (null, only.Month);
            clause.Use(only.At);
            return;
        }
        var span = found is [var first, var last] && last.At == first.At + 2
            && (times.Is(clause[first.At + 1].Text, "to") || clause[first.At + 1].IsGlue("to"));
        wish.Months = span ? Range(found[0].Month, found[1].Month)
            : string.Join(',', found.Select(f => f.Month).Distinct().Order());
        foreach (var (at, _) in found)
        {
            clause.Use(at);
        }
        if (span)
        {
            clause.Use(found[0].At + 1);
            if (found[0].At > 0 && times.Is(clause[found[0].At - 1].Text, "between"))
            {
                clause.Use(found[0].At - 1);
            }
        }
    }

    /// <summary>"It fails since january": no season.</summary>
    private static bool IsTold(Clause clause, int month)
    {
        var told = month > 0 && clause[month - 1].Text is "since"
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail"));
        if (told)
        {
            clause.Use(month - 1, month);
        }
        return told;
    }

    /// <summary>"Until May", "from September on", "should stop at the end of March": a season
    /// begins (true) or ends (false) there; null: it does neither.</summary>
    private static bool? Bound(Clause clause, int month)
    {
        var before = month - 1;
        var end = false;
        while (before >= 0 && clause[before].Text.Split(' ').All(w => w is "the" or "end" or "of"
            or "at" or "in" or "with" or "already" or "late" or "early"))
        {
            end |= clause[before].Text.Contains("end", StringComparison.Ordinal);
            before--;
        }
        if (before < 0)
        {
            return null;
        }
        var word = clause[before].Text;
        var after = month + 1 < clause.Count ? clause[month + 1].Text : "";
        bool? bound = word is "until" or "till" or "through" or "up to" or "end" or "ends"
                || end && clause.Verb == "stop" ? false
            : word is "start" or "starts" or "begin" or "begins" or "starting" or "beginning"
                || word is "from" && after is "on" or "onwards" or "onward" or "already"
                || word is "since" ? true : null;
        if (bound is not null)
        {
            clause.Use(before, month);
            clause.Verb = "set";
        }
        return bound;
    }

    /// <summary>"In july" is no place.</summary>
    public static bool IsMonth(Recognising.Lexeme lexeme) =>
        TimeWords.English.Of(lexeme.Text, "month") is not null;

    private static bool IsLink(Clause clause, int at) => clause[at].IsGlue("in")
        || clause[at].IsGlue("to") || clause[at].IsGlue("comma") || clause[at].IsGlue("and")
        || clause[at].IsGlue("from") || clause[at].IsGlue("also")
        || TimeWords.English.Is(clause[at].Text, "more");

    /// <summary>"The 1st of January" is a day.</summary>
    private static bool IsDate(Clause clause, int at) => at >= 0 && at < clause.Count
        && TimeWords.English.Ordinal(clause[at].Text) is not null && clause[at].Text != "end";

    /// <summary>Cron counts upwards: a winter is two ranges.</summary>
    private static string Range(int from, int to) => from <= to
        ? Months(from, to) : $"{Months(1, to)},{Months(from, 12)}";

    private static string Months(int from, int to) => from == to ? $"{from}" : $"{from}-{to}";

    /// <summary>"One hour earlier".</summary>
    public static int? Shift(Clause clause)
    {
        // "Shift it by ten minutes"
        for (var at = 1; at < clause.Count && clause.Verb == "move"; at++)
        {
            if (clause[at - 1].IsGlue("by") && clause.IsFree(at)
                && JobLimits.Minutes(clause, at) is { } by
                && !clause.Lexemes.Any(l => l.Is(Part.Topic, "sooner")))
            {
                clause.Use(at - 1, at);
                return by;
            }
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var sooner = clause[at].Is(Part.Topic, "sooner");
            if (!(sooner || clause[at].Is(Part.Topic, "later")))
            {
                continue;
            }
            var span = at > 0 && clause.IsFree(at - 1)
                && JobLimits.Minutes(clause, at - 1) is not null
                ? at - 1 : Enumerable.Range(0, clause.Count).FirstOrDefault(
                    i => clause.IsFree(i) && JobLimits.Minutes(clause, i) is not null, -1);
            if (span < 0)
            {
                continue;
            }
            var minutes = JobLimits.Minutes(clause, span)!.Value;
            clause.Use(at);
            clause.Use(span);
            return sooner ? -minutes : minutes;
        }
        return null;
    }
}
