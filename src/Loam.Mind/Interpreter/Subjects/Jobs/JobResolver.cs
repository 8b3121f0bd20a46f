using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Decides what a wish about jobs is: a new one, a change, an end.</summary>
internal sealed class JobResolver(Clause clause, Session session, JobSubject subject)
{
    private readonly JobWish _wish = clause.Attributes.OfType<JobWish>().First();
    private readonly JobFields _jobs = new(session.Draft);

    public IEnumerable<Reply> Resolve()
    {
        if (_wish.Absorbed)
        {
            return [];
        }
        // What was said before may have taken it away; "keep it" brings it back.
        if (!clause.Lexemes.Any(l => l.IsVerb("spare") || l.Text is "keep" or "leave")
            && _wish.Jobs.RemoveAll(j => _jobs.Find(j) is null) > 0 && _wish.Jobs.Count == 0)
        {
            return [Reply.Same("That job goes already.")];
        }
        if (new JobDoubts(clause, session, _jobs, _wish).Impossible() is { } never)
        {
            Remember(_wish.Jobs.Count > 0 ? [.. _wish.Jobs] : _wish.About);
            return [never];
        }
        if (_wish.Command is { } command && JobCommand.Refusal(command) is { } refusal)
        {
            return [Reply.Refuse(refusal)];
        }
        var replies = Decide().ToList();
        if (session.About is null || !ReferenceEquals(session.About.Subject, subject)
            || replies.TrueForAll(r => r.Kind is ReplyKind.Question))
        {
            Remember(session.About is { } about && ReferenceEquals(about.Subject, subject)
                ? about.Names : []);
        }
        return replies;
    }

    private IEnumerable<Reply> Decide()
    {
        Match();
        var verb = clause.Verb;
        var made = _wish.Command is not null || _wish.Task is not null;
        if (_wish.Jobs.Count > 0 && !_wish.Changes && (verb is "spare" || (verb is "set" or ""
            && clause.Lexemes.Any(l => l.Text is "keep" or "leave"))))
        {
            return _wish.Jobs.Select(Keep);
        }
        // "Call it tick", of the job that was spoken of.
        var called = verb is "" or "set" && !made && !_wish.Changes && _wish.Name is not null
            && _wish.Jobs.Count == 0 && _wish.About.Count(a => _jobs.Find(a) is not null) == 1
            && clause.Lexemes.Any(l => l.IsField("name"));
        if ((verb == "rename" && !made) || called)
        {
            return [Rename()];
        }
        var silences = _wish.Silences && (_wish.Jobs.Count > 0 || _wish.About.Count > 0);
        if (verb == "remove" && !made && !silences && _wish.Days is null
            && _wish is { Timeout: null, Unlimited: false, Retries: null })
        {
            return Chosen() is { Count: > 0 } gone ? RemoveAll(gone) : [WhichOne("remove")];
        }
        if (verb is "stop" && Topic("forever") && !_wish.Changes
            && Chosen() is { Count: > 0 } ended)
        {
            return RemoveAll(ended);
        }
        if ((verb is "stop" && !silences && _wish is { Timeout: null, Unlimited: false,
                Retries: null })
            || (!silences && Topic("pause") && !_wish.Changes && _wish.Jobs.Count > 0))
        {
            return [Pause()];
        }
        if (_wish.Jobs.Count > 0 && !_wish.Changes && (verb is "create" or "start" or "restart"
            || Topic("now") || clause.Lexemes.Any(l => l.Text is "execute" or "trigger" or "fire"
                or "launch")))
        {
            return clause.Lexemes.Any(l => l.Text is "enable" or "resume" or "unpause"
                or "activate" or "reactivate")
                ? [Reply.Same($"{_wish.Jobs[0]} is declared, so it runs "
                    + $"{JobFields.When(_jobs.Find(_wish.Jobs[0])!)}.")] : [RunNow()];
        }
        if (_wish.Jobs.Count > 0 && !_wish.Changes
            && clause.Lexemes.Any(l => l.Text is "no more" or "no longer" || (l.Text == "no"
                && clause.Lexemes.Any(m => m.Text is "more" or "longer"))))
        {
            return RemoveAll(_wish.Jobs);
        }
        if (_wish.Jobs.Count > 0)
        {
            return !_wish.Changes ? [WhatAbout(_wish.Jobs[0])] : Changes(_wish.Jobs);
        }
        if (_wish.All && _wish.Changes && !made && _jobs.Names.Count > 0)
        {
            return Changes(_jobs.Names);
        }
        if (GoesOn())
        {
            return Changes([.. _wish.About]);
        }
        if (Missing() is { } missing)
        {
            return [missing];
        }
        return [IsNameless() && !made ? WhichOne("change")
            : new JobMaker(clause, session, _jobs, _wish, Remember).Make()];
    }

    /// <summary>"The job should run at six": one of several.</summary>
    private bool IsNameless() => _wish is { Command: null, Task: null, Name: null, Time: not null }
        && _jobs.Names.Count > 1 && Enumerable.Range(1, Math.Max(0, clause.Count - 1)).Any(
            at => (clause[at].IsField("job") || clause[at].Is(Part.Topic, "job"))
                && clause[at - 1].Text is "the" or "that");

    /// <summary>"The cleanup job" is the one whose name has that word.</summary>
    private void Match()
    {
        if (_wish.Jobs.Count > 0 || _wish.Name is not { } name || clause.Verb == "rename")
        {
            return;
        }
        var known = _jobs.Names;
        var fits = known.Contains(name) ? [name] : _wish.Command is null && _wish.Task is null
            ? known.Where(k => k.Split('-').Any(p => p == name || (p.Length > 4
                && name.StartsWith(p, StringComparison.Ordinal)))
                || name.Split('-').Contains(k)).ToList() : [];
        if (fits.Count == 1 && !(known.Contains(name) && _wish.Command is not null
            && _wish.Time is not null))
        {
            _wish.Jobs.Add(fits[0]);
            _wish.Name = null;
        }
    }

    private bool GoesOn() => _wish.About.Any(a => _jobs.Find(a) is not null) && _wish.Changes
        && (_wish.Command is null || _wish.Time is null || clause.Corrects)
        && _wish.Task is null && !Says("new") && !Says("another");

    /// <summary>A job that is not there is to be changed, or nothing says which.</summary>
    private Reply? Missing()
    {
        if (_wish.Name is { } none && _wish.Command is null && Topic("now") && _wish.Time is null)
        {
            return Reply.Refuse($"There is no job {none}"
                + (_jobs.Names.Count == 0 ? "." : $"; declared are {Wording.Some(_jobs.Names)}."));
        }
        if (_wish is { Command: null, Task: null, Name: null } && _jobs.Names.Count > 0
            && clause.Lexemes.Where((l, i) => l.Key(Part.Reference) == "it" && (l.Text is "it"
                or "this" || l.Text is "that" && !(i > 0
                    && clause.Lexemes[i - 1].Is(Part.Topic, "job")))).Any())
        {
            return WhichOne("change");
        }
        var makes = _wish.Command is not null || _wish.Task is not null
            || clause.Verb is "create" or "have" || Topic("script");
        if (makes)
        {
            return null;
        }
        if (_wish.Name is { } name && clause.Verb is "set" or "move" or "replace" or "raise"
            or "lower" or "upgrade")
        {
            return _jobs.Names.Count == 0
                ? Reply.Refuse($"There is no job {name}; no jobs are declared.")
                : Reply.Ask($"There is no job {name}. Which do you mean: "
                    + $"{Wording.List(_jobs.Names.Take(8), "or")}?", _jobs.Names, Choose);
        }
        return _jobs.Names.Count > 0 && (_wish.Time is null || clause.Verb is "set" or "move"
            or "replace") ? WhichOne("change") : null;
    }

    private Reply WhichOne(string verb)
    {
        var names = _jobs.Names;
        if (_wish.Name is { } missing)
        {
            return names.Count == 0
                ? Reply.Absent($"There is no job {missing}; no jobs are declared.")
                : Reply.Absent($"There is no job {missing}. Declared are {Wording.Some(names)}.");
        }
        return names.Count == 0 ? Reply.Same("No jobs are declared.")
            : Reply.Ask($"Which job shall I {verb}: {Wording.List(names.Take(10), "or")}?", names,
                Choose);
    }

    private bool Choose(Clause answer)
    {
        var names = _jobs.Names;
        var said = answer.Attributes.OfType<JobWish>().FirstOrDefault();
        var chosen = answer.Lexemes.SelectMany(l => names.Where(n => l.Named(Known.Job) == n
            || l.Text == n || n.Split('-').Contains(l.Text))).Distinct().ToList();
        chosen = answer.Lexemes.Any(l => l.Key(Part.Reference) is "all" or "them")
            ? names : chosen;
        if (chosen.Count == 0)
        {
            return false;
        }
        if (said is not null)
        {
            _wish.Take(said);
        }
        _wish.Jobs.Clear();
        _wish.Jobs.AddRange(chosen);
        _wish.Name = null;
        return true;
    }

    private List<string> Chosen() => _wish.Jobs.Count > 0 ? _wish.Jobs
        : _wish.All || _wish.Except.Count > 0 ? [.. _jobs.Names.Except(_wish.Except)]
        : _wish.Name is null ? [.. _wish.About.Where(a => _jobs.Find(a) is not null)] : [];

    private Reply Keep(string job)
    {
        if (_jobs.Find(job) is not null)
        {
            return Reply.Same($"{job} stays as it is.");
        }
        // It went in the turn before: that comes back, and what else went then stays away.
        if (!session.Before.TryPeek(out var earlier)
            || earlier.Files[ScheduledFile.File] is not { } text
            || !_wish.About.Contains(job))
        {
            return Reply.Absent($"There is no job {job}.");
        }
        session.Draft.Restore(session.Draft.Files.With(ScheduledFile.File, text));
        var gone = _wish.About.Except(_wish.Jobs).ToList();
        gone.ForEach(_jobs.Remove);
        return Reply.Done(gone.Count == 0 ? $"leave {job} as it is"
            : $"leave {job} as it is and remove {Wording.List(gone)}");
    }

    private Reply Rename()
    {
        var which = _wish.Jobs.Count > 0 ? _wish.Jobs
            : [.. _wish.About.Where(a => _jobs.Find(a) is not null)];
        if (which is not [var job] || _wish.Name is not { } name)
        {
            return _wish.Name is null ? Reply.Ask("What shall the job be called?", [])
                : Reply.Ask($"Which job shall I rename to {_wish.Name}?", _jobs.Names, answer =>
                {
                    var name = _wish.Name;
                    var chosen = Choose(answer);
                    _wish.Name = name;
                    return chosen;
                });
        }
        if (_jobs.Find(name) is not null)
        {
            return Reply.Refuse($"There is a job {name} already.");
        }
        _jobs.Set(job, "name", EditValue.Of(name));
        Remember([name]);
        return Reply.Done($"rename the job {job} to {name}");
    }

    private List<Reply> RemoveAll(List<string> gone)
    {
        var replies = gone.ConvertAll(Remove);
        Remember([.. gone]);
        return replies;
    }

    private Reply Remove(string job)
    {
        if (_jobs.Find(job) is null)
        {
            return Reply.Absent($"There is no job {job}.");
        }
        _jobs.Remove(job);
        return Reply.Done($"remove the job {job}").With(Risk.Medium)
            .Note("The way back is \"undo that\", and `loam revert` once it is applied.");
    }

    private Reply Pause()
    {
        if (Chosen().ToList() is not [var job, ..] jobs)
        {
            return WhichOne("stop");
        }
        return Reply.Ask($"A job can't be paused: it is declared, or it is not. Shall I remove "
            + $"{Wording.List(jobs)}? It comes back with \"undo that\", or with `loam revert` "
            + "once that is applied.", [$"remove {job}", "no"], answer =>
            {
                if (!answer.Lexemes.Any(l => l.IsGlue("yes")) && answer.Verb != "remove")
                {
                    return false;
                }
                clause.Verb = "remove";
                _wish.Jobs.Clear();
                _wish.Jobs.AddRange(jobs);
                return true;
            });
    }

    private Reply RunNow() => Reply.Refuse($"Running a job changes nothing in the files: "
        + $"`loam run-job {_wish.Jobs[0]}` runs it now.");

    private Reply WhatAbout(string job)
    {
        Remember([job]);
        var found = _jobs.Find(job);
        return found is null ? Reply.Absent($"There is no job {job}.")
            : Reply.Ask($"What about {job}? It runs `{JobFields.Command(found)}` "
                + $"{JobFields.Where(found)} {JobFields.When(found)}.",
                [$"run {job} every day at 3", $"alert me when {job} fails", $"remove {job}"]);
    }

    private IEnumerable<Reply> Changes(List<string> jobs)
    {
        foreach (var job in jobs)
        {
            if (_jobs.Find(job) is { } present)
            {
                Remember(jobs);
                yield return new JobChanges(clause, session, _jobs, _wish).Change(job, present);
            }
        }
    }

    private void Remember(IReadOnlyList<string> names) => session.About = new(subject, names);

    private bool Says(string word) => clause.Lexemes.Any(l => l.Text == word);

    private bool Topic(string key) => clause.Lexemes.Any(l => l.Is(Part.Topic, key));
}
