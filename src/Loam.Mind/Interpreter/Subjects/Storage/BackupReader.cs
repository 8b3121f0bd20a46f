using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Jobs;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a clause says of backups: when, how many are kept, where to.</summary>
internal static partial class BackupReader
{
    private const int DaysOfWeek = 7;
    private const int DaysOfMonth = 30;
    private const int DaysOfYear = 365;

    /// <summary>"Everything except photos", "all volumes but photos".</summary>
    private static bool Spares(Clause clause)
    {
        var but = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("except") || l.IsGlue("but")
            || l.IsGlue("without"));
        return but > 0 && clause.Lexemes.Take(but).Any(l => l.Is(Part.Topic, "everything")
                || l.Is(Part.Reference, "all"))
            && clause.Lexemes.Skip(but).Any(l => l.Named(Known.Volume) is not null
                || l.Named(Known.Service) is not null);
    }

    private static bool Prunes(Clause clause) => clause.Verb == "remove" && clause.Lexemes.Any(
        l => l.Text.Split(' ')[0] is "old" or "older" or "oldest" or "outdated" or "stale"
            or "expired" or "superfluous")
        && clause.Lexemes.All(l => l.Named(Known.Volume) is null);

    /// <summary>Takes everything that is said of them and adds one attribute.</summary>
    public static void Read(Clause clause)
    {
        var destination = Destination(clause);
        TakeOld(clause);
        TakeOldRhythm(clause);
        var type = Type(clause);
        // "30 1 * * *, keep 10": what the pattern has is no number of copies.
        var cron = clause.Lexemes.Any(l => l.Text == "*")
            ? TimeReader.Read(clause, expected: true) : null;
        // "30 days longer": than it is, and that is asked about.
        var longer = clause.Lexemes.Any(l => l.Text is "longer" or "more" or "additional")
            && clause.All(Part.Number).Any(i => Counts(clause, i) && i + 1 < clause.Count
                && clause.Lexemes.Skip(i + 1).Take(2).Any(l => l.Text is "longer" or "more"));
        var retain = longer ? null
            : OfThem(clause) ?? Worth(clause) ?? Rather(clause) ?? Retain(clause) ?? Period(clause);
        var keeps = retain is null && Enumerable.Range(0, clause.Count).Any(i =>
            clause[i].Is(Part.Topic, "retain") && !IsSame(clause, i));
        // "Daily backups" is one saying, and its rhythm counts.
        var shift = JobSeasons.Shift(clause);
        var adds = Addition.Of(clause, opening: true);
        var when = cron ?? TimeReader.Read(clause, expected: true);
        if (when is not null)
        {
            TakeFormerTime(clause);
        }
        var off = clause.Negated || clause.Verb is "stop" or "remove" or "unset"
            || TakeNone(clause);
        if (off && when is { SaysTime: false, Impossible: null } && JobSeasons.Others(when.Cron)
            is { } others)
        {
            // "No backup at weekends" is one on the other days.
            (off, when) = (false, when with { Cron = others });
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].IsField("backup") || clause[i].IsVerb("backup"))).ToList())
        {
            clause.Use(at);
        }
        clause.Attributes.Add(new BackupAttribute
        {
            When = when,
            Retain = retain ?? (longer ? null : Bare(clause)),
            Destination = destination,
            Credentials = Credentials(clause),
            Type = type,
            Adds = adds && when is not null,
            Off = off,
            Keeps = keeps,
            Shift = shift,
            Once = Enumerable.Range(0, clause.Count).Any(i => IsOnce(clause, i)),
            Existing = TakeExisting(clause) | KeepsOfAll(clause),
            Spares = Spares(clause),
            Prunes = Prunes(clause),
            Everything = !IsKind(clause) && (Take(clause, "everything") || TakeAll(clause)),
            Machine = Take(clause, "machine"),
        });
        // "Daily, at the same time": the hour that is there stays.
        Take(clause, "samehour");
        Take(clause, "destination");
        while (Take(clause, "retain"))
        {
        }
    }

    /// <summary>A time of day was said of what came before.</summary>
    public static bool Follows(Discourse said) => said.Before is [.., { } before]
        && before.Attributes.OfType<BackupAttribute>().LastOrDefault()?.When is
            { SaysClock: true, Impossible: null };

    /// <summary>"Site nightly at one, blog content half an hour later": than the site.</summary>
    public static void Follow(Clause clause, Discourse said)
    {
        var own = clause.Attributes.OfType<BackupAttribute>().Last();
        if (own is not { When: null, Shift: { } shift } || !Follows(said)
            || !clause.Lexemes.Any(l => l.Named(Known.Volume) is not null
                || l.Named(Known.Service) is not null))
        {
            return;
        }
        var when = said.Before[^1].Attributes.OfType<BackupAttribute>().Last().When!;
        var cron = when.Cron.Split(' ');
        if (JobTimes.Shifted(cron, shift))
        {
            clause.Attributes[clause.Attributes.IndexOf(own)] = own with
            {
                When = when with { Cron = string.Join(' ', cron) }, Shift = null,
            };
        }
    }

    /// <summary>"No backups", "no nightly backup", not "no, at 5".</summary>
    private static bool IsNo(Clause clause, int at) => clause[at].Text == "no"
        // "No snapshots, archives please"
        && !SwapsType(clause)
        && clause.Lexemes.Skip(at + 1).Take(4).TakeWhile(l => !l.IsGlue("comma")
            && !l.IsGlue("instead")).Any(l => l.IsField("backup") || l.IsVerb("backup"));

    private static bool SwapsType(Clause clause) =>
        clause.Lexemes.Any(l => l.Is(Part.Topic, "snapshot"))
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "archive") || l.Text is "archive");

    /// <summary>"Build-cache not in the backup".</summary>
    private static bool IsNotIn(Clause clause, int at) => clause[at].IsGlue("not")
        && clause.Next(at) is >= 0 and var link
        && (clause[link].IsGlue("in") || clause[link].IsGlue("with"))
        && clause.Lexemes.Skip(link).Take(4).Any(l => l.IsField("backup") || l.IsVerb("backup"));

    /// <summary>"A backup", "schedule a backup": one, of something that must be said.</summary>
    private static bool IsOnce(Clause clause, int at) =>
        (clause[at].IsField("backup") || clause[at].IsVerb("backup"))
        && clause[at].Text.Split(' ')[^1] == "backup" && (clause[at].Text.EndsWith(" a backup",
            StringComparison.Ordinal) || (at > 0 && clause[at - 1].Text is "a" or "one"
                or "schedule a" or "schedule" or "another"));

    /// <summary>"No more backups", "without backups", "leave it out of the backups".</summary>
    private static bool TakeNone(Clause clause)
    {
        var none = Enumerable.Range(0, clause.Count).Where(i => clause[i].IsGlue("without")
            || clause[i].Is(Part.Topic, "leftout") || (clause.IsFree(i)
                && clause[i].IsVerb("stop")) || clause[i].Text is "no more"
                or "no longer any" or "none" || IsNo(clause, i) || IsNotIn(clause, i)).ToList();
        none.ForEach(clause.Use);
        return none.Count > 0;
    }

    /// <summary>"60 instead of 14", "from 14 to 60": how many it was is no wish.</summary>
    private static void TakeOld(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var number = clause[at].IsGlue("insteadof") || clause[at].IsGlue("from")
                || clause[at].IsGlue("not") ? clause.Next(at) : -1;
            if (!Counts(clause, number))
            {
                continue;
            }
            var to = clause.Next(number);
            if (clause[at].IsGlue("insteadof") || clause[at].IsGlue("not")
                || (to >= 0 && clause[to].IsGlue("to")
                && Counts(clause, clause.Next(to))))
            {
                clause.Use(number);
                clause.Use(at);
            }
        }
    }

    /// <summary>"Every 2h, not every 4": the rhythm that it had is no wish.</summary>
    private static void TakeOldRhythm(Clause clause)
    {
        for (var at = 1; at + 2 < clause.Count; at++)
        {
            if (!clause[at].IsGlue("not") || clause[at + 1].Text is not ("every" or "at")
                || !clause[at + 2].IsNumber || !clause.Lexemes.Take(at).Any(l => l.IsNumber))
            {
                continue;
            }
            var end = at + 3 < clause.Count && clause[at + 3].Is(Part.Unit) ? at + 3 : at + 2;
            clause.Use(at, end);
        }
    }

    public static bool IsPeriod(Lexeme lexeme) => lexeme.Is(Part.Topic, "weeks")
        || lexeme.Is(Part.Topic, "months") || lexeme.Is(Part.Topic, "years")
        || lexeme.Is(Part.Topic, "month") || lexeme.Is(Part.Topic, "fortnights");

    /// <summary>"Keep a whole year", "we want a month of them": one of that.</summary>
    private static (int Count, bool Days)? Period(Clause clause)
    {
        var word = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].Is(Part.Topic, "retain"), -1);
        for (var at = 0; at < clause.Count; at++)
        {
            var kept = word >= 0 && Math.Abs(at - word) <= 4;
            if (!clause.IsFree(at) || !IsPeriod(clause[at]) || !(word >= 0 || clause.Wants)
                || (!kept && TimeReader.Peek(clause) is not null) || !IsOne(clause, at))
            {
                continue;
            }
            clause.Use(at);
            if (word >= 0)
            {
                clause.Use(word);
            }
            return (clause[at].Is(Part.Topic, "weeks") ? DaysOfWeek
                : clause[at].Is(Part.Topic, "fortnights") ? 2 * DaysOfWeek
                : clause[at].Is(Part.Topic, "years") ? DaysOfYear : DaysOfMonth, true);
        }
        return null;
    }

    /// <summary>"Every sunday at 4, eight of them".</summary>
    private static (int Count, bool Days)? OfThem(Clause clause)
    {
        var at = Enumerable.Range(0, Math.Max(0, clause.Count - 2)).FirstOrDefault(i =>
            Counts(clause, i) && clause[i].Unit.Length == 0 && clause[i + 1].IsGlue("of")
            && clause[i + 2].Text is "them" or "those" or "these" or "each", -1);
        return at < 0 ? null : Counted(clause, at);
    }

    /// <summary>"Every day at 4, two weeks of it": no hour of the day.</summary>
    private static (int Count, bool Days)? Worth(Clause clause)
    {
        var at = Enumerable.Range(0, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            Counts(clause, i) && clause[i].Unit.Length == 0 && IsPeriod(clause[i + 1])
            && (clause[i + 1].Text.Split(' ')[^1] is "of" or "worth"
                || i + 2 < clause.Count && clause[i + 2].Text is "of" or "of it" or "of them"), -1);
        return at < 0 ? null : Counted(clause, at);
    }

    /// <summary>"5 backups are too few, make it 14": the first says how it is.</summary>
    private static (int Count, bool Days)? Rather(Clause clause)
    {
        var numbers = clause.All(Part.Number).Where(i => Counts(clause, i)).ToList();
        if (numbers is not [var now, var put] || !clause.Lexemes.Take(put).Any(l =>
            l.Text.Split(' ')[^1] is "few" or "many" or "little" or "much" or "enough"
                || l.Is(Part.Topic, "toosmall") || l.Text is "overkill" or "excessive")
            || now + 1 >= clause.Count || !clause[now + 1].IsField("backup")
                && !clause[now + 1].IsVerb("backup") && !clause[now + 1].IsField("replicas")
                && !clause[now + 1].Is(Part.Topic, "retain")
                && !clause[now + 1].Is(Part.Topic, "snapshot"))
        {
            return null;
        }
        clause.Use(now);
        return Counted(clause, put);
    }

    private static bool IsOne(Clause clause, int at) => clause[at].Text == "a month"
        || Enumerable.Range(Math.Max(0, at - 2),
        Math.Min(at, 2)).Any(i => clause[i].Text is "a" or "whole" or "full" or "entire"
            or "one" or "a whole" or "a full");

    /// <summary>"All backups at 3": those that there are.</summary>
    private static bool TakeExisting(Clause clause)
    {
        var at = Enumerable.Range(0, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            clause.IsFree(i) && (clause[i].Is(Part.Reference, "all")
                || clause[i].Text is "every" or "each")
            && Enumerable.Range(i + 1, Math.Min(2, clause.Count - i - 1)).Any(
                n => clause[n].Text is "backups" or "backup" or "snapshots"), -1);
        if (at >= 0)
        {
            clause.Use(at);
        }
        return at >= 0;
    }

    /// <summary>"All databases" are not everything.</summary>
    private static bool IsKind(Clause clause) => Enumerable.Range(0, clause.Count).Any(at =>
        clause[at].Text is "all" && clause.Next(at) is >= 0 and var next
        && clause[next].Named(Known.Role) is not null && clause[next].Text.EndsWith('s'));

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
            // "Worth a backup"
            var merits = clause[at].Text == "worth" && clause.Next(at) is >= 0 and var what
                && (clause[what].IsField("backup") || clause[what].IsVerb("backup"));
            if (!clause[at].Is(Part.Topic, "retain") || merits)
            {
                continue;
            }
            var number = Number(clause, at);
            if (number < 0)
            {
                continue;
            }
            clause.Use(at);
            return Counted(clause, number);
        }
        return null;
    }

    /// <summary>"The same number of copies": as many as elsewhere.</summary>
    private static bool IsSame(Clause clause, int at) => Enumerable.Range(Math.Max(0, at - 3),
        Math.Min(at, 3)).Any(i => clause[i].Text is "same" or "the same" or "as many");

    /// <summary>"At 3 rather than half past midnight": when it was is no wish.</summary>
    private static void TakeFormerTime(Clause clause)
    {
        var from = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("insteadof"));
        if (from < 0 || !Enumerable.Range(from + 1, clause.Count - from - 1).TakeWhile(
            i => !clause[i].IsGlue("comma")).All(i => clause[i].IsNumber
                || clause[i].Readings[0].Part is Part.Noise or Part.Glue or Part.Amount
                || clause[i].IsField("schedule") || clause[i].Is(Part.PortPair)
                || clause[i].Text is "past" or "half" or "midnight" or "noon" or "o'clock"
                    or "quarter" or "am" or "pm" or "before" or "every" or "at"))
        {
            return;
        }
        for (var at = from; at < clause.Count && !clause[at].IsGlue("comma"); at++)
        {
            clause.Use(at);
        }
    }

    /// <summary>"Hourly snapshots, 48 of them": a number that is nothing else.</summary>
    private static (int Count, bool Days)? Bare(Clause clause)
    {
        var numbers = clause.All(Part.Number).Where(i => Counts(clause, i)
            && clause[i].Value < 1000).ToList();
        if (numbers is not [var only])
        {
            return null;
        }
        return Counted(clause, only);
    }

    /// <summary>A number of copies, or of days, weeks and so on.</summary>
    public static (int Count, bool Days) Counted(Clause clause, int number)
    {
        clause.Use(number);
        var count = (int)Math.Min(clause[number].Value, 10_000);
        var next = clause.Next(number);
        var days = next < 0 ? 0 : clause[next].Is(Part.Topic, "weeks") ? DaysOfWeek
            : clause[next].Is(Part.Topic, "months") ? DaysOfMonth
            : clause[next].Is(Part.Topic, "years") ? DaysOfYear
            : clause[next].Is(Part.Topic, "fortnights") ? 2 * DaysOfWeek
            : clause[next].Is(Part.Topic, "nights") ? 1 : 0;
        if (days > 0 || (next >= 0 && (clause[next].Is(Part.Topic, "retain")
            || clause[next].IsField("backup"))))
        {
            clause.Use(next);
        }
        return clause[number].Unit == "d" ? (count, true)
            : days > 0 ? (count * days, true) : (count, false);
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

    /// <summary>"As snapshots rather than archives" wishes the first of them.</summary>
    private static string? Type(Clause clause)
    {
        string? type = null;
        for (var at = 0; at < clause.Count; at++)
        {
            var said = !clause.IsFree(at) && !(at + 1 < clause.Count
                && clause[at + 1].IsGlue("insteadof")) || clause[at].Named(Known.Volume)
                    is not null ? null
                : clause[at].Is(Part.Topic, "snapshot") ? "snapshot"
                : clause[at].Is(Part.Topic, "archive") || (clause[at].Text is "archive"
                    && (at + 1 < clause.Count && clause[at + 1].IsField("backup")
                        || at > 0 && (clause[at - 1].IsGlue("as") || clause[at - 1].IsGlue("to"))
                        || at + 1 < clause.Count && clause[at + 1].IsGlue("insteadof")))
                    ? "archive"
                : null;
            if (said is null)
            {
                continue;
            }
            var former = Enumerable.Range(0, at).Any(i => clause[i].IsGlue("insteadof"))
                || (at > 0 && (clause[at - 1].IsGlue("not") || clause[at - 1].IsGlue("without")
                    || clause[at - 1].Text is "no" or "no more"));
            type = former ? type : said;
            if (former && at > 0 && clause[at - 1].IsGlue("not"))
            {
                clause.Use(at - 1);
            }
            if (former || !clause[at].IsField("backup"))
            {
                clause.Use(at);
            }
        }
        return type;
    }

    /// <summary>"To /mnt/nas/backups", "onto sftp://…", "s3://bucket".</summary>
    private static string? Destination(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var remote = lexeme.Is(Part.Url) || lexeme.Original.StartsWith("s3:",
                StringComparison.OrdinalIgnoreCase)
                || lexeme.Original.StartsWith("sftp:", StringComparison.OrdinalIgnoreCase);
            // "A volume in /srv/a with backups": that is where the volume lies.
            var own = clause.Lexemes.Take(at).Any(VolumeReader.IsVolumeWord)
                && !clause.Lexemes.Take(at).Any(l => l.IsField("backup") || l.IsVerb("backup"));
            var placed = at > 0 && !own
                && (clause[at - 1].IsGlue("to") || clause[at - 1].IsGlue("on")
                || clause[at - 1].IsGlue("in") || clause[at - 1].Text == "onto"
                // "It must go to /mnt/nas"
                || clause[at - 1].Text.Split(' ')[^1] is "to" or "into" or "onto" or "on"
                || clause.Lexemes.Take(at).Any(l => l.Is(Part.Topic, "destination")));
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
