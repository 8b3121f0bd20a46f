using System.Diagnostics;
using Loam.Bench.Engines;

namespace Loam.Bench.Composing;

/// <summary>A web server, a cache and a database without dependencies: Loam against
/// docker-compose, on one engine, in turn.</summary>
internal static class ComposeBench
{
    private const int PassesPerRun = 10;
    private static readonly (string Step, double Bar)[] s_bars =
        [("up", 0.6), ("noop", 0.1), ("change", 0.5), ("down", 0.6)];

    /// <summary><c>change</c> is of the cache, which publishes no port; <c>publish</c> is the same
    /// of the web server. Loam tries a container that will publish a port without it first, so
    /// that a bad change interrupts nothing: it starts two, and that has no bar.</summary>
    private static readonly string[] s_steps = ["up", "noop", "change", "publish", "down"];

    public static async Task<int> RunAsync(int runs, CancellationToken cancel)
    {
        using var place = new Workplace();
        Console.WriteLine($"{Report.Machine()}\n");
        var engine = await PrivateDockerd.StartAsync(place, Declaration.Images, cancel);
        await using (engine)
        {
            var loam = await LoamInstance.StartAsync(place, engine, cancel);
            await using (loam)
            {
                await MeasureAsync(runs, place, engine, loam, cancel);
            }
        }
        return 0;
    }

    private static async Task MeasureAsync(int runs, Workplace place, PrivateDockerd engine,
        LoamInstance loam, CancellationToken cancel)
    {
        var stack = new Stack(engine.Api.ContainersAsync);
        await using var own = await OwnEngine.StartAsync(place, engine.Mirror, cancel);
        var (ours, theirs) = (new SideFigures(), new SideFigures());
        var (pass, plan) = (new Samples(), new Samples());
        var (byHand, floor) = (new ByHand(place, engine.Api), new Samples());
        var sides = new (ISide Side, SideFigures Figures)[]
        {
            (new LoamSide(loam), ours), (new ComposeSide(place, engine), theirs),
        };
        // One of each that does not count: file caches and the daemon's first calls.
        for (var run = -1; run < runs; run++)
        {
            foreach (var (side, figures) in run % 2 == 0 ? sides : sides.Reverse())
            {
                await OneAsync(run, stack, engine, side, run < 0 ? new() : figures,
                    async () =>
                    {
                        if (side is LoamSide && run >= 0)
                        {
                            await PassesAsync(loam, pass, plan, cancel);
                        }
                    }, cancel);
            }
            var up = await stack.MeasureAsync(
                s => byHand.UpAsync(s, cancel), Stack.IsUp, answers: false, cancel);
            await byHand.ForgetAsync(cancel);
            await own.RunAsync(run < 0, cancel);
            if (run >= 0)
            {
                floor.Add(up.Running);
            }
            Console.Error.WriteLine($"  run {run + 1} of {runs}");
        }
        Print(ours, theirs, own, floor, pass, plan);
    }

    private static async Task OneAsync(int run, Stack stack, PrivateDockerd engine, ISide side,
        SideFigures figures, Func<Task> whileUp, CancellationToken cancel)
    {
        await side.PrepareAsync(new("", ""), cancel);
        figures.Add("up", await stack.MeasureAsync(
            s => side.ApplyAsync(s, cancel), Stack.IsUp, answers: true, cancel));
        figures.Add("noop", await stack.MeasureAsync(
            s => side.ApplyAsync(s, cancel), Stack.IsUp, answers: false, cancel));
        await whileUp();
        foreach (var (step, service) in new[] { ("change", "cache"), ("publish", "web") })
        {
            await side.PrepareAsync(new(service, $"changed{run}"), cancel);
            var before = await engine.Api.ContainersAsync(cancel);
            figures.Add(step, await stack.MeasureAsync(s => side.ApplyAsync(s, cancel),
                Stack.IsReplaced(service, before), answers: true, cancel));
        }
        await side.PrepareAsync(null, cancel);
        figures.Add("down", await stack.MeasureAsync(
            s => side.DownAsync(s, cancel), Stack.IsGone, answers: false, cancel));
        await side.ForgetAsync(cancel);
    }

    private static async Task PassesAsync(
        LoamInstance loam, Samples pass, Samples plan, CancellationToken cancel)
    {
        for (var i = 0; i < PassesPerRun; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await loam.PassAsync(cancel);
            pass.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            begun = Stopwatch.GetTimestamp();
            await loam.PlanAsync(cancel);
            plan.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
    }

    private static void Print(
        SideFigures ours, SideFigures theirs, OwnEngine own, Samples floor, Samples pass,
        Samples plan)
    {
        Console.WriteLine("milliseconds since the command's start"
            + "              median     least      most  (samples)");
        foreach (var step in s_steps)
        {
            foreach (var moment in SideFigures.Moments(step))
            {
                Console.WriteLine($"{step,-7} {moment,-16} loam            "
                    + Report.Milliseconds(ours[step, moment]));
                Console.WriteLine($"{"",-7} {"",-16} docker-compose  "
                    + Report.Milliseconds(theirs[step, moment]));
            }
        }
        Console.WriteLine($"{"up",-7} {"all running",-16} engine by hand  "
            + Report.Milliseconds(floor));
        Console.WriteLine($"{"pass",-7} {"GET /v1/status",-16} daemon          "
            + Report.Milliseconds(pass));
        Console.WriteLine($"{"",-7} {"POST /v1/plan",-16} daemon          "
            + Report.Milliseconds(plan) + "\n");

        var figures = s_bars.ToDictionary(b => b.Step, b => Ratio(ours, theirs, b.Step));
        foreach (var (step, bar) in s_bars)
        {
            Console.WriteLine($"{Report.Mark(figures[step], bar)} {step,-7} "
                + $"{figures[step]:0.000} of docker-compose's (bar {bar}), "
                + $"measured to: {SideFigures.Decisive(step)}");
        }
        var least = floor.Median / theirs["up", SideFigures.Decisive("up")].Median;
        Console.WriteLine($"  up      {least:0.000} would be that of a client that costs nothing");
        Console.WriteLine($"  publish {Ratio(ours, theirs, "publish"):0.000} of docker-compose's "
            + "(no bar: rehearsed first, then swapped)");
        Console.WriteLine($"{Report.Mark(pass.Median, 20)} pass    {pass.Median:0.00} ms (bar 20)");
        var (up, noop) = (Ratio(own.Figures, theirs, "up"), Ratio(own.Figures, theirs, "noop"));
        own.Print(up, noop);
        Console.WriteLine(Report.Line("compose",
            ("up", figures["up"]), ("noop", figures["noop"]), ("pass_ms", pass.Median),
            ("change", figures["change"]), ("down", figures["down"]),
            ("native_up", up), ("native_noop", noop),
            ("native_start_ms", own.Starts.Median)));
    }

    private static double Ratio(SideFigures ours, SideFigures theirs, string step)
    {
        var moment = SideFigures.Decisive(step);
        return ours[step, moment].Median / theirs[step, moment].Median;
    }
}

/// <summary>The samples of one side, by step and moment.</summary>
internal sealed class SideFigures
{
    private readonly Dictionary<(string, string), Samples> _all = [];

    public Samples this[string step, string moment] => _all[(step, moment)];

    /// <summary>What of a step is worth showing.</summary>
    public static string[] Moments(string step) => step switch
    {
        "noop" => ["process ended"],
        "down" => ["none left", "process ended"],
        _ => ["all running", "all answering", "process ended"],
    };

    /// <summary>The moment whose ratio counts.</summary>
    public static string Decisive(string step) => step switch
    {
        "up" or "change" or "publish" => "all running",
        _ => "process ended",
    };

    public void Add(string step, Timing timing)
    {
        Add((step, step == "down" ? "none left" : "all running"), timing.Running);
        Add((step, "all answering"), timing.Answering);
        Add((step, "process ended"), timing.Process);
    }

    private void Add((string, string) key, double value)
    {
        if (!_all.TryGetValue(key, out var samples))
        {
            _all[key] = samples = new();
        }
        samples.Add(value);
    }
}
