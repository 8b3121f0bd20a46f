using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loam.Bench.Engines;

namespace Loam.Bench.Coring;

/// <summary>The firewall by a daemon in a network namespace of its own: this machine's rules are
/// not touched.</summary>
internal static class FirewallRun
{
    private const int Rules = 1000;
    private const int Passes = 60;

    /// <returns>A change of all rules, and a plan of all six files with nothing to do.</returns>
    public static async Task<(Samples Change, Samples Pass)> MeasureAsync(
        Workplace place, PrivateDockerd engine, int runs, CancellationToken cancel)
    {
        var name = $"loam-bench-{Environment.ProcessId}";
        await Programs.RunAsync("ip", ["netns", "add", name], null, null, cancel);
        try
        {
            var loam = await LoamInstance.StartAsync(
                place, engine, cancel, "nsenter", $"--net=/run/netns/{name}");
            await using (loam)
            {
                return await MeasureAsync(loam, runs, cancel);
            }
        }
        finally
        {
            await Programs.RunAsync("ip", ["netns", "delete", name], null, null,
                CancellationToken.None);
        }
    }

    private static async Task<(Samples, Samples)> MeasureAsync(
        LoamInstance loam, int runs, CancellationToken cancel)
    {
        var (change, pass) = (new Samples(), new Samples());
        for (var run = -3; run < runs; run++)
        {
            loam.Write("network.yaml", Network(Rules, 10_000 + run));
            var took = await TimeAsync(() => loam.ChangeAsync(cancel));
            if (run >= 0)
            {
                change.Add(took);
            }
        }
        loam.Write("network.yaml", Network(12, 443));
        foreach (var (file, kind, spec) in s_others)
        {
            loam.Write(file, Head(kind) + spec);
        }
        await loam.ChangeAsync(cancel);
        for (var round = -10; round < Passes; round++)
        {
            var took = await TimeAsync(() => loam.PlanAsync(cancel));
            if (round >= 0)
            {
                pass.Add(took);
            }
        }
        return (change, pass);
    }

    private static readonly (string File, string Kind, string Spec)[] s_others =
    [
        ("services.yaml", "ServiceManifest", "  services: []\n"),
        ("storage.yaml", "StorageConfig", "  volumes: [{name: data}, {name: media}]\n"),
        ("security.yaml", "SecurityConfig",
            "  secrets: [{name: DB_PASSWORD, value: \"generate:32\"}]\n"),
        ("scheduled.yaml", "ScheduledTasks", "  jobs: []\n"),
        ("manifest.yaml", "SystemManifest", 
            "  safety: {require_approval: true, max_changes_per_hour: 10000}\n"),
    ];

    private static string Network(int rules, int last)
    {
        var text = new StringBuilder(Head("NetworkConfig") + "  firewall:\n    rules:\n");
        text.Append("      - {name: loopback, interface: lo, action: accept}\n")
            .Append("      - {name: established, state: \"established,related\", ")
            .Append("action: accept}\n");
        for (var i = 2; i < rules - 1; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"      - {{name: rule-{i}, protocol: tcp, port: {i}, ")
                .Append(CultureInfo.InvariantCulture,
                    $"source: 10.{i % 250}.0.0/16, action: accept}}\n");
        }
        text.Append(CultureInfo.InvariantCulture,
            $"      - {{name: last, protocol: tcp, port: {last}, action: accept}}\n");
        return text.ToString();
    }

    private static string Head(string kind) =>
        $"apiVersion: loam/v1\nkind: {kind}\nmetadata:\n  name: main\nspec:\n";

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
