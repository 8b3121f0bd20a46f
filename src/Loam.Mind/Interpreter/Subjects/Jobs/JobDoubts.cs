using Loam.Core.Resources;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Times that no schedule can say, and what is near them.</summary>
internal sealed class JobDoubts(Clause clause, Session session, JobFields jobs, JobWish wish)
{
    private const int Hour = 3_600_000;

    public Reply? Impossible()
    {
        if (wish.Never == "zone")
        {
            var zone = session.Draft.State.Specs.GetValueOrDefault(ManifestFile.File)
                ?.Text("timezone");
            return Reply.Ask("Schedules follow the machine's own time zone"
                + (zone is null ? "" : $", {zone}") + ". When is it by the machine's clock?",
                ["every day at 9"], answer => When(answer));
        }
        if (wish.Never is { } never)
        {
            return Reply.Refuse(never);
        }
        if (wish.Unlimited && wish.Jobs.Concat(wish.About).FirstOrDefault() is { } long_
            && jobs.Find(long_)?.Number("timeout") > Hour)
        {
            return Reply.Ask("Every job ends after some time, without a limit of its own after 1h. "
                + $"How long may {long_} run?", ["12h", "24h"], answer =>
                {
                    wish.Timeout = answer.Attributes.OfType<JobWish>().FirstOrDefault()?.Timeout;
                    wish.Unlimited = wish.Timeout is null;
                    return !wish.Unlimited;
                });
        }
        if (wish.Vague && wish.Time is null)
        {
            var job = wish.Jobs.Concat(wish.About).FirstOrDefault();
            var now = job is null || jobs.Find(job) is not { } found ? ""
                : $" It runs {JobFields.When(found)} now.";
            return Reply.Ask($"How often shall {job ?? "it"} run?{now}",
                ["every hour", "every 6 hours", "every day at 3"], When);
        }
        return wish.Time?.Impossible is { } why
            ? Reply.Ask($"{why} What shall it be?", Nearest(), When) : null;
    }

    private bool When(Clause answer)
    {
        var said = answer.Attributes.OfType<JobWish>().FirstOrDefault();
        if ((said?.Time ?? Parsing.Times.TimeReader.Read(new([.. answer.Lexemes])))
            is not { Impossible: null } time)
        {
            return false;
        }
        (wish.Time, wish.Never, wish.Vague) = (time, null, false);
        return true;
    }

    /// <summary>Intervals that come out even, near the one said.</summary>
    private IEnumerable<string> Nearest()
    {
        var said = clause.Lexemes.FirstOrDefault(l => l.IsNumber && l.Unit is "s" or "min" or "h");
        if (said?.Unit == "s")
        {
            return ["every minute", "every 5 minutes"];
        }
        var (unit, even) = said?.Unit == "h" ? ("hours", (int[])[2, 3, 4, 6, 8, 12])
            : ("minutes", [1, 2, 5, 10, 15, 20, 30]);
        var near = said is null ? [] : even.OrderBy(e => Math.Abs(e - said.Value)).Take(2)
            .Select(e => $"every {e} {unit}").ToList();
        return said is null ? ["every day at 3", "every week", "on the 1st of every month"]
            : [.. near, said.Unit == "h" ? "every day" : "every hour"];
    }
}
