using Loam.Core.Scheduling;

namespace Loam.Cli.Views;

/// <summary>Jobs for people.</summary>
internal static class JobView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<JobStatus> jobs, DateTimeOffset now, Look look)
    {
        if (jobs.Count == 0)
        {
            return Paragraph.Of("No jobs. Say what should happen when, for instance: every night "
                + "at 3, run `redis-cli save` in redis.", look);
        }
        var table = new Table("", "JOB", "WHEN", "IN", "LAST", "NEXT");
        foreach (var job in jobs)
        {
            var last = job.Runs.FirstOrDefault();
            var (mark, ink) = job.Running is not null ? ("◐", Ink.Warn) : last switch
            {
                null => ("○", Ink.Dim),
                { HasFailed: true } => ("✗", Ink.Bad),
                _ => ("●", Ink.Good),
            };
            table.Add(new(mark, ink), new(job.Name, Ink.Bold), new(job.When), new(job.Where),
                new(job.Running is { } since ? $"runs for {Units.Age(now - since)}"
                    : last is null ? "never" : $"{Units.Age(now - last.Started)} ago"),
                new(job.Next is { } next ? $"{next:yyyy-MM-dd HH:mm}" : ""));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> One(JobStatus job, DateTimeOffset now, Look look)
    {
        foreach (var line in Table([job], now, look))
        {
            yield return line;
        }
        foreach (var run in job.Runs.Reverse())
        {
            yield return Line.Empty;
            yield return new Line($"{run.Started:yyyy-MM-dd HH:mm:ss}", Ink.Dim)
                .Add($"  {run.Trigger}  ", Ink.Dim);
            foreach (var line in Ended(job.Name, run, look))
            {
                yield return line;
            }
        }
    }

    public static IEnumerable<Line> Ended(string name, JobRun run, Look look)
    {
        foreach (var line in run.Output.TrimEnd('\n').Split('\n').Where(l => l.Length > 0))
        {
            yield return new Line(look.Clean(line));
        }
        var took = run.Ended is { } ended ? $" {Units.Took(ended - run.Started)}" : "";
        var tries = run.Tries > 1 ? $", {run.Tries} tries" : "";
        yield return run.HasFailed
            ? new Line("✗ ", Ink.Bad).Add($"{name}: {run.Explained}{tries}")
            : new Line("✓ ", Ink.Good).Add($"{name}{took}{tries}");
    }
}
