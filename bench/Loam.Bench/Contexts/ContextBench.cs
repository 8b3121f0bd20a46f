using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Context;
using Loam.Mind.Privacy;

namespace Loam.Bench.Contexts;

/// <summary>How long it takes to put together what a model is shown, and to make it fit to leave
/// the machine, and how many tokens it has: for two services and for fifty. Cold: of texts that
/// this process never saw, as after every change; warm: of the same texts as last time, newly come
/// over a socket, as for whoever asks again. The bar is for cold.</summary>
internal static class ContextBench
{
    /// <summary>Milliseconds that the design allows.</summary>
    private const double Bar = 5;

    /// <summary>The executable is machine code from its start; here it becomes that while it runs.
    /// </summary>
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(3);

    private static readonly string[] s_requests =
    [
        "add redis with 256 MB for app-7", "why does app-3 restart all the time",
        "let only 192.168.10.0/24 reach app-2", "back up everything at three in the night",
    ];

    public static int Run(int runs)
    {
        Console.WriteLine($"{Report.Machine()}\n");
        Console.WriteLine("services        first ms   median ms  least ms  most ms   redact ms "
            + "  tokens");
        var (worst, warm, most) = (0.0, 0.0, 0);
        foreach (var services in new[] { 2, 50 })
        {
            var (times, tokens) = Measure(services, runs, isCold: true);
            worst = Math.Max(worst, times.Median);
            most = Math.Max(most, tokens);
            warm = Math.Max(warm, Measure(services, runs, isCold: false).Times.Median);
        }
        Console.WriteLine($"\n{Report.Mark(worst, Bar)} within {Bar} ms, cold, the larger at the "
            + "median");
        Console.WriteLine(Report.Line(
            "context", ("ms", worst), ("tokens", most), ("warm_ms", warm)));
        return worst <= Bar ? 0 : 1;
    }

    private static (Samples Times, int Tokens) Measure(int services, int runs, bool isCold)
    {
        var (times, redacting, most, first) = (new Samples(), new Samples(), 0, 0.0);
        var started = Stopwatch.GetTimestamp();
        for (var (run, measured) = (0, 0); measured < runs; run++)
        {
            // Texts are new each time, as they are when they come over a socket.
            var view = View(services, isCold ? run : -1);
            var input = new ContextInput(view, History(), ["Prefers Alpine images."],
                s_requests[run % s_requests.Length], "a1b2c3d4e5f6");
            var begun = Stopwatch.GetTimestamp();
            var context = ContextAssembly.Assemble(input);
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            begun = Stopwatch.GetTimestamp();
            Outgoing.Of(context, view);
            var hidden = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            most = Math.Max(most, context.Report.Used);
            first = run == 0 ? took : first;
            if (Stopwatch.GetElapsedTime(started) < s_warm)
            {
                continue;
            }
            measured++;
            times.Add(took);
            redacting.Add(hidden);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{services,8} {(isCold ? "cold" : "warm")} {first,10:0.0} {times.Median,11:0.00} ")
            + string.Create(CultureInfo.InvariantCulture, $"{times.Least,9:0.00} ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{times.Most,8:0.00} {redacting.Median,11:0.00} {most,8}"));
        return (times, most);
    }

    private static ImmutableArray<SaidTurn> History() =>
    [
        .. Enumerable.Range(0, 10).Select(n => new SaidTurn(n % 2 == 0, n % 2 == 0
            ? $"What about app-{n}?" : $"app-{n} is healthy and uses 120 MiB of 256 MiB.")),
    ];

    private static MachineView View(int services, int run)
    {
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.FromHours(1));
        var status = new MachineStatus("atlas", "0.1.0", "Docker 27.5", 12, "add app-1", now, null,
            null, [.. Enumerable.Range(0, services).Select(Status)], [], [], []);
        return MachineView.Of(12, State(services, run), status,
            Enumerable.Range(0, 60).Select(n => new MachineEvent(n, now.AddMinutes(n - 60),
                n % 3 == 0 ? "service.unhealthy" : "service.healthy")
            {
                Name = $"service/app-{n % services}",
                Message = "GET / answered 503 at 172.18.0.7.",
            }),
            new("atlas", "Debian GNU/Linux 13 (trixie)", "6.12.9", 4, 16L << 30, 9L << 30,
                500L << 30, 320L << 30, now, "Europe/Berlin", "de_DE.UTF-8"),
            [new("app-3", [.. Enumerable.Range(0, 100).Select(n => string.Create(
                CultureInfo.InvariantCulture,
                $"2026-03-02T11:{n % 60:00}:00Z 10.0.0.{n} refused, user=anna@example.org"))])],
            ["anna", "ben"]);
    }

    private static ServiceStatus Status(int n) => new($"app-{n}", "ghcr.io/example/app:2.1",
        n % 17 == 3 ? ServiceHealth.Unhealthy : ServiceHealth.Healthy, "GET / answered 503", 1, 1,
        [new Port(8000, 8000 + n, "tcp", "0.0.0.0")], null, n % 17 == 3 ? 4 : 0, null, 120L << 20,
        256L << 20, 1.5);

    /// <param name="run">In every file, so that each is another text.</param>
    private static StateSet State(int services, int run)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"# Run {run}.\n");
        var text = new StringBuilder(
            head + "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n");
        for (var n = 0; n < services; n++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    # Number {{n}} of the apps.
                    - name: app-{{n}}
                      image: ghcr.io/example/app:2.1
                      ports:
                        - container: 8000
                          host: {{8000 + n}}
                      volumes:
                        - {source: app-{{n}}-data, target: /data}
                      environment:
                        MODE: production
                        DB_PASSWORD: ${secrets.DB_PASSWORD}
                      resources: {memory: 256Mi, cpu: "0.5"}
                      healthcheck:
                        http: {path: /, port: 8000}

                """);
        }
        var volumes = string.Concat(
            Enumerable.Range(0, services).Select(n => $"    - name: app-{n}-data\n"));
        return StateSet.Empty.With("services.yaml", text.ToString())
            .With("storage.yaml",
                $"{head}apiVersion: loam/v1\nkind: StorageConfig\nspec:\n  volumes:\n{volumes}")
            .With("security.yaml", head
                + "apiVersion: loam/v1\nkind: SecurityConfig\nspec:\n  secrets:\n"
                + "    - name: DB_PASSWORD\n      value: encrypted:v1:YWdlLWVuY3J5cHRpb24ub3Jn\n");
    }
}
