using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Reads what a clause says of jobs. What has an unmistakable form is taken first, the
/// time last: it takes bare numbers.</summary>
internal sealed class JobReader(Clause clause, Discourse said, JobSubject subject)
{
    private readonly JobWish _wish = new();

    public void Read()
    {
        _wish.About = said.Session.About is { } about && ReferenceEquals(about.Subject, subject)
            ? about.Names : [];
        // "Why does x run so often? Hourly is enough."
        if (said.Before is [.., { Question: not null } asked]
            && asked.Attributes.OfType<JobWish>().FirstOrDefault() is { Jobs.Count: > 0 } of)
        {
            _wish.About = of.Jobs;
        }
        ReadMood();
        ReadCommand();
        JobNames.Read(clause, _wish, _wish.About, new JobFields(said.Session.Draft).Names,
            JobSubject.Before(said) is not null || _wish.About.Count > 0);
        if (clause.Verb == "undo" && (_wish.Jobs.Count > 0 || _wish.All))
        {
            clause.Verb = "remove";
        }
        if (_wish is { Jobs: [var one], Command: null }
            && new JobFields(said.Session.Draft).Find(one) is { } job)
        {
            JobArguments.Read(clause, _wish, JobFields.Command(job));
            TakeTold(JobFields.Command(job));
        }
        JobSeasons.Drop(clause);
        JobPresent.Read(clause, _wish, new JobFields(said.Session.Draft));
        JobLimits.Read(clause, _wish);
        JobLimits.ReadOther(clause, _wish,
            JobSubject.Before(said)?.Attributes.OfType<JobWish>().Last().ShortOf);
        if (JobSubject.Before(said)?.Attributes.OfType<JobWish>().Last().RhythmOf is { } rhythm
            && _wish.Time is null)
        {
            JobPresent.ReadOther(clause, _wish, rhythm);
        }
        if (clause.Question is null)
        {
            JobTelling.Read(clause, _wish);
        }
        JobTaskReader.ReadAccess(clause, _wish);
        ReadImage();
        if (_wish.Command is null && _wish.Jobs.Count > 0
            && clause.Find(Part.Url) is >= 0 and var url)
        {
            _wish.Url = clause[url].Original;
            clause.Use(url);
        }
        JobTaskReader.ReadTask(clause, _wish);
        JobPlaces.Read(clause, _wish);
        ReadSpecial();
        JobSeasons.Read(clause, _wish);
        // "… at 9", "and at 21": one time more.
        _wish.Adds |= Addition.Of(clause) || said.Before.Count == 0 && _wish.Jobs.Count == 0
            && clause.Verb.Length == 0 && clause[0].IsGlue("and") && !clause.Corrects;
        _wish.Only = clause.Lexemes.Any(l => l.IsGlue("only"));
        _wish.Time ??= HourlyReader.Read(clause) ?? TimeReader.Read(clause,
            expected: _wish.Jobs.Count > 0 || JobSubject.Before(said) is not null
                || _wish.About.Count > 0);
        JobAbsences.Read(clause, _wish, JobSubject.Before(said) is not null);
        JobLimits.ReadGiven(clause, _wish);
        Finish();
        TakeOver();
        GoOn();
        clause.Attributes.Add(_wish);
    }

    /// <summary>What is said of the job of the clause before belongs to that.</summary>
    private void GoOn()
    {
        if (JobSubject.Before(said) is { Question: null } before && clause.Question is null
            && Root(before.Attributes.OfType<JobWish>().First()) is { } earlier)
        {
            JobAbsences.TakeUp(clause, _wish, earlier);
            if (GoesOn(before, earlier))
            {
                Join(before, earlier);
            }
        }
        // "Nobody cares about the export, delete it": first only what is spoken of.
        if (said.Before is [.., { Question: null, Verb: "" } topic] && clause.Question is null
            && topic.Attributes.OfType<JobWish>().FirstOrDefault() is { Changes: false,
                Absorbed: false, Task: null, Name: null, Never: null, Jobs.Count: > 0 } first
            && (clause.Verb is "remove" or "rename" or "stop" || _wish.Changes)
            && (_wish.Jobs.Count == 0 || _wish.Jobs.TrueForAll(first.Jobs.Contains)))
        {
            _wish.Jobs.AddRange(first.Jobs.Except(_wish.Jobs).ToList());
            (first.Absorbed, _wish.Absorbed) = (true, false);
        }
        // "That is too odd for cron" wishes nothing where more is said later.
        foreach (var empty in said.Before.Where(c => c.Question is null && c.Verb.Length == 0)
            .SelectMany(c => c.Attributes.OfType<JobWish>()).Where(w => w.IsEmpty))
        {
            empty.Absorbed = true;
        }
    }

    private void Join(Clause before, JobWish earlier)
    {
        // "By day it has to stay at every five minutes": so it is, and no other time.
        if (clause.Lexemes.Any(l => l.Text is "stay" or "stays" or "remain" or "remains")
            && earlier is { Time: not null }
            && (IsPresent(earlier.Jobs, _wish.Time) || clause.Lexemes.Any(l => l.Text.Split(' ')
                .Contains("rest"))))
        {
            _wish.Time = null;
        }
        // "Scan-files never finishes. 5:15 would do": the time that was told is no wish.
        var told = before.Lexemes.Any(l => l.IsGlue("not") || l.Is(Part.Topic, "fail"))
            || IsPresent(earlier.Jobs, earlier.Time);
        if (!clause.Corrects && !told && earlier.Time is { SaysDays: true, SaysClock: true } one
            && _wish.Time is { SaysDays: true, SaysClock: true } two && one.Cron != two.Cron)
        {
            // "At 7:45 on weekdays and 9:30 on saturdays"
            _wish.Time = Addition.Join(one.Cron, two) is { } both ? two with { Cron = both }
                : two with { Impossible = "One schedule has the same times on all its days." };
        }
        earlier.Take(_wish);
        clause.Corrects = false;
        _wish.Absorbed = true;
    }

    /// <summary>"It always goes out on the 1st": the time that is there.</summary>
    private bool IsPresent(List<string> jobs, TimePhrase? time) => jobs is [var job]
        && time is { Impossible: null }
        && new JobFields(said.Session.Draft).Find(job)?.Text("schedule") is { } present
        && JobTimes.Changed(present, new JobWish { Time = time }) == present;

    /// <summary>"Every five minutes look at the router, i.e. run …": the time stands in a clause
    /// that was nobody else's.</summary>
    private void TakeOver()
    {
        if (said.Before is not [.., { Subject: null, Question: null } before]
            || _wish.Command is null || _wish.Jobs.Count > 0
            || Parsing.Times.TimeReader.Read(new([.. before.Lexemes])) is not { } time
            || !(time.SaysDays || time.Impossible is not null) || _wish.Time is { SaysDays: true }
                && before.Verb.Length > 0)
        {
            return;
        }
        if (_wish.Containers.Count == 0 && !_wish.OnHost && _wish.Image is null)
        {
            _wish.Containers.AddRange(Enumerable.Range(0, before.Count)
                .Where(i => before[i].Named(Known.Service) is not null).Take(1)
                .Select(i => TargetReader.TargetAt(before, i)));
        }
        Absorb(before);
        _wish.Time ??= time;
    }

    /// <summary>The value that takes the place of one in the command was told before.</summary>
    private void TakeTold(string command)
    {
        if (_wish.Argument is not null || clause.Question is not null || said.Before.Count == 0
            || JobArguments.Told(clause, said.Before, command) is not var (old, put))
        {
            return;
        }
        _wish.Argument = (old, put);
        foreach (var told in said.Before.Append(clause).Where(c => c.Lexemes.Any(
            l => l.Original == old || l.Original == put)))
        {
            foreach (var at in Enumerable.Range(0, told.Count).Where(
                i => told[i].Original == old || told[i].Original == put))
            {
                told.Use(at);
            }
            if (told != clause)
            {
                Absorb(told);
            }
        }
    }

    /// <summary>It is said of the job, and of nothing else.</summary>
    private void Absorb(Clause before)
    {
        before.Subject = subject;
        before.Attributes.Clear();
        before.Targets.Clear();
        before.Attributes.Add(new JobWish { Absorbed = true });
        before.Explains();
    }

    /// <summary>What several clauses add to is the wish of the first of them.</summary>
    private JobWish? Root(JobWish wish) => !wish.Absorbed ? wish : said.Before
        .SelectMany(c => c.Attributes.OfType<JobWish>()).LastOrDefault(w => !w.Absorbed);

    /// <summary>The clause says more of the job of the clause before.</summary>
    private bool GoesOn(Clause before, JobWish earlier)
    {
        if (before.Verb == "stop" && clause.Verb == "remove" && _wish.Jobs.Count == 0
            && _wish.Name is null)
        {
            // "We stopped the newsletter. Remove the job."
            before.Verb = "remove";
            return true;
        }
        if (before.Verb is "remove" or "rename" || clause.Verb is "remove" or "rename" or "stop"
            || (_wish.Jobs.Count > 0 && !_wish.Jobs.TrueForAll(earlier.Jobs.Contains)))
        {
            return false;
        }
        return !(_wish.Command is not null && earlier.Command is not null
            && _wish.Time is not null && !clause.Corrects);
    }

    /// <summary>"Tell me if it fails" is a wish, though it begins like a question; so is "report
    /// …".</summary>
    private void ReadMood()
    {
        var told = clause.Question == "show" && clause.Lexemes.Any(l => l.Is(Part.Topic, "notify"))
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success")
                || l.Is(Part.Topic, "both") || l.Text is "when" or "whenever" or "once"
                    or "as soon as" or "after" or "every time");
        // "I want to know when the newsletter fails"
        told |= clause.Question == "show" && !clause.AsksMark && clause.Lexemes.Any(
            l => l.Is(Part.Question) && l.Text.EndsWith("to know", StringComparison.Ordinal))
            && clause.Lexemes.Any(l => l.IsGlue("if") && l.Text is "if" or "when" or "whenever")
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success"));
        var named = clause.Question == "show" && !clause.AsksMark
            && (clause.Find(Part.Command) >= 0 || clause.Verb is "remove" or "rename" or "move");
        if (clause.Question is null && clause.Count > 1 && clause[0].Text == "when"
            && clause[1].IsGlue("is"))
        {
            clause.Question = "when";
        }
        // A job may be called "report": then what is said of it is no question.
        var first = clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part != Part.Noise);
        var itself = clause.Question == "show" && !clause.AsksMark
            && first is not null && first.Named(Known.Job) is not null && first.Is(Part.Question)
            && clause.Count > 1;
        // "… every night, is allowed to write /data": more of the job.
        var more = clause is { Question: "is", AsksMark: false } && clause[0].IsGlue("is")
            && JobSubject.Before(said) is { Question: null } before
            && ClauseSplitter.IsJoint(before.Lexemes[^1]);
        if (told || named || itself || more)
        {
            clause.Question = null;
        }
        // "Prune-notebooks should delete *.bak files too": it does it, it does not go.
        var job = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Job) is not null);
        var goes = clause.Lexemes.ToList().FindIndex(l => l.IsVerb("remove"));
        if (clause.Verb == "remove" && job >= 0 && goes > job && goes + 1 < clause.Count
            && Bids(clause, job, goes) && clause[goes].Text.Split(' ')[0] is "delete"
                or "remove" or "purge" or "clean" or "wipe" or "drop" or "erase" or "discard")
        {
            clause.Verb = "set";
        }
        // "Don't bother me when the vacuum fails"
        if (clause.Verb is "spare" or "undo" && clause.Lexemes.Any(l => l.IsVerb(clause.Verb)
                && l.Is(Part.Topic, "ignore"))
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success")))
        {
            clause.Verb = "";
        }
        // "Link-check can be scrapped"
        if (clause is { Verb: "" or "have", Negated: false, Question: null } && clause.Lexemes.Any(
            l => l.Is(Part.Topic, "goes")) && clause.Lexemes.Any(
                l => l.IsGlue("wish") || l.IsVerb("have")))
        {
            clause.Verb = "remove";
        }
        bool Names(Lexeme l) => l.Named(Known.Job) is not null || _wish.About.Contains(l.Text);
        if (clause.Lexemes.Any(l => l.IsVerb(clause.Verb) && Names(l)))
        {
            clause.Verb = clause.Lexemes.Where(l => l.Is(Part.Verb) && !Names(l))
                .Select(l => l.Key(Part.Verb)).FirstOrDefault() ?? "";
        }
    }

    /// <summary>"The job should also delete …", "have the job delete …": what it does.</summary>
    private static bool Bids(Clause clause, int job, int does)
    {
        var last = clause.Lexemes.Skip(job + 1).Take(does - job - 1).LastOrDefault(
            l => l.Text is not ("also" or "now" or "only" or "rather" or "as well"));
        var made = clause.Lexemes.Take(job).Any(l => l.Text is "have" or "let" or "make")
            && does == job + 1;
        return made || last is not null && last.IsGlue("wish")
            && !last.Text.EndsWith("be", StringComparison.Ordinal);
    }

    private void ReadCommand()
    {
        var at = clause.Find(Part.Command);
        if (at < 0)
        {
            foreach (var quoted in clause.All(Part.Quoted).Concat(clause.All(Part.Path)))
            {
                var text = clause[quoted].Original;
                var named = quoted > 0 && (clause[quoted - 1].IsField("name")
                    || clause[quoted - 1].Is(Part.Topic, "job"));
                var run = quoted > 0 && clause[quoted - 1].Text is "run" or "runs" or "command"
                    or ":" or "execute";
                var cron = text.Split(' ').Length == 5
                    && text.Contains('*', StringComparison.Ordinal);
                if (!named && !cron && (text.Contains(' ', StringComparison.Ordinal) || run))
                {
                    at = quoted;
                    break;
                }
            }
        }
        if (at < 0)
        {
            return;
        }
        _wish.Command = clause[at].Original;
        clause.Use(at);
        if (clause.Find(Part.Field, "command") is >= 0 and var field)
        {
            clause.Use(field);
        }
    }

    private void ReadImage()
    {
        ImageReader.Read(clause, said);
        if (clause.Attributes.OfType<ImageAttribute>().FirstOrDefault() is { } image)
        {
            _wish.Image = image.Image;
            clause.Attributes.Remove(image);
            // "Curl 8.11.0 is out, use curlimages/curl:8.11.0"
            foreach (var at in clause.All(Part.Version).Where(
                i => clause[i].Original == image.Image.Tag).ToList())
            {
                clause.Use(at);
            }
            return;
        }
        if (_wish.Jobs is [var job] && new JobFields(said.Session.Draft).Find(job)
            ?.Text("image") is { } present && Tagged(present) is >= 0 and var own)
        {
            _wish.Tag = clause[own + 1].Original;
            clause.Use(own, own + 1);
            return;
        }
        if (clause.Find(Part.Field, "version") is >= 0 and var field && field + 1 < clause.Count
            && clause.NextValue(field) is >= 0 and var value
            && (clause[value].IsNumber || clause[value].Is(Part.Version)))
        {
            _wish.Tag = clause[value].Original;
            clause.Use(field);
            clause.Use(value);
            if (clause.Find(Part.Field, "image") is >= 0 and var word)
            {
                clause.Use(word);
            }
        }
    }

    /// <summary>"Alpine 3.21" for a job that runs alpine.</summary>
    private int Tagged(string image)
    {
        var name = image.Split('/')[^1].Split(':')[0];
        return Enumerable.Range(0, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            clause[i].Text == name && clause.IsFree(i + 1)
            && !(i + 2 < clause.Count && TimeWords.English.Is(clause[i + 2].Text, "times"))
            && (clause[i + 1].Is(Part.Version)
                || (clause[i + 1] is { IsNumber: true, Unit: "" })), -1);
    }

    private void ReadSpecial()
    {
        var recurring = clause.Lexemes.Any(l => TimeWords.English.Is(l.Text, "every")
            || l.IsField("schedule") && l.Text != "tomorrow");
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at))
            {
                continue;
            }
            var lexeme = clause[at];
            var delay = lexeme.IsNumber && lexeme.Unit is "s" or "min" or "h" or "d"
                && at > 0 && clause[at - 1].IsGlue("in") && !recurring;
            // "Only once a month": it recurs.
            recurring |= lexeme.Is(Part.Topic, "once") && lexeme.Text.EndsWith("once",
                StringComparison.Ordinal) && at + 1 < clause.Count
                && clause[at + 1].Text.Split(' ')[0] is "a" or "per" or "each" or "an";
            var compared = clause.Lexemes.Take(at).Any(l => l.IsGlue("than") || l.Text is "than");
            if ((lexeme.Is(Part.Topic, "once") || lexeme.Text is "tonight" or "today" || delay)
                && !recurring && !compared && JobPresent.Begins(clause, at))
            {
                clause.Use(at);
            }
            else if ((lexeme.Is(Part.Topic, "once") || lexeme.Text is "tonight" or "today" || delay)
                && !recurring && !compared)
            {
                _wish.Never = "Jobs come again and again; I can't schedule something for one "
                    + "time only. Say a schedule such as \"every day at 5\", or run it by hand "
                    + "when it is time.";
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Topic, "zone"))
            {
                _wish.Never = "zone";
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Topic, "sametime"))
            {
                _wish.SameTime = true;
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Topic, "vaguely") && clause.NextBefore(at) is { } told
                && told.Is(Part.Topic, "fail"))
            {
                // "It fails now and then": so it is.
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Topic, "oftener") || lexeme.Is(Part.Topic, "vaguely")
                || lexeme.Is(Part.Topic, "rarer"))
            {
                _wish.Vague = true;
                clause.Use(at);
            }
        }
    }

    /// <summary>Words that only say again what is meant.</summary>
    private void Finish()
    {
        string[] plain = ["job", "script", "schedule", "fail", "success", "clean", "now", "pause",
            "host", "access", "unchanged", "write", "read", "retry", "timeout", "old", "lastrun",
            "sooner", "later", "absent", "untimed", "forever", "goes"];
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var explains = _wish.Command is not null && _wish.Jobs.Count > 0;
            if (clause.IsFree(at) && (plain.Any(p => lexeme.Is(Part.Topic, p)) || explains
                || lexeme.IsField("schedule") || lexeme.IsField("service")
                || lexeme.IsField("command") || lexeme.IsField("name")
                || lexeme.IsField("status") || lexeme.IsField("data")
                || lexeme.Is(Part.Reference) || lexeme.Is(Part.Verb)
                || lexeme.IsGlue("not") || lexeme.IsGlue("if")
                || lexeme.Text is "enough" or "plenty" or "lift" or "lifted" or "waive" or "files"
                    or "file" or "folder" or "directory" or "wants" or "container" or "cron"))
            {
                _wish.All |= lexeme.Key(Part.Reference) == "all";
                clause.Use(at);
            }
        }
    }
}
