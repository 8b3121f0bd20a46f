using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>What is said of a job as it is, and not to suit: "six hours is too coarse, three",
/// "once a month isn't enough", "30 minutes aren't enough", "killed after three hours".</summary>
internal static class JobPresent
{
    private const int Hours = 24;
    private const int MinutesOfHour = 60;

    private static readonly HashSet<string> s_unfit = ["overkill", "excessive", "insufficient",
        "overdone", "silly", "pointless", "unnecessary", "ridiculous", "useless", "inadequate"];

    private static readonly HashSet<string> s_short = ["short", "tight", "little", "few", "low",
        "brief", "quick"];

    public static void Read(Clause clause, JobWish wish, JobFields jobs)
    {
        var named = wish.Jobs.Concat(wish.About).FirstOrDefault();
        var job = named is null ? null : jobs.Find(named);
        if (clause.Question is not null)
        {
            return;
        }
        foreach (var (from, to) in ClauseSplitter.PiecesOf([.. clause.Lexemes],
            at => clause[at].IsGlue("comma") || clause[at].IsGlue("but")))
        {
            if (IsFaded(clause, from, to) || IsBesides(clause, from, to))
            {
                wish.Adds |= IsBesides(clause, from, to);
                Leave(clause, from, to);
                ReadOther(clause, wish, clause.Lexemes.Skip(to).FirstOrDefault(
                    l => l.IsNumber)?.Unit ?? "");
                continue;
            }
            if (IsAsIs(clause, from, to, job))
            {
                Leave(clause, from, to);
                continue;
            }
            var ended = Ends(clause, from, to);
            if (!ended && !IsUnfit(clause, from, to))
            {
                continue;
            }
            var span = Enumerable.Range(from, to - from).FirstOrDefault(at => clause.IsFree(at)
                && clause[at] is { IsNumber: true, Unit: "min" or "h" or "s" }, -1);
            if (span >= 0 && IsRhythm(clause[span], job))
            {
                Leave(clause, from, to);
                wish.RhythmOf = clause[span].Unit;
                ReadOther(clause, wish, wish.RhythmOf);
            }
            else if (span >= 0 && (ended || clause.Verb is "" or "have" or "set"))
            {
                wish.ShortOf = clause[span].Unit;
                Leave(clause, from, to);
            }
            else if (span < 0 && !ended && job?.Text("schedule")?.Split(' ') is { } fields
                && IsSaid(Piece(clause, from, to), fields))
            {
                Leave(clause, from, to);
                wish.RhythmOf = fields[0].StartsWith("*/", StringComparison.Ordinal) ? "min"
                    : fields[1][0] == '*' ? "h" : null;
                ReadOther(clause, wish, wish.RhythmOf);
            }
        }
        if (job is not null && wish.Time is null && wish.ShortOf is null && IsPreferred(clause))
        {
            ReadOther(clause, wish, null);
        }
    }

    /// <summary>"The newsletter always goes out on the 1st, …": the days or time that are there,
    /// where others are said behind.</summary>
    private static bool IsAsIs(Clause clause, int from, int to, MapValue? job)
    {
        var piece = clause.Lexemes.Skip(from).Take(to - from).ToList();
        return to < clause.Count && job?.Text("schedule")?.Split(' ') is { Length: 5 } fields
            && !piece.Exists(l => l.IsGlue("wish") || l.IsGlue("not") || l.IsGlue("only"))
            && piece.Exists(l => l.Text.Split(' ')[0] is "always" or "currently" or "usually"
                or "goes" or "runs" or "comes" or "starts" or "sent")
            && !piece.Exists(l => l.IsVerb("have"))
            && IsSaid(new([.. piece]), fields)
            && (HourlyReader.Read(new([.. clause.Lexemes.Skip(to)]))
                ?? TimeReader.Read(new([.. clause.Lexemes.Skip(to)]), expected: true)) is not null;
    }

    /// <summary>"…, 7 would be better": a time of day, said of a job.</summary>
    private static bool IsPreferred(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i] is { IsNumber: true, Unit: "" }, -1);
        return at >= 0 && clause.Verb is "" or "set" or "have"
            && (at == 0 || clause[at - 1].IsGlue("comma") || clause[at - 1].Is(Part.Glue))
            && clause.Lexemes.Skip(at + 1).Take(4).Any(l => l.Text.Split(' ')[^1] is "better"
                or "suit" or "nicer" or "suits" or "preferable" or "ideal")
            && clause.Lexemes.Count(l => l.IsNumber) == 1;
    }

    /// <summary>The piece says the time of day, or the days, that are there.</summary>
    private static bool IsSaid(Clause piece, string[] fields)
    {
        var said = (HourlyReader.Read(piece) ?? TimeReader.Read(piece, expected: true))?.Cron
            .Split(' ');
        return said is { Length: 5 } && (said[1] == fields[1] && (said[0] == fields[0]
            || fields[1][0] == '*') || said[2..].SequenceEqual(fields[2..]));
    }

    /// <summary>"… every 6 hours isn't enough": told, as was found before.</summary>
    private static bool IsFaded(Clause clause, int from, int to) =>
        Enumerable.Range(from, to - from).Any(at => char.IsAsciiDigit(clause[at].Text[0])
            && clause[at].Readings[0].Part == Part.Noise && !clause[at].IsMention);

    /// <summary>"Besides quarter past six, …": the times that are there stay.</summary>
    private static bool IsBesides(Clause clause, int from, int to) => from + 1 < to
        && clause[from].Text is "besides" or "apart from" or "in addition to" or "on top of"
            or "next to" or "other than"
        && !Enumerable.Range(from, to - from).Any(at => clause[at].IsMention)
        && to < clause.Count;

    /// <summary>What stands before it is judged.</summary>
    private static Clause Piece(Clause clause, int from, int to) =>
        new([.. clause.Lexemes.Skip(from).Take(to - from).TakeWhile(l => !l.IsGlue("is")
            && !l.IsGlue("not") && !l.Text.Split(' ').Contains("too"))]);

    /// <summary>"Too coarse", "not enough", "overkill".</summary>
    private static bool IsUnfit(Clause clause, int from, int to)
    {
        var words = Enumerable.Range(from, to - from).Where(i => !clause[i].IsMention)
            .SelectMany(i => clause[i].Text.Split(' ')).ToList();
        var too = words.IndexOf("too");
        var not = words.Exists(w => w is "not" or "isnt" or "arent" or "hardly"
            or "barely" or "no" or "never");
        return too >= 0 && too + 1 < words.Count && words[too + 1] is not ("and" or "at" or "on")
            || not && words.Exists(w => w is "enough" or "sufficient" or "suffice"
                or "suffices") || words.Exists(s_unfit.Contains)
            || words.Exists(s_short.Contains) && words.Contains("a") && words.Contains("bit");
    }

    /// <summary>"Was killed after three hours", "gets cut off at 20 minutes".</summary>
    private static bool Ends(Clause clause, int from, int to)
    {
        var words = Enumerable.Range(from, to - from).Where(i => !clause[i].IsMention)
            .SelectMany(i => clause[i].Text.Split(' ')).ToList();
        var ends = words.FindIndex(w => w is "killed" or "aborted" or "terminated" or "cancelled"
            or "canceled" or "stopped" or "interrupted" or "timed" or "times" or "cut" or "dies"
            or "died" or "ended" or "shot");
        return ends > 0 && words.Skip(ends).Any(w => w is "after" or "at")
            && words.Take(ends).Any(w => w is "was" or "is" or "got" or "gets" or "were" or "been"
                or "keeps" or "being") || ends > 0 && words[ends] is "dies" or "died" or "timed"
                    && words.Skip(ends).Contains("after");
    }

    /// <summary>So often it runs.</summary>
    private static bool IsRhythm(Lexeme span, MapValue? job)
    {
        var fields = job?.Text("schedule")?.Split(' ');
        return fields is { Length: 5 } && decimal.IsInteger(span.Value) && (span.Unit switch
        {
            "h" => fields[1] == $"*/{span.Value:0}" || span.Value == 1 && fields[1] == "*"
                || span.Value == Hours && int.TryParse(fields[1], out _),
            "min" => fields[0] == $"*/{span.Value:0}",
            _ => false,
        });
    }

    /// <summary>"…, three": so many of the same unit instead; a time of day without one.
    /// </summary>
    public static void ReadOther(Clause clause, JobWish wish, string? unit)
    {
        var number = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].IsNumber && (clause[i].Unit.Length == 0 || clause[i].Unit == unit
                && clause.NextBefore(i)?.IsGlue("per") == true), -1);
        var all = unit is null or "h" ? Hours : MinutesOfHour;
        if (unit is "" || number < 0 || !decimal.IsInteger(clause[number].Value)
            || clause[number].Value < (unit is null ? 0 : 1) || clause[number].Value >= all
            || unit is not null && all % clause[number].Value != 0)
        {
            return;
        }
        var value = $"{clause[number].Value:0}";
        wish.Time = new(unit switch
        {
            "h" => $"0 */{value} * * *",
            "min" => $"*/{value} * * * *",
            _ => $"0 {value} * * *",
        }, true, false, null) { SaysClock = true, IsInterval = unit is not null };
        clause.Use(number);
        if (clause.NextBefore(number)?.IsGlue("per") == true)
        {
            clause.Use(clause.Lexemes.ToList().FindLastIndex(number, l => l.IsGlue("per")));
        }
    }

    /// <summary>Nothing of it is wished.</summary>
    private static void Leave(Clause clause, int from, int to)
    {
        clause.Negated = false;
        for (var at = from; at < to; at++)
        {
            clause.Verb = clause[at].IsVerb(clause.Verb) ? "" : clause.Verb;
            if (!clause[at].IsMention)
            {
                clause.Use(at);
            }
        }
        // "… the disk fills up with junk": nothing is named that shall go.
        if (clause.Verb is "remove" or "stop" && clause[^1].IsVerb(clause.Verb))
        {
            clause.Verb = "";
            clause.Use(clause.Count - 1);
        }
    }

    /// <summary>"From next week on", "starting tomorrow", "like today": since when it shall be so,
    /// or how it is, and no single time.</summary>
    public static bool Begins(Clause clause, int at)
    {
        var before = at > 0 ? clause[at - 1].Text.Split(' ')[^1] : null;
        return before is "from" or "starting" or "beginning" or "since" or "as" or "like" or "than"
                or "until" or "effective"
            || clause[at].Text.Split(' ')[0] is "from" or "starting";
    }
}
