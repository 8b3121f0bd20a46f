using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Questions about jobs, answered from the state.</summary>
internal static class JobAnswers
{
    public static Reply To(Clause clause, Session session, JobSubject subject)
    {
        var wish = clause.Attributes.OfType<JobWish>().First();
        var jobs = new JobFields(session.Draft);
        for (var at = 0; at < clause.Count; at++)
        {
            clause.Use(at);
        }
        if (jobs.Names.Count == 0)
        {
            return Reply.Answer("No jobs are declared. Say what shall run and when, such as \"run "
                + "/opt/backup.sh every night at 3\".");
        }
        wish.Jobs.RemoveAll(j => jobs.Find(j) is null);
        var names = wish.Jobs.Count > 0 ? wish.Jobs
            : wish.Name is { } given ? jobs.Names.Where(n => n == given
                || n.Split('-').Contains(given)).ToList()
            : wish.About.Count > 0 && clause.Lexemes.Any(l => l.Is(Part.Reference))
                ? [.. wish.About.Where(a => jobs.Find(a) is not null)] : [];
        session.About = new(subject, names);
        if (names.Count == 0 && wish.Name is { } missing)
        {
            return Reply.Answer($"There is no job {missing}; declared are "
                + $"{Wording.Some(jobs.Names)}.");
        }
        var past = clause.Lexemes.Any(l => l.Text is "did" or "ran" or "last"
            || l.Text.StartsWith("when did", StringComparison.Ordinal)
            || l.Text.StartsWith("when was", StringComparison.Ordinal)
            || l.Is(Part.Topic, "lastrun") || l.IsField("history"));
        if (past || clause.Question is "why" && clause.Lexemes.Any(l => l.Is(Part.Topic, "fail")))
        {
            return Reply.Answer("`loam jobs` shows when each job ran last and how it went"
                + (names.Count == 0 ? "." : $"; {Short(jobs, names)}"));
        }
        if (names.Count > 0)
        {
            return Reply.Answer(string.Join(" ", names.Select(n => Whole(jobs.Find(n)!)))
                + (clause.Question == "when" || clause.Lexemes.Any(l => l.Text == "next")
                    ? Next(jobs.Find(names[0])!, session) : ""));
        }
        return During(wish, clause, jobs) ?? Reply.Answer(
            $"{(jobs.Names.Count == 1 ? "One job is" : $"{jobs.Names.Count} jobs are")} declared: "
            + string.Join("; ", jobs.All.Take(12).Select(j =>
                $"{j.Text("name")} runs {JobFields.When(j)} {JobFields.Where(j)}")) + ".");
    }

    /// <summary>"What runs at night?"</summary>
    private static Reply? During(JobWish wish, Clause clause, JobFields jobs)
    {
        if (wish.Time is not { Impossible: null } time || time.Cron.Split(' ') is not
            [_, var hour, _, _, var days])
        {
            return null;
        }
        var part = clause.Lexemes.SelectMany(l => l.Text.Split(' '))
            .Select(w => TimeWords.English.Of(w, "part")).FirstOrDefault(p => p is not null);
        var (from, to) = part switch
        {
            "2" => (22, 6), "7" => (5, 11), "15" => (12, 17), "19" => (17, 22), "12" => (11, 13),
            "0" => (23, 1),
            _ => int.TryParse(hour, out var at) && time.SaysClock ? (at, at) : (0, 23),
        };
        var found = jobs.All.Where(j => Runs(j, from, to, days)).ToList();
        return Reply.Answer(found.Count == 0
            ? "Nothing is scheduled then. Declared are " + string.Join("; ", jobs.All.Take(8)
                .Select(j => $"{j.Text("name")}, {JobFields.When(j)}")) + "."
            : string.Join("; ", found.Take(12).Select(j =>
                $"{j.Text("name")} runs {JobFields.When(j)}")) + ".");
    }

    private static bool Runs(MapValue job, int from, int to, string days)
    {
        var fields = (job.Text("schedule") ?? "").Split(' ');
        return fields.Length == 5 && Hours(fields[1]).Any(h => from <= to ? h >= from && h <= to
                : h >= from || h <= to)
            && (days == "*" || fields[4] == "*" || fields[4].Split(',').Intersect(days.Split(','))
                .Any());
    }

    private static IEnumerable<int> Hours(string field)
    {
        foreach (var item in field.Split(','))
        {
            var parts = item.Split('/');
            var step = parts.Length > 1 && int.TryParse(parts[1], out var every) ? every : 1;
            var ends = parts[0].Split('-');
            var low = parts[0] == "*" ? 0 : int.TryParse(ends[0], out var first) ? first : 24;
            var high = parts[0] == "*" || (parts.Length > 1 && ends.Length == 1) ? 23
                : int.TryParse(ends[^1], out var last) ? last : low;
            for (var hour = low; hour <= high && hour < 24; hour += Math.Max(1, step))
            {
                yield return hour;
            }
        }
    }

    /// <summary>When it comes next; empty where the machine's time zone is not declared.
    /// </summary>
    private static string Next(MapValue job, Session session)
    {
        var name = session.Draft.State.Specs.GetValueOrDefault(ManifestFile.File)
            ?.Text("timezone");
        if (name is null || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            || CronSchedule.Parse(job.Text("schedule") ?? "", out _)?.Next(
                session.Draft.Now, zone) is not { } next)
        {
            return " `loam jobs` shows the next time.";
        }
        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $" Next it comes on {next:dddd d MMMM} at {next:H:mm}.");
    }

    private static string Short(JobFields jobs, List<string> names) => Wording.List(
        names.Select(n => $"{n} runs {JobFields.When(jobs.Find(n)!)}")) + ".";

    public static string Whole(MapValue job)
    {
        var told = job.Text("on_failure") switch
        {
            "ignore" => "nobody hears when it fails",
            "alert" => "an alert stays when it fails",
            _ => "a message is sent when it fails",
        } + (job.Text("on_success") is "notify" or "alert" ? ", and one when it worked" : "");
        return $"{job.Text("name")} runs `{JobFields.Command(job)}` {JobFields.Where(job)} "
            + $"{JobFields.When(job)} (by the machine's clock); {told}.";
    }
}
