using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a clause says of backups: when, how many are kept, where to.</summary>
internal static class BackupReader
{
    private const int DaysOfWeek = 7;
    private const int DaysOfMonth = 30;
    private const int DaysOfYear = 365;

    public static bool Speaks(Clause clause) =>
        clause.Verb == "backup" || clause.Lexemes.Any(l => l.IsField("backup"));

    /// <summary>Takes everything that is said of them and adds one attribute.</summary>
    public static void Read(Clause clause)
    {
        var destination = Destination(clause);
        TakeOld(clause);
        var retain = Retain(clause) ?? Period(clause);
        // "Daily backups" is one saying, and its rhythm counts.
        var when = TimeReader.Read(clause);
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].IsField("backup") || clause[i].IsVerb("backup"))).ToList())
        {
            clause.Use(at);
        }
        clause.Attributes.Add(new BackupAttribute
        {
            When = when,
            Retain = retain ?? Bare(clause),
            Destination = destination,
            Type = Type(clause),
            Off = clause.Negated || clause.Verb is "stop" or "remove" or "unset"
                || TakeNone(clause),
            Everything = Take(clause, "everything") || TakeAll(clause),
            Machine = Take(clause, "machine"),
        });
        Take(clause, "destination");
    }

    /// <summary>"No more backups", "without backups".</summary>
    private static bool TakeNone(Clause clause)
    {
        var none = Enumerable.Range(0, clause.Count).Where(i => clause[i].IsGlue("without")
            || clause[i].Text is "no" or "no more" or "no longer any").ToList();
        none.ForEach(clause.Use);
        return none.Count > 0;
    }

    /// <summary>"60 instead of 14", "from 14 to 60": how many it was is no wish.</summary>
    private static void TakeOld(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var number = clause[at].IsGlue("insteadof") || clause[at].IsGlue("from")
                ? clause.Next(at) : -1;
            if (!Counts(clause, number))
            {
                continue;
            }
            var to = clause.Next(number);
            if (clause[at].IsGlue("insteadof") || (to >= 0 && clause[to].IsGlue("to")
                && Counts(clause, clause.Next(to))))
            {
                clause.Use(number);
            }
        }
    }

    public static bool IsPeriod(Lexeme lexeme) => lexeme.Is(Part.Topic, "weeks")
        || lexeme.Is(Part.Topic, "months") || lexeme.Is(Part.Topic, "years");

    /// <summary>"Keep a whole year", "we want a month of them": one of that.</summary>
    private static (int Count, bool Days)? Period(Clause clause)
    {
        var word = clause.Find(Part.Topic, "retain");
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at) || !IsPeriod(clause[at]) || !(word >= 0 || clause.Wants)
                || TimeReader.Peek(clause) is not null || !IsOne(clause, at))
            {
                continue;
            }
            clause.Use(at);
            if (word >= 0)
            {
                clause.Use(word);
            }
            return (clause[at].Is(Part.Topic, "weeks") ? DaysOfWeek
                : clause[at].Is(Part.Topic, "months") ? DaysOfMonth : DaysOfYear, true);
        }
        return null;
    }

    private static bool IsOne(Clause clause, int at) => Enumerable.Range(Math.Max(0, at - 2),
        Math.Min(at, 2)).Any(i => clause[i].Text is "a" or "whole" or "full" or "entire"
            or "one" or "a whole" or "a full");

    private static bool TakeAll(Clause clause)
    {
        var at = clause.Find(Part.Reference, "all");
        if (at < 0 || clause.Targets.Count > 0)
        {
            return false;
        }
        clause.Use(at);
        return true;
    }

    private static bool Take(Clause clause, string topic)
    {
        var at = clause.Find(Part.Topic, topic);
        if (at >= 0)
        {
            clause.Use(at);
        }
        return at >= 0;
    }

    /// <summary>"Keep 7", "30 copies", "keep them for two weeks", "retention of 14 days".
    /// </summary>
    private static (int Count, bool Days)? Retain(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause[at].Is(Part.Topic, "retain"))
            {
                continue;
            }
            var number = Number(clause, at);
            if (number < 0)
            {
                continue;
            }
            clause.Use(at);
            clause.Use(number);
            var count = (int)Math.Min(clause[number].Value, 10_000);
            var next = clause.Next(number);
            var unit = next < 0 ? "" : clause[next].Is(Part.Topic, "weeks") ? "w"
                : clause[next].Is(Part.Topic, "months") ? "m"
                : clause[next].Is(Part.Topic, "years") ? "y"
                : clause[next].Is(Part.Topic, "retain") || clause[next].IsField("backup") ? "c"
                : "";
            if (unit.Length > 0)
            {
                clause.Use(next);
            }
            return clause[number].Unit == "d" ? (count, true)
                : unit == "w" ? (count * DaysOfWeek, true)
                : unit == "m" ? (count * DaysOfMonth, true)
                : unit == "y" ? (count * DaysOfYear, true) : (count, false);
        }
        return null;
    }

    /// <summary>"Hourly snapshots, 48 of them": a number that is nothing else.</summary>
    private static (int Count, bool Days)? Bare(Clause clause)
    {
        var numbers = clause.All(Part.Number).Where(i => Counts(clause, i)).ToList();
        if (numbers is not [var only])
        {
            return null;
        }
        clause.Use(only);
        return ((int)Math.Min(clause[only].Value, 10_000), clause[only].Unit == "d");
    }

    private static int Number(Clause clause, int word)
    {
        var after = word + 1;
        while (after < clause.Count && !clause[after].IsNumber && after <= word + 8
            && !clause[after].Is(Part.Stop))
        {
            after++;
        }
        if (Counts(clause, after))
        {
            return after;
        }
        var before = clause.Next(word, -1);
        return Counts(clause, before) ? before : -1;
    }

    private static bool Counts(Clause clause, int at) => at >= 0 && clause.IsFree(at)
        && clause[at].IsNumber && clause[at].Unit is "" or "d" && clause[at].Value >= 1
        && decimal.IsInteger(clause[at].Value);

    private static string? Type(Clause clause) => Take(clause, "snapshot") ? "snapshot"
        : Take(clause, "archive") ? "archive" : null;

    /// <summary>"To /mnt/nas/backups", "onto sftp://…", "s3://bucket".</summary>
    private static string? Destination(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var remote = lexeme.Is(Part.Url) || lexeme.Original.StartsWith("s3:",
                StringComparison.OrdinalIgnoreCase)
                || lexeme.Original.StartsWith("sftp:", StringComparison.OrdinalIgnoreCase);
            var placed = at > 0 && (clause[at - 1].IsGlue("to") || clause[at - 1].IsGlue("on")
                || clause[at - 1].IsGlue("in") || clause[at - 1].Text == "onto"
                || clause[at - 1].Is(Part.Topic, "destination"));
            if (clause.IsFree(at) && (remote || (placed && (lexeme.Is(Part.Path)
                || (lexeme.Is(Part.Mount) && lexeme.Original.Contains('@',
                    StringComparison.Ordinal))))))
            {
                clause.Use(at);
                return lexeme.Original;
            }
        }
        return null;
    }
}
