using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Commands that run at set times: scheduled.yaml.</summary>
internal sealed class JobSubject : ISubject
{
    public Vocabulary Words { get; } = new("jobs");

    public double Claim(Clause clause, Discourse said) =>
        !NamesJobs(clause) && !Mentioned(clause) && OfHealth(clause) ? 0 : Claimed(clause, said);

    private double Claimed(Clause clause, Discourse said)
    {
        var command = clause.Find(Part.Command) >= 0;
        var continues = said.Continues(this);
        var word = NamesJobs(clause);
        var mention = Mentioned(clause);
        var time = TimeReader.Read(new([.. clause.Lexemes]));
        if (word && (time is not null || command || mention || !clause.Lexemes.Any(
            l => l.Named(Known.User) is not null)))
        {
            return 0.92;
        }
        if (command && (time is not null || mention || continues
            || Before(said) is not null || (said.Before is [.., { Subject: null } before]
                && TimeReader.Read(new([.. before.Lexemes])) is { SaysDays: true })))
        {
            return 0.95;
        }
        if (mention)
        {
            return clause.Verb == "backup" ? 0 : time is not null || SaysHow(clause) ? 0.93 : 0.8;
        }
        if (NamesPart(clause, said))
        {
            return 0.75;
        }
        if (time is { SaysDays: true } && clause.Find(Part.Url) >= 0 && (clause.Verb == "probe"
            || clause.Lexemes.Any(l => l.Text is "call" or "hit" or "fetch" or "request" or "visit"
                or "load" or "open" or "get" or "query"))
            || clause.Find(Part.Topic, "script") >= 0 && clause.Lexemes.Any(
                l => l.Text.StartsWith("schedule", StringComparison.Ordinal)))
        {
            return 0.96;
        }
        if (clause.Question is "show" or "what" && clause.Lexemes.Any(l =>
                l.Text.StartsWith("schedule", StringComparison.Ordinal))
            && !clause.Lexemes.Any(l => l.IsMention || l.IsField("backup")))
        {
            return 0.6;
        }
        if (clause.Verb is "set" or "move" or "replace" or "" && clause.Question is null
            && said.Last is null or JobSubject
            && clause.Lexemes.Any(l => l.Text is "schedule") && time is null
            && !clause.Lexemes.Any(l => l.IsMention || l.IsField("backup"))
            && new JobFields(said.Session.Draft).Names.Count > 0)
        {
            return 0.6;
        }
        if (said.Continues(this) && said.Before.Count == 0 && said.Session.About is { } about
            && clause.Lexemes.Any(l => about.Names.Contains(l.Text)))
        {
            return 0.8;
        }
        if ((time is { SaysDays: true } || clause.Find(Part.Topic, "vaguely") >= 0)
            && IsTask(clause)
            || clause.Question is not null && time is not null && AsksWhatRuns(clause))
        {
            return 0.7;
        }
        if (Before(said)?.Attributes.OfType<JobWish>().Last() is { } told
            && (told.ShortOf ?? told.RhythmOf) is not null
            && clause.Verb is "" or "set" or "have" or "raise" or "limit"
            && clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "" })
            && clause.Lexemes.All(l => !l.IsMention))
        {
            return 0.75;
        }
        return continues || Before(said) is not null ? Following(clause, time) : 0;
    }

    public void Read(Clause clause, Discourse said) => new JobReader(clause, said, this).Read();

    public IEnumerable<Reply> Resolve(Clause clause, Session session) =>
        new JobResolver(clause, session, this).Resolve();

    public Reply? Answer(Clause clause, Session session) =>
        JobAnswers.To(clause, session, this);

    /// <summary>"The scan at 7:30", of scan-files.</summary>
    private static bool NamesPart(Clause clause, Discourse said) =>
        clause is { Verb: "" or "set" or "move" or "probe" or "start", Question: null }
        && (clause.Has(Part.Topic, "timeout")
            || TimeReader.Read(new([.. clause.Lexemes]), expected: true) is not null)
        && JobNames.Partly(clause, new JobFields(said.Session.Draft).Names) is not null;

    /// <summary>"… when the newsletter went well", "… if it fails".</summary>
    private static bool SaysHow(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => l.IsGlue("if"))
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success"))
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "email") || l.Is(Part.Topic, "notify")
            || l.Is(Part.Topic, "alert") || l.Is(Part.Topic, "ignore"));

    /// <summary>"Healthcheck of the worker: COMMAND every 30 seconds" is no job.</summary>
    private static bool OfHealth(Clause clause)
    {
        var health = clause.Lexemes.ToList().FindIndex(l => l.IsField("health")
            && l.Text.StartsWith("health", StringComparison.Ordinal));
        var service = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Service) is not null);
        return service >= 0 && !clause.Has(Part.Topic, "script")
            && (health >= 0 && clause.Find(Part.Command) is var run && (run < 0 || health < run)
                || clause[0].Text == "probe" && service is 1 or 2);
    }

    /// <summary>"Job", "cron": not as the name of something else.</summary>
    private static bool NamesJobs(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause[at].Is(Part.Topic, "job") || clause[at].Is(Part.Quoted)
                || (at > 0 && clause[at - 1].IsField("name")))
            {
                continue;
            }
            // "the jobs network" is a network.
            if (!(clause[at].IsMention && at + 1 < clause.Count && clause[at + 1].Is(Part.Field)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A job that is there, by a name that means nothing else.</summary>
    private static bool Mentioned(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (lexeme.Named(Known.Job) is not null && lexeme.Named(Known.Service) is null
                && lexeme.Named(Known.Volume) is null && (!lexeme.Is(Part.Verb)
                    || !clause.Lexemes.Any(l => l.Named(Known.Service) is not null)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A wish of the same turn that this one may go on with.</summary>
    public static Clause? Before(Discourse said) => said.Before.LastOrDefault() is { } last
        && last.Attributes.OfType<JobWish>().Any() ? last : null;

    /// <summary>Something is run, cleaned or vacuumed.</summary>
    private static bool IsTask(Clause clause)
    {
        var lexemes = clause.Lexemes;
        if (clause.Verb is "backup" or "restore" || lexemes.Any(l => l.IsField("backup")
            || l.IsField("certificate")))
        {
            return false;
        }
        var path = lexemes.Any(l => l.Is(Part.Path));
        return lexemes.Any(l => l.Is(Part.Topic, "vacuum"))
            || (path && lexemes.Any(l => l.Is(Part.Topic, "clean")
                || l.IsVerb("remove")))
            || (lexemes.Any(l => l.Is(Part.Topic, "script"))
                && !lexemes.Any(l => l.Is(Part.Topic, "script") && l.IsMention))
            || lexemes.Any(l => l.Text is "run" or "runs" or "execute")
                && clause.Verb is "create" or "" && !lexemes.Any(l => l.IsMention
                    || l.Is(Part.Image) || l.IsField("service"))
            || lexemes.Any(l => l.Is(Part.Path)) && lexemes.Any(l => l.Text is "run" or "runs");
    }

    /// <summary>"What runs at night?"</summary>
    private static bool AsksWhatRuns(Clause clause) => clause.Lexemes.Any(
        l => l.Text is "run" or "runs" or "running" or "happens" or "scheduled" or "happen")
        && !clause.Lexemes.Any(l => l.IsMention);

    /// <summary>More about the job that was spoken of: another time, who hears of it.</summary>
    private static double Following(Clause clause, TimePhrase? time)
    {
        var other = clause.Lexemes.Any(l => l.Is(Part.Image) && !l.Is(Part.Topic))
            && clause.Verb == "create" && !clause.Lexemes.Any(l => l.IsField("image"));
        var made = clause.Verb == "create" && clause.Lexemes.Any(l =>
            l.Named(Known.App) is not null) && time is null
            && !clause.Lexemes.Any(l => l.Is(Part.Topic));
        if (other || made || clause.Verb is "backup" or "undo" or "revert"
            || clause.Lexemes.Any(l => l.IsField("port") || l.IsField("firewall")
                || l.IsField("memory") || l.IsField("user") || l.IsField("volume")))
        {
            return 0;
        }
        if (clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "min" or "h" or "s" })
            && !clause.Lexemes.Any(l => l.IsMention || l.IsGlue("per")))
        {
            return 0.7;
        }
        if (clause.Verb is "set" or "move" && clause.Lexemes.Any(l => l.Is(Part.Reference, "it"))
            && clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "", Value: < 24 })
            && clause.Lexemes.All(l => !l.IsMention && !l.Is(Part.Topic)))
        {
            return 0.7;
        }
        // "Make that 7:30"
        if (clause.Verb is "" or "set" && clause.Lexemes.All(l => !l.IsMention)
            && clause.Lexemes.Any(l => l.Is(Part.PortPair) && l.Text.Split(':') is
                [{ Length: 1 or 2 } hour, { Length: 2 } minute] && int.TryParse(hour, out var h)
                && int.TryParse(minute, out var m) && h < 24 && m < 60))
        {
            return 0.7;
        }
        string[] topics = ["fail", "success", "alert", "notify", "ignore", "retry", "timeout",
            "once", "zone", "sooner", "later", "oftener", "rarer", "sametime", "access",
            "pause", "host", "absent", "untimed"];
        var topic = clause.Lexemes.Any(l => topics.Any(t => l.Is(Part.Topic, t)));
        var field = clause.Lexemes.Any(l => l.IsField("timeout") || l.IsField("retries")
            || l.IsField("name") || l.IsField("image") || l.IsField("command")
            || l.IsField("schedule"));
        var reference = clause.Verb is "remove" or "stop" or "rename" or "spare" or "restart"
            && (clause.Lexemes.All(l => !l.IsMention));
        var place = clause.Lexemes.Any(l => l.Text == "container") && clause.Verb is "" or "set"
            && clause.Find(Part.Mention) >= 0;
        return place || time is not null ? 0.75 : topic || field ? 0.7 : reference ? 0.65
            : clause.Find(Part.Command) >= 0 ? 0.9
            : clause.Verb is "" or "create" && clause.Find(Part.Mention) >= 0
                && clause.Lexemes.Any(l => l.IsGlue("in") || l.Is(Part.Topic)) ? 0.55 : 0;
    }
}
