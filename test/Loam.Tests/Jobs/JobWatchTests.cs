using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Drivers.Containers;
using Loam.Drivers.Jobs;
using Loam.Simulation.Running;
using Loam.Supervision;

namespace Loam.Tests.Jobs;

/// <summary>Jobs over hours and days of a clock that leaps.</summary>
public sealed class JobWatchTests : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly VirtualTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<Job> _jobs = [];
    private readonly List<(string Job, DateTimeOffset At)> _ran = [];
    private readonly EventLog _events;
    private JobWatch _watch;
    private Func<Job, CancellationToken, Task<ExecResult>> _does =
        (_, _) => Task.FromResult(new ExecResult(0, "done\n"));

    public JobWatchTests()
    {
        _events = new(_time);
        _watch = Make();
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public void A_job_runs_at_its_times()
    {
        Add("hourly", "0 * * * *");
        Pass(TimeSpan.FromHours(3));
        _ran.Select(r => r.At.Hour).ShouldBe([13, 14, 15]);
        var run = _watch.List().ShouldHaveSingleItem().Runs[0];
        run.Trigger.ShouldBe("schedule");
        run.Output.ShouldBe("done\n");
        run.HasFailed.ShouldBeFalse();
        _watch.List()[0].Next.ShouldBe(At(16));
    }

    [Fact]
    public void What_was_missed_is_made_up_for_by_one_run()
    {
        Add("hourly", "0 * * * *");
        Pass(TimeSpan.FromMinutes(1));
        _time.Run(() => Task.Delay(TimeSpan.FromHours(5.5), _time), () => false,
            TimeSpan.FromDays(1));
        _watch = Make();
        Pass(TimeSpan.FromMinutes(5));

        _ran.ShouldHaveSingleItem();
        _watch.List()[0].Runs.ShouldHaveSingleItem().Trigger.ShouldBe("missed");
        _watch.List()[0].Next.ShouldBe(At(18));
    }

    [Fact]
    public void A_new_job_is_not_due_for_the_past()
    {
        Add("morning", "0 6 * * *");
        Pass(TimeSpan.FromHours(1));
        _jobs[0] = Job("morning", "30 11 * * *");
        Pass(TimeSpan.FromHours(1));
        _ran.ShouldBeEmpty();
    }

    [Fact]
    public void Another_time_zone_counts_at_once_and_makes_nothing_due_for_the_past()
    {
        Add("morning", "30 13 * * *");
        Pass(TimeSpan.FromHours(1));
        // It is 13:00 in UTC and 08:00 in New York, or 14:00 in Berlin.
        _time.Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Pass(TimeSpan.FromHours(1));
        _ran.ShouldBeEmpty();
        _time.Zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        Pass(TimeSpan.FromHours(5));
        _ran.ShouldHaveSingleItem().At.ShouldBe(At(18).AddMinutes(30));
    }

    [Fact]
    public void A_job_that_still_runs_is_not_begun_again()
    {
        Add("slow", "*/10 * * * *");
        _does = async (_, cancel) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(25), _time, cancel);
            return new(0, "");
        };
        Pass(TimeSpan.FromMinutes(49));
        _ran.Select(r => r.At.Minute).ShouldBe([10, 40]);
        Types().Count(t => t == "job.skipped").ShouldBe(2);
    }

    /// <summary>An alert is part of what a model is shown of the machine.</summary>
    [Fact]
    public void What_a_program_wrote_is_told_apart()
    {
        Add("copy", "0 13 * * *", onFailure: Told.Alert);
        _does = (_, _) => throw new HostException(
            Fault.Unavailable, "db could not write its dump.", "", "FATAL: no such user anna");
        Pass(TimeSpan.FromHours(2));
        var failed = _events.Kept().Single(e => e.Type == "job.failed");
        failed.Error.ShouldBe("db could not write its dump.");
        failed.Explained(failed.Error)
            .ShouldBe("db could not write its dump. It said: FATAL: no such user anna");
        _watch.Alerts().ShouldHaveSingleItem().ShouldNotContain("anna");
        _watch.List()[0].Runs[0].Explained!.ShouldContain("anna");
        // Also after a restart.
        _watch = Make();
        _watch.List()[0].Runs[0].Explained!.ShouldContain("anna");
    }

    [Fact]
    public void It_is_tried_again_and_then_told_of()
    {
        Add("flaky", "0 13 * * *", retries: 2, onFailure: Told.Alert);
        var tries = 0;
        _does = (_, _) => Task.FromResult(new ExecResult(++tries < 3 ? 7 : 0, $"try {tries}\n"));
        Pass(TimeSpan.FromHours(2));
        _watch.List()[0].Runs.ShouldHaveSingleItem().Tries.ShouldBe(3);
        _watch.Alerts().ShouldBeEmpty();

        tries = -10;
        Pass(TimeSpan.FromDays(1));
        _watch.List()[0].Runs[0].Error.ShouldBe("It ended with exit code 7.");
        _watch.Alerts().ShouldHaveSingleItem().ShouldStartWith("Job flaky failed:");
        Types().ShouldContain("job.failed");

        tries = 5;
        Pass(TimeSpan.FromDays(1));
        _watch.Alerts().ShouldBeEmpty("it has succeeded since");
    }

    [Fact]
    public void A_service_that_is_not_there_is_a_failure_and_not_the_end()
    {
        Add("dump", "0 * * * *");
        _does = (_, _) => throw new HostException(Fault.NotFound, "Service db does not run.");
        Pass(TimeSpan.FromHours(2));
        _watch.List()[0].Runs.Length.ShouldBe(2);
        _watch.List()[0].Runs[0].Error.ShouldBe("Service db does not run.");
    }

    [Fact]
    public void Who_asks_for_it_gets_it_at_once_and_once()
    {
        Add("dump", "0 3 * * *");
        JobRun? run = null;
        _time.Run(async () =>
        {
            _does = async (_, _) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time);
                return new(0, "dumped");
            };
            var first = _watch.RunNowAsync("dump", "anna", default);
            Should.Throw<HostException>(() => { _ = _watch.RunNowAsync("dump", "ben", default); })
                .Fault.ShouldBe(Fault.Conflict);
            run = await first;
        }, () => false, TimeSpan.FromHours(1));
        run!.Trigger.ShouldBe("anna");
        run.Output.ShouldBe("dumped");
        Should.Throw<HostException>(() => { _ = _watch.RunNowAsync("other", "ben", default); })
            .Message.ShouldBe("There is no job other.");
    }

    [Fact]
    public void What_is_remembered_survives_the_process_and_a_file_that_is_garbage()
    {
        Add("hourly", "0 * * * *");
        Pass(TimeSpan.FromHours(2));
        Make().List()[0].Runs.Length.ShouldBe(2);

        File.WriteAllText(Store, "{ not json");
        Make().List()[0].Runs.ShouldBeEmpty();
    }

    private string Store => Path.Combine(_folder.Path, "jobs.json");

    private static DateTimeOffset At(int hour) => new(2030, 1, 1, hour, 0, 0, TimeSpan.Zero);

    private JobWatch Make() => new(() => _jobs, (job, cancel) =>
    {
        _ran.Add((job.Name, _time.GetUtcNow()));
        return _does(job, cancel);
    }, new(Store), _events, _time);

    private void Add(string name, string schedule, int retries = 0,
        Told onFailure = Told.Notify) => _jobs.Add(
            Job(name, schedule) with { Retries = retries, OnFailure = onFailure });

    private static Job Job(string name, string schedule) => new(name,
        CronSchedule.Parse(schedule, out _)!, "db", ["true"], TimeSpan.FromHours(1), 0,
        Told.Ignore, Told.Notify);

    private void Pass(TimeSpan span) => _time.Run(async () =>
    {
        using var stop = new CancellationTokenSource();
        var running = _watch.RunAsync(stop.Token);
        // A little longer, so that what is due at the end has run.
        await Task.Delay(span + TimeSpan.FromSeconds(5), _time);
        stop.Cancel();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }, () => false, TimeSpan.FromDays(30));

    private List<string> Types()
    {
        var types = new List<string>();
        _time.Run(async () =>
        {
            await foreach (var what in _events.ReadAsync(follow: false, default))
            {
                types.Add(what.Type);
            }
        }, () => false, TimeSpan.FromHours(1));
        return types;
    }
}
