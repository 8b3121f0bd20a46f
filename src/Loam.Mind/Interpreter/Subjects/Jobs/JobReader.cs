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
        JobNames.Read(clause, _wish, _wish.About);
        if (clause.Verb == "undo" && (_wish.Jobs.Count > 0 || _wish.All))
        {
            clause.Verb = "remove";
        }
        JobSeasons.Drop(clause);
        JobLimits.ReadPresent(clause, _wish);
        JobLimits.Read(clause, _wish);
        JobLimits.ReadOther(clause, _wish,
            JobSubject.Before(said)?.Attributes.OfType<JobWish>().Last().ShortOf);
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
        _wish.Adds = Addition.Of(clause) || said.Before.Count == 0 && _wish.Jobs.Count == 0
            && clause.Verb.Length == 0 && clause[0].IsGlue("and") && !clause.Corrects;
        _wish.Only = clause.Lexemes.Any(l => l.IsGlue("only"));
        _wish.Time = HourlyReader.Read(clause) ?? TimeReader.Read(clause,
            expected: _wish.Jobs.Count > 0 || JobSubject.Before(said) is not null
                || _wish.About.Count > 0);
        ReadDaysLeftOut();
        JobLimits.ReadGiven(clause, _wish);
        Finish();
        TakeOver();
        GoOn();
        clause.Attributes.Add(_wish);
    }

    private void ReadDaysLeftOut()
    {
        JobSeasons.Invert(clause, _wish);
        if (clause.Verb is "remove" or "stop" && _wish is { Jobs.Count: > 0, Time: { SaysDays: true,
            SaysTime: false, Impossible: null } } && JobSeasons.Others(_wish.Time.Cron) is not null
            && clause.Lexemes.Any(
                l => l.Text.Split(' ').Any(w => TimeWords.English.Of(w, "day") is not null)))
        {
            // "Not needed on Sundays" leaves the other days.
            (_wish.Without, clause.Verb) = (true, "set");
        }
        if (IsSpared())
        {
            _wish.Without = true;
            (clause.Negated, clause.Corrects) = (false, false);
        }
    }

    /// <summary>What is said of the job of the clause before belongs to that.</summary>
    private void GoOn()
    {
        if (JobSubject.Before(said) is { Question: null } before && clause.Question is null
            && Root(before.Attributes.OfType<JobWish>().First()) is { } earlier
            && GoesOn(before, earlier))
        {
            if (!clause.Corrects && earlier.Time is { SaysDays: true, SaysClock: true } one
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
        // "That is too odd for cron" wishes nothing where more is said later.
        foreach (var empty in said.Before.Where(c => c.Question is null && c.Verb.Length == 0)
            .SelectMany(c => c.Attributes.OfType<JobWish>()).Where(w => w.IsEmpty))
        {
            empty.Absorbed = true;
        }
    }

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
        before.Subject = subject;
        before.Attributes.Clear();
        before.Targets.Clear();
        before.Attributes.Add(new JobWish { Absorbed = true });
        before.Use(0, before.Count - 1);
        _wish.Time ??= time;
    }

    /// <summary>"No reminders on mondays": the other days stay.</summary>
    private bool IsSpared()
    {
        var job = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Job) is not null);
        return job > 0 && _wish is { Jobs.Count: > 0, Time: { SaysDays: true, SaysTime: false,
                Impossible: null } } && JobSeasons.Others(_wish.Time.Cron) is not null
            && clause.Lexemes.Take(job).Any(l => l.Text is "no" or "no more" or "never"
                or "without" or "skip" or "omit" or "leave out" or "spare")
            && clause.Lexemes.Skip(job).Any(
                l => l.Text.Split(' ').Any(w => TimeWords.English.Of(w, "day") is not null));
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
        if (told || named || itself)
        {
            clause.Question = null;
        }
        // "Prune-notebooks should delete *.bak files too": it does it, it does not go.
        var job = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Job) is not null);
        var goes = clause.Lexemes.ToList().FindIndex(l => l.IsVerb("remove"));
        if (clause.Verb == "remove" && job >= 0 && goes > job + 1 && goes + 1 < clause.Count
            && clause[goes - 1].IsGlue("wish") && !clause[goes - 1].Text.EndsWith("be",
                StringComparison.Ordinal) && clause[goes].Text.Split(' ')[0] is "delete"
                or "remove" or "purge" or "clean" or "wipe" or "drop" or "erase" or "discard")
        {
            clause.Verb = "set";
        }
        bool Names(Lexeme l) => l.Named(Known.Job) is not null || _wish.About.Contains(l.Text);
        if (clause.Lexemes.Any(l => l.IsVerb(clause.Verb) && Names(l)))
        {
            clause.Verb = clause.Lexemes.Where(l => l.Is(Part.Verb) && !Names(l))
                .Select(l => l.Key(Part.Verb)).FirstOrDefault() ?? "";
        }
    }

    /// <summary>"Station 10641 instead of 10637": a word of the command takes the place of one.
    /// </summary>
    private bool SwapsWord()
    {
        if (clause.Lexemes.Select(l => l.Named(Known.Job)).OfType<string>().Distinct().ToList()
                is not [var job]
            || new JobFields(said.Session.Draft).Find(job) is not { } present
            || JobFields.Command(present) is not { } command)
        {
            return false;
        }
        var words = command.Split(' ').ToList();
        for (var at = 2; at < clause.Count; at++)
        {
            var old = words.IndexOf(clause[at].Original);
            if (old < 0 || !clause.IsFree(at) || !clause[at - 1].IsGlue("insteadof")
                || !clause.IsFree(at - 2) || !(clause[at - 2].IsNumber
                    || clause[at - 2].Is(Part.Unknown) || clause[at - 2].Is(Part.Path)
                    || clause[at - 2].Is(Part.Url) || clause[at - 2].Is(Part.Domain)))
            {
                continue;
            }
            words[old] = clause[at - 2].Original;
            _wish.Command = string.Join(' ', words);
            clause.Use(at - 2, at);
            foreach (var named in Enumerable.Range(0, clause.Count).Where(i => words.Contains(
                clause[i].Text) || words.Contains("--" + clause[i].Text)))
            {
                clause.Use(named);
            }
            return true;
        }
        return false;
    }

    private void ReadCommand()
    {
        if (SwapsWord())
        {
            return;
        }
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
            clause[i].Text == name && clause.IsFree(i + 1) && (clause[i + 1].Is(Part.Version)
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
            if ((lexeme.Is(Part.Topic, "once") || lexeme.Text is "tonight" or "today" || delay)
                && !recurring)
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
            "sooner",
            "later"];
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
                || lexeme.Text is "files" or "file" or "folder" or "directory" or "wants"
                    or "container" or "cron"))
            {
                _wish.All |= lexeme.Key(Part.Reference) == "all";
                clause.Use(at);
            }
        }
    }
}
