using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Which jobs a clause names, and how a new one shall be called.</summary>
internal static class JobNames
{
    private const int ShortestPart = 4;

    /// <summary>"The scan" of scan-files: a word that only one job's name has; null: there is
    /// none, or something else is named as well.</summary>
    public static (int At, string Job)? Partly(Clause clause, IReadOnlyList<string> known)
    {
        if (clause.Lexemes.Any(l => l.Named(Known.Job) is not null
            || l.Named(Known.Service) is not null || l.Named(Known.Volume) is not null))
        {
            return null;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var given = at > 0 && clause[at - 1].Text is "the" or "our" or "my" or "that";
            if (lexeme.Text.Length < ShortestPart || lexeme.Corrected || lexeme.IsMention
                || !(lexeme.Is(Part.Unknown) || given && lexeme.Readings[0].Part is Part.Topic))
            {
                continue;
            }
            if (known.Where(k => k.Contains('-', StringComparison.Ordinal)
                && k.ToLowerInvariant().Split('-').Contains(lexeme.Text)).ToList() is [var job])
            {
                return (at, job);
            }
        }
        return null;
    }

    /// <param name="goesOn">The clause before speaks of a job.</param>
    public static void Read(Clause clause, JobWish wish, IReadOnlyList<string> about,
        IReadOnlyList<string> known, bool goesOn)
    {
        ReadGiven(clause, wish);
        var except = false;
        for (var at = 0; at < clause.Count; at++)
        {
            // A job's name may be a word that a wish or a question begins with.
            if (!clause.IsFree(at) && clause[at].Named(Known.Job) is null)
            {
                continue;
            }
            // "Besides quarter past six, scan-files …": a time is excepted, and no job.
            except &= !clause[at].IsGlue("comma") || wish.Except.Count > 0;
            except |= clause[at].IsGlue("except")
                || (clause[at].IsGlue("but") && clause.Verb is "remove" or "stop");
            if (clause[at].Named(Known.Job) is { } job && !IsPlace(clause, at))
            {
                if (except)
                {
                    wish.Except.Add(job);
                    clause.Use(at);
                    continue;
                }
                if (!wish.Jobs.Contains(job))
                {
                    wish.Jobs.Add(job);
                }
                clause.Use(at);
            }
        }
        for (var at = 0; at < clause.Count; at++)
        {
            // One that was spoken of and is gone.
            if (about.Contains(clause[at].Text) && !wish.Jobs.Contains(clause[at].Text)
                && (clause.IsFree(at) || clause[at].Is(Part.Verb)))
            {
                wish.Jobs.Add(clause[at].Text);
                clause.Use(at);
            }
        }
        if (wish is { Jobs.Count: 0, Except.Count: 0 } && clause.Find(Part.Command) < 0
            && Partly(clause, known) is { } part)
        {
            wish.Jobs.Add(part.Job);
            clause.Use(part.At);
        }
        ReadOther(clause, wish);
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(Part.Topic, "job") && clause.IsFree(at))
            {
                wish.All |= at > 0 && (clause[at - 1].Key(Part.Reference) == "all"
                    || clause[at - 1].Text is "every" or "each" or "all" or "both")
                    || (clause.Verb is "remove" or "stop" && wish.Jobs.Count == 0
                        && clause[at].Text.EndsWith('s') && clause.Lexemes.Take(at).Any(
                            l => l.Text is "all" or "every" or "any" or "the"));
                ReadBeside(clause, at, wish);
                clause.Use(at);
            }
        }
        ReadMarked(clause, wish, goesOn);
    }

    /// <summary>The name that one which is there shall have.</summary>
    private static void ReadOther(Clause clause, JobWish wish)
    {
        if (clause.Verb == "rename")
        {
            ReadNewName(clause, wish);
        }
        else if (wish is { Jobs.Count: 1, Name: null } && clause.Count is > 2 and < 7
            && clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part != Part.Noise)?.Text is "call"
                or "name" or "title" && clause.IsFree(clause.Count - 1)
            && IsOpen(clause[^1]) && IsName(clause[^1]) && clause[^1].Named(Known.Job) is null)
        {
            // "Call the weather job forecast"
            Give(clause, clause.Count - 1, wish);
            clause.Use(0, clause.Count - 1);
            clause.Verb = "rename";
        }
    }

    /// <summary>A service of the same name is where it runs: "in weather".</summary>
    private static bool IsPlace(Clause clause, int at)
    {
        if (clause[at].Named(Known.Service) is null)
        {
            return false;
        }
        var before = clause.Next(at, -1);
        return (before >= 0 && (clause[before].IsGlue("in") || clause[before].IsGlue("on")))
            || (at + 1 < clause.Count && clause[at + 1].Text == "container");
    }

    /// <summary>"Called x", "name: x", "job name x".</summary>
    private static void ReadGiven(Clause clause, JobWish wish)
    {
        for (var at = 0; at < clause.Count - 1; at++)
        {
            if (!clause.IsFree(at)
                || !(clause[at].IsField("name") || clause[at].Is(Part.Topic, "named")))
            {
                continue;
            }
            var next = at + 1;
            while (next < clause.Count && (clause[next].Text is ":" or "=" or "it" or "is" or "the"
                || clause[next].IsGlue("is") || clause[next].IsGlue("wish")
                || clause[next].Is(Part.Topic, "job")))
            {
                next++;
            }
            if (next < clause.Count && (IsName(clause[next]) || IsLast(clause, next)))
            {
                Give(clause, next, wish);
                clause.Use(at, next);
                return;
            }
        }
        ReadAs(clause, wish);
    }

    /// <summary>"Name hello": nothing but a name can stand between "name" and the end.</summary>
    private static bool IsLast(Clause clause, int at) => clause[at] is { IsMention: false }
        && clause[at].Is(Part.Noise) && clause[at].Text.All(char.IsAsciiLetterLower)
        && (at + 1 == clause.Count || clause[at + 1].IsGlue("comma"));

    /// <summary>"Run … as tidy-downloads": after the command and where it runs, what it is called.
    /// </summary>
    private static void ReadAs(Clause clause, JobWish wish)
    {
        for (var at = 1; at < clause.Count - 1; at++)
        {
            var next = clause[at + 1].Is(Part.Topic, "job") && at + 2 < clause.Count
                ? at + 2 : at + 1;
            if (clause[at].IsGlue("as") && wish.Command is not null && IsName(clause[next])
                && IsOpen(clause[next]) && clause[next] is { IsMention: false, Text: not "root" })
            {
                Give(clause, next, wish);
                clause.Use(at, next);
                return;
            }
        }
    }

    /// <summary>"Index: run …", "task index: …", "… every hour (index)".</summary>
    private static void ReadMarked(Clause clause, JobWish wish, bool goesOn)
    {
        for (var at = 0; at < clause.Count && wish.Name is null && wish.Jobs.Count == 0; at++)
        {
            if (!clause.IsFree(at) || !IsName(clause[at])
                || clause[at].Readings[0].Part is not (Part.Unknown or Part.Quoted))
            {
                continue;
            }
            var colon = at + 1 < clause.Count && clause[at + 1].Text == ":";
            var first = at == 0 || (at == 1 && clause[0].Is(Part.Topic, "script"));
            var between = at > 0 && clause[at - 1].IsGlue("comma") && at + 1 < clause.Count
                && clause[at + 1].IsGlue("comma") && clause[at + 1].Text == ",";
            if (first && colon && (wish.Command is not null || !goesOn)
                || between && wish.Command is not null)
            {
                Give(clause, at, wish);
                clause.Use(at);
            }
        }
    }

    /// <summary>"Job index", "job: index"; "the report job".</summary>
    private static void ReadBeside(Clause clause, int at, JobWish wish)
    {
        if (wish.Name is not null || wish.Jobs.Count > 0)
        {
            return;
        }
        var next = at + 1 < clause.Count && clause[at + 1].Text == ":" ? at + 2 : at + 1;
        // "Job ping: …": a verb may be a name too.
        var titled = next == at + 1 && next + 1 < clause.Count && clause[next + 1].Text == ":"
            && clause[next].Is(Part.Verb) && !clause[next].IsMention;
        if (titled && clause[next].IsVerb(clause.Verb))
        {
            clause.Verb = "";
        }
        if (next < clause.Count && (clause.IsFree(next) || titled) && IsName(clause[next])
            && (IsOpen(clause[next]) || next + 1 >= clause.Count
                || clause[next + 1].IsGlue("comma") || (clause[next + 1].IsGlue("in")
                    && clause[next].Readings[0].Part is Part.Question or Part.Topic)))
        {
            Give(clause, next, wish);
            clause.Use(next);
            // "Call the job heartbeat"
            var call = clause.Next(at, -1);
            if (call >= 0 && clause[call].Text is "call" or "name" or "title" or "dub")
            {
                clause.Use(call);
            }
            return;
        }
        var before = at - 1;
        // "Nextcloud cron every 5 minutes: php …": where it runs.
        if (before >= 0 && wish.Command is not null && Runs(clause[before])
            && !clause.Lexemes.Where((_, i) => i != before).Any(l => Runs(l) || l.Is(Part.Image)
                || l.Is(Part.Topic, "host")))
        {
            return;
        }
        if (before >= 0 && IsName(clause[before]) && clause[before].Text is not ("new" or "cron")
            && (IsOpen(clause[before]) || (clause[before].Readings[0].Part is Part.Verb
                or Part.Question or Part.Field && before > 0
                && clause[before - 1].Text is "the" or "that" or "my" or "our")
                || clause[before].Is(Part.Topic, "script")))
        {
            Give(clause, before, wish);
            clause.Use(before);
        }
    }

    /// <summary>It may be what the command runs in.</summary>
    private static bool Runs(Lexeme lexeme) =>
        (lexeme.Named(Known.Service) ?? lexeme.Named(Known.App)) is not null;

    private static void ReadNewName(Clause clause, JobWish wish)
    {
        for (var at = clause.Count - 2; at > 0; at--)
        {
            if (clause[at].IsGlue("to") || clause[at].IsGlue("as"))
            {
                Give(clause, at + 1, wish);
                clause.Use(at, at + 1);
                return;
            }
        }
    }

    private static void Give(Clause clause, int at, JobWish wish)
    {
        var name = NameReader.AsLabel(clause[at].Original);
        wish.Name = name.Length > 0 ? name : wish.Name;
    }

    /// <summary>A word that means nothing else.</summary>
    private static bool IsOpen(Lexeme lexeme) => lexeme.Is(Part.Quoted) || lexeme.Corrected
        || lexeme.Readings[0].Part is Part.Unknown or Part.Mention or Part.Identifier;

    private static bool IsName(Lexeme lexeme)
    {
        var times = TimeWords.English;
        // "Call it greet": a word that was taken for another is one nobody knows.
        if (lexeme is { Corrected: true, IsMention: false })
        {
            return lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        }
        return lexeme.Original.Length <= 63 && char.IsAsciiLetterOrDigit(lexeme.Original[0])
            && lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ')
            && lexeme.Readings[0].Part is not (Part.Glue or Part.Noise or Part.Number
                or Part.Reference or Part.Command or Part.Stop)
            && !(lexeme.Readings[0] is { Part: Part.Question } asks
                && (asks.Key != "show" || lexeme.Text.Contains(' ', StringComparison.Ordinal)))
            && !lexeme.IsField("schedule") && times.Of(lexeme.Text, "day") is null
            && times.Of(lexeme.Text, "part") is null && !times.Is(lexeme.Text, "every")
            && !lexeme.Is(Part.Topic, "job") && !times.Is(lexeme.Text, "daily")
            && !times.Is(lexeme.Text, "hourly") && !times.Is(lexeme.Text, "weekly")
            && !times.Is(lexeme.Text, "nightly") && !times.Is(lexeme.Text, "monthly");
    }
}
