using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Days, months and hours at which a job shall not run: "not on Sundays", "leave April
/// out", "pause it in July and August", "no runs between midnight and 5".</summary>
internal static class JobAbsences
{
    /// <param name="goesOn">The clause before speaks of a job.</param>
    public static void Read(Clause clause, JobWish wish, bool goesOn)
    {
        if (wish.Time is { ExceptDays: true, LeftOut: null } || Suffices(clause, wish))
        {
            return;
        }
        if (wish.Time is { LeftOut: { } days } left && !left.SaysClock && IsThere(wish, goesOn))
        {
            wish.Time = left with { Cron = $"0 2 * * {days}" };
            Leave(clause, wish);
        }
        else if (IsPart(wish, goesOn) && (Denies(clause) || VerbDenies(clause)))
        {
            Leave(clause, wish);
        }
        else if (wish is { Months: not null, Time.SaysDays: true } && !IsThere(wish, goesOn)
            && Denies(clause))
        {
            // "Every night except in July"
            wish.Without = true;
        }
    }

    /// <summary>"It needn't run at night, 6 to 23 is enough": the hours that are said shall be.
    /// </summary>
    private static bool Suffices(Clause clause, JobWish wish)
    {
        var enough = clause.Lexemes.ToList().FindLastIndex(l => l.Text.Split(' ')[^1] is "enough"
            or "suffices" or "sufficient" or "suffice" or "plenty");
        var comma = enough < 0 ? -1 : clause.Lexemes.ToList().FindLastIndex(enough,
            l => l.IsGlue("comma") || l.IsGlue("but"));
        if (wish.Time?.Window is null || comma < 0
            || !clause.Lexemes.Skip(comma).Take(enough - comma).Any(l => l.IsNumber))
        {
            return false;
        }
        (clause.Negated, clause.Corrects) = (false, false);
        foreach (var at in Enumerable.Range(0, comma).Where(i => clause[i].IsGlue("not")
            || IsDenial(clause[i])))
        {
            clause.Use(at);
        }
        return true;
    }

    private static void Leave(Clause clause, JobWish wish)
    {
        wish.Without = true;
        (clause.Negated, clause.Corrects) = (false, false);
        clause.Verb = clause.Verb is "remove" or "stop" or "unset" or "spare" or "create"
            ? "set" : clause.Verb;
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].IsGlue("not") || clause[at].IsGlue("except") || IsDenial(clause[at]))
            {
                clause.Use(at);
            }
        }
    }

    /// <summary>It is said of a job that is there.</summary>
    private static bool IsThere(JobWish wish, bool goesOn) => wish.Jobs.Count > 0
        || (goesOn || wish.About.Count > 0) && wish is { Command: null, Task: null };

    /// <summary>Days, months or a span of hours, and neither a rhythm nor a time of day.
    /// </summary>
    private static bool IsPart(JobWish wish, bool goesOn) => IsThere(wish, goesOn)
        && wish is { Command: null, Only: false }
        && (wish.Time is null ? wish.Months is not null : IsPart(wish.Time));

    private static bool IsPart(TimePhrase time) =>
        time is { SaysClock: false, IsInterval: false, Impossible: null }
        && (time.Window is not null || !time.SaysTime
            && time.Cron.Split(' ') is not [_, _, "*", "*", "*"]);

    /// <summary>"It fails between midnight and 5. Can it rest during those hours?"</summary>
    public static void TakeUp(Clause clause, JobWish wish, JobWish earlier)
    {
        if (wish is { Time: null, Months: null } && (earlier.Months is not null
                || earlier.Time is { } time && IsPart(time))
            && clause.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "those" or "these" or "then"
                or "that" or "meanwhile"))
            && (clause.Lexemes.Any(IsDenial) || VerbDenies(clause)))
        {
            (wish.Time, wish.Months) = (earlier.Time, earlier.Months);
            for (var at = 0; at < clause.Count; at++)
            {
                if (clause[at].Text is "during" or "in" or "at" or "those" or "these" or "hours"
                    or "hour" or "months" or "days" or "times" or "time" or "then" or "that")
                {
                    clause.Use(at);
                }
            }
            Leave(clause, wish);
        }
    }

    private static bool IsDenial(Lexeme lexeme) => lexeme.Is(Part.Topic, "absent")
        || lexeme.Text is "no" or "no more" or "no longer" or "never" or "without";

    /// <summary>A word that denies stands in the piece of the first time.</summary>
    private static bool Denies(Clause clause)
    {
        var first = clause.Lexemes.ToList().FindIndex(l => IsTime(l) || l.IsNumber
            || TimeWords.English.Is(l.Text, "between"));
        return first >= 0 && Enumerable.Range(0, clause.Count).Any(at => IsDenying(clause, at)
            && !Enumerable.Range(Math.Min(at, first), Math.Abs(at - first)).Any(
                i => clause[i].IsGlue("comma") || clause[i].IsGlue("but") && i != at));
    }

    private static bool IsDenying(Clause clause, int at) => IsDenial(clause[at])
        || clause[at].IsGlue("not") && !IsContrast(clause, at) || clause[at].IsGlue("except")
        || clause[at].Text is "except" or "excluding" || clause[at].Text is "out" or "out of"
            && clause.Lexemes.Take(at).Any(l => l.Text is "leave" or "take" or "leaves" or "keep");

    /// <summary>"Not only on weekdays", "on Fridays not on Mondays": other times are meant.
    /// </summary>
    private static bool IsContrast(Clause clause, int not) => not + 1 < clause.Count
        && (clause[not + 1].IsGlue("only") || clause[not + 1].Text is "just" or "every")
        || clause.Lexemes.Take(not).Any(IsTime) && clause.Lexemes.Skip(not).Any(IsTime)
        || clause.Lexemes.Skip(not).SkipWhile(l => !l.IsGlue("but")).Any(IsTime);

    /// <summary>"Stop it in April", "not needed in April", "drop April from the frost warning":
    /// it goes at those times, and not the whole job.</summary>
    private static bool VerbDenies(Clause clause)
    {
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "forever")))
        {
            return false;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (clause.Verb == "stop" && lexeme.IsVerb("stop")
                || lexeme.Is(Part.Topic, "pause") && !lexeme.Is(Part.Verb))
            {
                return true;
            }
            if (!lexeme.IsVerb("remove"))
            {
                continue;
            }
            var time = clause.Lexemes.ToList().FindIndex(at, IsTime);
            var job = clause.Lexemes.ToList().FindIndex(at, l => l.Named(Known.Job) is not null);
            var need = lexeme.Text.Split(' ') is var words && words.Any(
                w => w is "not" or "no") && words.Any(w => w is "need" or "needed" or "required"
                    or "wanted" or "necessary" or "want");
            var passive = at > 0 && clause[at - 1].IsGlue("wish")
                || words[0] is "can" or "may" or "could" or "should";
            if (need || passive && time > at || time > at && job > time)
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsTime(Lexeme lexeme) => lexeme.Text.Split(' ').Any(
        w => TimeWords.English.Of(w, "day") is not null
            || TimeWords.English.Of(w, "month") is not null
            || TimeWords.English.Ordinal(w) is not null && char.IsAsciiDigit(w[0]));
}
