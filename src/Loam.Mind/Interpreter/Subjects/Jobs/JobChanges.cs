using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Changes of a job that is there: only the fields that were spoken of.</summary>
internal sealed class JobChanges(Clause clause, Session session, JobFields jobs, JobWish wish)
{
    private readonly List<string> _done = [];
    private readonly List<string> _same = [];
    private Risk _risk = Risk.Low;

    public Reply Change(string job, MapValue present)
    {
        if (((wish.Time ?? (object?)wish.Months ?? wish.Shift) is not null
                || wish.Season != default)
            && Schedule(job, present) is { } problem)
        {
            return problem;
        }
        if (Place(job, present) is { } which)
        {
            return which;
        }
        Command(job, present);
        Limits(job, present);
        if (wish.Name is { } name && jobs.Find(name) is null)
        {
            jobs.Set(job, "name", EditValue.Of(name));
            _done.Add($"call {job} {name}");
            session.About = session.About! with { Names = [name] };
        }
        if (_done.Count == 0)
        {
            return Reply.Same(_same.Count > 0 ? $"{job} {Wording.List(_same)} already."
                : $"{job} stays as it is.");
        }
        var reply = Reply.Done(Wording.List(_done)).With(_risk);
        return JobTimes.Nobody(wish, session) is { } nobody ? reply.Note(nobody) : reply;
    }

    private Reply? Schedule(string job, MapValue present)
    {
        var old = present.Text("schedule") ?? "";
        if (JobTimes.Changed(old, wish) is not { } cron)
        {
            return Reply.Ask($"{job} runs {ScheduleWords.Of(old)}; when shall it run instead?",
                ["every day at 3", "every hour"], answer =>
                {
                    var time = answer.Attributes.OfType<JobWish>().FirstOrDefault()?.Time
                        ?? Parsing.Times.TimeReader.Read(new([.. answer.Lexemes]));
                    (wish.Time, wish.Shift, wish.Adds) = (time, null, false);
                    return time is { Impossible: null };
                });
        }
        if (cron == old || ScheduleWords.Of(cron) == ScheduleWords.Of(old))
        {
            _same.Add($"runs {ScheduleWords.Of(old)}");
            return null;
        }
        jobs.Set(job, "schedule", new ScalarEdit(cron, Quote: true));
        _done.Add($"run {job} {ScheduleWords.Of(cron)} instead of {ScheduleWords.Of(old)}");
        return null;
    }

    private Reply? Place(string job, MapValue present)
    {
        if (wish.Tag is { } tag && present.Text("image") is { } written)
        {
            var at = written.LastIndexOf(':');
            var bare = at > written.LastIndexOf('/') ? written[..at] : written;
            // "V3", where the tag that is there is 2
            tag = tag is ['v' or 'V', .. var number] && at > 0 && at + 1 < written.Length
                && char.IsAsciiDigit(written[at + 1]) && char.IsAsciiDigit(number[0])
                ? number : tag;
            var image = $"{bare}:{tag}";
            Image(job, present, ImageReference.Parse(image, out _)?.Short ?? image);
        }
        else if (wish.Image is { } image)
        {
            Image(job, present, image.Short);
        }
        else if (wish.OnHost)
        {
            jobs.Unset(job, "container");
            jobs.Unset(job, "image");
            _done.Add($"run {job} in the host's sandbox");
            _risk = Risk.Medium;
        }
        else if (wish.Containers.Count > 0)
        {
            var (container, problem) = JobPlaces.Resolve(wish, clause, session);
            if (problem is not null)
            {
                return problem;
            }
            if (container is not null && container != present.Text("container"))
            {
                jobs.Unset(job, "image");
                jobs.Unset(job, "access");
                jobs.Set(job, "container", EditValue.Of(container));
                _done.Add($"run {job} in {container}");
            }
            else if (container is not null)
            {
                _same.Add($"runs in {container}");
            }
        }
        return null;
    }

    private void Image(string job, MapValue present, string image)
    {
        if (present.Text("image") == image)
        {
            _same.Add($"uses {image}");
            return;
        }
        jobs.Unset(job, "container");
        jobs.Unset(job, "access");
        jobs.Set(job, "image", EditValue.Of(image));
        _done.Add($"run {job} with {image}");
    }

    private void Command(string job, MapValue present)
    {
        var host = !present.Has("container") && !present.Has("image");
        if (wish.Command is { } command)
        {
            if (JobFields.Command(present) == command)
            {
                _same.Add($"runs `{command}`");
            }
            else
            {
                jobs.Set(job, "command", EditValue.Of(command));
                _done.Add($"have {job} run `{command}`");
                _risk = JobCommand.Harm(command, host);
            }
        }
        if (wish.Days is { } days && wish.Command is null && Age(job, present, days))
        {
            _risk = Risk.High;
        }
        if (wish.Argument is { } argument && wish.Command is null)
        {
            jobs.Set(job, "command", JobArguments.Changed(present, argument));
            var reaches = present.Texts("access");
            if (argument.Old.Length > 0 && argument.New.Length > 0
                && reaches.Any(r => r.EndsWith($":{argument.Old}", StringComparison.Ordinal)))
            {
                jobs.Set(job, "access", EditValue.List([.. reaches
                    .Select(r => r.Replace($":{argument.Old}", $":{argument.New}",
                        StringComparison.Ordinal)).Select(EditValue.Of)]));
            }
            _done.Add(argument.Old.Length == 0 ? $"have {job} run with {argument.New} as well"
                : argument.New.Length == 0 ? $"have {job} run without {argument.Old}"
                : $"have {job} run with {argument.New} instead of {argument.Old}");
            _risk = JobCommand.Harm(JobFields.Command(jobs.Find(job)!), host);
        }
        if (wish.Url is { } url)
        {
            Url(job, present, url);
        }
        var rights = wish.Access.Concat(wish.Command is { } run && host && wish.Image is null
                && wish.Containers.Count == 0 ? JobCommand.Access(run) : [])
            .Except(present.Texts("access")).Distinct().ToList();
        rights.RemoveAll(r => r.StartsWith("read:", StringComparison.Ordinal)
            && present.Texts("access").Contains("write:" + r[5..]));
        if (rights.Count > 0)
        {
            jobs.Set(job, "access", EditValue.List(
                [.. present.Texts("access").Concat(rights).Select(EditValue.Of)]));
            _done.Add($"give {job} {Wording.List(rights)}");
            _risk = _risk > Risk.Medium ? _risk : Risk.Medium;
        }
    }

    /// <summary>Files of another age are deleted: only that number of the command changes.
    /// </summary>
    private bool Age(string job, MapValue present, int days)
    {
        var words = JobFields.Command(present).Split(' ');
        var at = Array.FindIndex(words, w => w is "-mtime" or "-atime" or "-ctime") + 1;
        if (at <= 0 || at >= words.Length || words[at].Trim('+', '-').Length == 0)
        {
            return false;
        }
        if (words[at] == $"+{days}")
        {
            _same.Add($"takes what is older than {days} days");
            return false;
        }
        words[at] = $"+{days}";
        var list = present.Texts("command") is not ["/bin/sh", "-c", _];
        jobs.Set(job, "command", list ? EditValue.List([.. words.Select(EditValue.Of)])
            : EditValue.Of(string.Join(' ', words)));
        _done.Add($"have {job} take what is older than {days} days");
        return true;
    }

    /// <summary>The address in the command is another; everything else of it stays.</summary>
    private void Url(string job, MapValue present, string url)
    {
        var words = present.Texts("command");
        var at = -1;
        for (var i = 0; i < words.Length; i++)
        {
            at = words[i].Contains("://", StringComparison.Ordinal) ? i : at;
        }
        if (at < 0)
        {
            return;
        }
        var old = words[at].Split(' ').First(w => w.Contains("://", StringComparison.Ordinal))
            .Trim('"', '\'');
        if (old == url)
        {
            _same.Add($"uses {url}");
            return;
        }
        if (words is ["/bin/sh", "-c", var line])
        {
            jobs.Set(job, "command",
                EditValue.Of(line.Replace(old, url, StringComparison.Ordinal)));
        }
        else
        {
            jobs.SetWord(job, at, EditValue.Of(url));
        }
        var right = JobCommand.Access(old).FirstOrDefault();
        if (right is not null && present.Texts("access").Contains(right))
        {
            jobs.Set(job, "access", EditValue.List([.. present.Texts("access")
                .Select(a => a == right ? JobCommand.Access(url).FirstOrDefault() ?? a : a)
                .Distinct().Select(EditValue.Of)]));
        }
        _done.Add($"have {job} call {url} instead of {old}");
    }

    private void Limits(string job, MapValue present)
    {
        if (wish.TimeoutFactor is { } factor && present.Number("timeout") is { } limit
            && decimal.Round(limit * factor / 1000) is >= 1 and var seconds)
        {
            wish.Timeout = seconds % 3600 == 0 ? $"{seconds / 3600:0}h"
                : seconds % 60 == 0 ? $"{seconds / 60:0}m" : $"{seconds:0}s";
        }
        if (wish.Silences && present.Text("on_success") is "notify" or "alert")
        {
            wish.OnSuccess = "ignore";
        }
        if (wish.Unlimited)
        {
            Unlimit(job, present);
        }
        if (wish.Timeout is { } timeout)
        {
            Set(job, "timeout", timeout, present.Number("timeout") == Milliseconds(timeout),
                $"give {job} at most {timeout}", $"may run {timeout}");
        }
        if (wish.Retries is { } retries)
        {
            var same = present.Number("retries") == retries;
            if (!same)
            {
                jobs.Set(job, "retries", EditValue.Of(retries));
            }
            (same ? _same : _done).Add(same ? $"has {retries} retries"
                : retries == 0 ? $"try {job} only once"
                : retries == 1 ? $"try {job} once more when it fails"
                : $"retry {job} up to {retries} times");
        }
        foreach (var (field, how, when) in (ReadOnlySpan<(string, string?, string)>)
            [("on_failure", wish.OnFailure, "fails"), ("on_success", wish.OnSuccess, "worked")])
        {
            if (how is not null)
            {
                var said = how == "ignore" ? "say nothing" : how == "alert" ? "raise an alert"
                    : "send a message";
                // What stands there by default alone is written for a job that is new here.
                var stands = present.Text(field) == how && (present[field]!.At is not null
                    || session.BaseState.Specs.GetValueOrDefault(ScheduledFile.File)?
                        .Maps("jobs").Any(j => j.Text("name") == job) == true);
                Set(job, field, how, stands, $"{said} when {job} {when}",
                    how == "ignore" ? $"is silent when it {when}"
                        : $"{(how == "alert" ? "alerts" : "tells")} when it {when}");
            }
        }
    }

    /// <summary>Every job ends after some time: without a limit of its own, after an hour.
    /// </summary>
    private void Unlimit(string job, MapValue present)
    {
        if (present["timeout"]?.At is null)
        {
            _same.Add("has no limit of its own and ends after 1h");
            return;
        }
        jobs.Unset(job, "timeout");
        _done.Add($"take the limit of {job} away, so that it ends after 1h as every job does");
    }

    private void Set(
        string job, string field, string value, bool already, string done, string same)
    {
        if (!already)
        {
            jobs.Set(job, field, EditValue.Of(value));
        }
        (already ? _same : _done).Add(already ? same : done);
    }

    private static decimal Milliseconds(string duration) =>
        decimal.Parse(duration[..^1], System.Globalization.CultureInfo.InvariantCulture)
        * duration[^1] switch { 's' => 1000, 'm' => 60_000, 'h' => 3_600_000, _ => 86_400_000 };
}
