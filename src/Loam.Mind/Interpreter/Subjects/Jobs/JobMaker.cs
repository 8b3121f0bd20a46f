using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Makes a new job, or asks for what cannot be guessed.</summary>
/// <param name="remember">Told the name of what was made.</param>
internal sealed class JobMaker(
    Clause clause, Session session, JobFields jobs, JobWish wish,
    Action<IReadOnlyList<string>> remember)
{
    public Reply Make()
    {
        var (container, problem) = Container();
        if (problem is not null)
        {
            return problem;
        }
        if (wish.Command?.Split(' ') is ["restart" or "stop" or "start" or "update", var name, ..]
            && session.Draft.State.Services.ContainsKey(name))
        {
            return JobTurn.Of(clause);
        }
        var command = wish.Command is { } said ? EditValue.Of(said) : null;
        if (command is null)
        {
            (command, container, problem) = JobTasks.Command(wish, container, session, clause);
            if (problem is not null)
            {
                return problem;
            }
        }
        if (command is null)
        {
            return AskCommand(container);
        }
        if (wish.Time is null && wish.Months is null)
        {
            return Reply.Ask("When shall it run?",
                ["every day at 3", "every hour", "every Sunday at 4"], answer =>
                {
                    var more = answer.Attributes.OfType<JobWish>().FirstOrDefault();
                    var time = more?.Time
                        ?? Parsing.Times.TimeReader.Read(new([.. answer.Lexemes]));
                    wish.Time = time is { Impossible: null } ? time : null;
                    return wish.Time is not null;
                });
        }
        return Write(command, container);
    }

    private Reply Write(EditValue command, string? container)
    {
        var text = Text(command);
        var cron = JobTimes.New(wish);
        if (Same(text, container, cron) is { } same)
        {
            return Reply.Same($"The job {same} does that already.");
        }
        var name = jobs.Free(wish.Name ?? JobCommand.Name(text, container));
        var host = container is null && wish.Image is null;
        var access = host ? [.. wish.Access.Concat(JobCommand.Access(text)
            .Where(a => !wish.Access.Contains(a)
                && !wish.Access.Contains("write:" + a[(a.IndexOf(':', StringComparison.Ordinal)
                    + 1)..]))).Distinct()] : new List<string>();
        var fields = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)), ("schedule", new ScalarEdit(cron, Quote: true)),
        };
        if (container is not null)
        {
            fields.Add(("container", EditValue.Of(container)));
        }
        else if (wish.Image is { } image)
        {
            fields.Add(("image", EditValue.Of(image.Short)));
        }
        fields.Add(("command", command));
        if (access.Count > 0)
        {
            fields.Add(("access", EditValue.List([.. access.Select(EditValue.Of)])));
        }
        Add(fields, "timeout", wish.Timeout);
        if (wish.Retries is { } retries)
        {
            fields.Add(("retries", EditValue.Of(retries)));
        }
        Add(fields, "on_success", wish.OnSuccess);
        Add(fields, "on_failure", wish.OnFailure);
        jobs.Add(fields);
        remember([name]);
        return Said(name, text, cron, container, access);
    }

    private Reply Said(
        string name, string text, string cron, string? container, List<string> access)
    {
        var host = container is null && wish.Image is null;
        var where = container is not null ? $"in {container}" : wish.Image is { } image
            ? $"in a fresh container of {image.Short}" : "in the host's sandbox";
        var told = JobTimes.Told(wish);
        var reply = Reply.Done($"run `{text}` {where} {ScheduleWords.Of(cron)}, as the job {name}"
                + told)
            .With(JobCommand.Harm(text, host));
        reply = JobTimes.Assumed(wish) is { } assumed ? reply.Note(assumed) : reply;
        if (host)
        {
            reply = reply.Note(access.Count == 0
                ? "The sandbox reaches no files and no network; say what it needs, such as "
                    + "\"with write access to /srv/data\"."
                : $"The sandbox may {Rights(access)}, and nothing else; say what else it needs.");
        }
        if (reply.Risk >= Risk.High)
        {
            reply = reply.Note("What it deletes each time does not come back.");
        }
        return JobTimes.Nobody(wish, session) is { } nobody ? reply.Note(nobody) : reply;
    }

    private static string Rights(List<string> access) => Wording.List(access.Select(a =>
        a.StartsWith("read:", StringComparison.Ordinal) ? $"read {a[5..]}"
        : a.StartsWith("write:", StringComparison.Ordinal) ? $"write {a[6..]}"
        : $"reach {a[8..]}"));

    private static void Add(List<(string, EditValue)> fields, string field, string? value)
    {
        if (value is not null)
        {
            fields.Add((field, EditValue.Of(value)));
        }
    }

    private static string Text(EditValue command) => command is ListEdit list
        ? string.Join(' ', list.Items.OfType<ScalarEdit>().Select(i => i.Text))
        : ((ScalarEdit)command).Text;

    private string? Same(string text, string? container, string cron) => jobs.All
        .Where(j => j.Text("schedule") == cron && j.Text("container") == container
            && JobFields.Command(j) == text && (wish.Name is null || j.Text("name") == wish.Name)
            && wish.Timeout is null && wish.Retries is null && wish.OnSuccess is null
            && wish.OnFailure is null)
        .Select(j => j.Text("name")).FirstOrDefault();

    /// <summary>The service it runs in; null: none was named.</summary>
    private (string?, Reply?) Container()
    {
        if (wish.Image is not null || wish.OnHost)
        {
            return (null, null);
        }
        if (wish.Unknown is { } unknown && !session.Draft.State.Services.ContainsKey(unknown))
        {
            return session.Draft.State.Services.TryGetValue(unknown, out var known)
                ? (known.Name, null)
                : (null, Reply.Ask($"There is no service {unknown}. In which service's container "
                    + "shall it run, or on the host?",
                    [.. session.Draft.State.Services.Keys.Take(6), "on the host"], answer =>
                    {
                        wish.Unknown = null;
                        return Place(answer);
                    }));
        }
        return JobPlaces.Resolve(wish, clause, session) is var (name, problem)
            && (name is not null || problem is not null) ? (name, problem) : (Own(), null);
    }

    /// <summary>"Pihole -g": a program of the service that is called so; null: none is.</summary>
    private string? Own()
    {
        var program = wish.Command?.Split(' ')[0];
        return program is null || wish.OnHost || wish.Image is not null || wish.Access.Count > 0
            || !session.Draft.State.Services.TryGetValue(program, out var service)
            ? null : service.Name;
    }

    private bool Place(Clause answer)
    {
        var host = answer.Lexemes.Any(l => l.Text.Contains("host", StringComparison.Ordinal)
            || l.Is(Part.Topic, "host"));
        var target = answer.Attributes.OfType<JobWish>().FirstOrDefault()?.Containers
            .FirstOrDefault();
        var named = answer.Lexemes.FirstOrDefault(l => l.Named(Known.Service) is not null);
        wish.OnHost = host;
        if (target is not null || named is not null)
        {
            wish.Containers.Clear();
            wish.Containers.Add(target ?? new(named!.Text, named.Namings, null, false, null));
        }
        return host || target is not null || named is not null;
    }

    private Reply AskCommand(string? container)
    {
        var what = wish.Name ?? "it";
        var where = container is null ? "" : $" in {container}";
        return Reply.Ask($"What command shall {what} run{where}?",
            container is null ? ["/opt/backup.sh", "curl -fsS https://example.com/ping"]
                : ["php cron.php", "/scripts/nightly.sh"], answer =>
            {
                var more = answer.Attributes.OfType<JobWish>().FirstOrDefault();
                if (answer.Lexemes.Any(l => l.IsGlue("no")) || answer.Count == 0)
                {
                    return false;
                }
                if (more is { Command: not null })
                {
                    var time = wish.Time;
                    wish.Take(more);
                    wish.Time = more.Time ?? time;
                    return true;
                }
                wish.Command = string.Join(' ', answer.Lexemes.Select(l => l.Original));
                return true;
            });
    }
}
