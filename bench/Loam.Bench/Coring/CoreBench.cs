using System.Diagnostics;
using Loam.Bench.Composing;
using Loam.Bench.Engines;

namespace Loam.Bench.Coring;

/// <summary>How long Loam itself takes and how much it holds, engines aside.</summary>
internal static class CoreBench
{
    private const int Rounds = 300;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(int runs, CancellationToken cancel)
    {
        using var place = new Workplace();
        Console.WriteLine($"{Report.Machine()}\n");
        var parse = Pure.Parse(Rounds);
        var plan = Pure.Plan500(Rounds);
        var engine = await PrivateDockerd.StartAsync(place, Declaration.Images, cancel);
        await using (engine)
        {
            var loam = await LoamInstance.StartAsync(place, engine, cancel);
            await using (loam)
            {
                await new LoamSide(loam).PrepareAsync(new("", ""), cancel);
                await loam.RunAsync(["apply", "--yes"], null, cancel);
                var (status, version) = await StatusAsync(loam, runs, cancel);
                Console.Error.WriteLine("  leaving the daemon idle for a minute …");
                await Task.Delay(s_idle, cancel);
                var memory = loam.Memory();
                var (change, pass) = await FirewallRun.MeasureAsync(
                    place, engine, runs, cancel);
                Print(parse, plan, status, version, change, pass, memory);
            }
        }
        return 0;
    }

    private static async Task<(Samples Status, Samples Version)> StatusAsync(
        LoamInstance loam, int runs, CancellationToken cancel)
    {
        var (status, version) = (new Samples(), new Samples());
        for (var run = -2; run < runs; run++)
        {
            var looked = await TimeAsync(s => loam.RunAsync(["status"], s, cancel));
            var told = await TimeAsync(s => loam.VersionAsync(s, cancel));
            if (run >= 0)
            {
                status.Add(looked);
                version.Add(told);
            }
        }
        return (status, version);
    }

    private static async Task<double> TimeAsync(Func<Action, Task> run)
    {
        var begun = 0L;
        await run(() => begun = Stopwatch.GetTimestamp());
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static void Print(Samples parse, Samples plan, Samples status, Samples version,
        Samples firewall, Samples pass, IReadOnlyDictionary<string, double> memory)
    {
        Console.WriteLine($"{"milliseconds",-46}    median     least      most  (samples)");
        Row("120 lines of services.yaml, parsed and checked", parse);
        Row("plan of 500 services, nothing to do", plan);
        Row("`loam status`, whole process, 3 services", status);
        Row("`loam --version`, whole process", version);
        Row("1000 firewall rules, planned and applied", firewall);
        Row("plan of six files with a firewall, nothing to do", pass);
        Console.WriteLine("\nthe idle daemon, MiB");
        foreach (var name in new[] { "Rss", "Pss", "Private_Dirty", "Private_Clean" })
        {
            Console.WriteLine($"{name,-46} {memory[name],9:0.0}");
        }
        Console.WriteLine();
        (string Key, double Value, double Bar)[] figures =
        [
            ("parse_ms", parse.Median, 1), ("plan500_ms", plan.Median, 20),
            ("status_ms", status.Median, 60), ("private_mb", memory["Private_Dirty"], 30),
            ("rss_mb", memory["Rss"], 90), ("firewall1000_ms", firewall.Median, 150),
            ("noop_ms", pass.Median, 30),
        ];
        foreach (var (key, value, bar) in figures)
        {
            Console.WriteLine($"{Report.Mark(value, bar)} {key,-15} {value:0.00} (bar {bar})");
        }
        Console.WriteLine(Report.Line("core", [.. figures.Select(f => (f.Key, f.Value))]));
    }

    private static void Row(string what, Samples samples) =>
        Console.WriteLine($"{what,-46} {Report.Milliseconds(samples)}");
}
