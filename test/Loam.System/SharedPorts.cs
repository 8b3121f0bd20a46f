using System.Collections.Concurrent;
using System.Globalization;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>What only the engine of our own can do: replicas behind one port of the host, updates
/// without a gap, and names from a process that has no right.</summary>
[NeedsOwnEngine]
public sealed class SharedPorts : IAsyncLifetime
{
    private const int Port = 18680;

    private static readonly HttpClient s_http = new(new SocketsHttpHandler
    {
        // Each request is a connection of its own.
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private Instance? _loam;

    private Instance Loam => _loam!;

    public async Task InitializeAsync()
    {
        if (new NeedsOwnEngineAttribute().Missing() is not null)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        _loam = new(TestFolder.Make(TestFolder.Story), "containerd",
            Environment.GetEnvironmentVariable("LOAM_MIRROR")!);
        await _loam.StartAsync();
        await _loam.ResetAsync();
    }

    public async Task DisposeAsync() => await (_loam?.DisposeAsync() ?? default);

    [NeedingFact]
    public async Task Replicas_share_a_port_find_one_another_by_name_and_are_replaced_without_a_gap()
    {
        Loam.WriteServices(Services());
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var first = await AskedAsync(30);
        first.Count.ShouldBe(3, string.Join(' ', first.Keys));
        first.Values.ShouldAllBe(n => n >= 8, "each in turn");

        // Whoever asks without end sees no gap while all three are replaced.
        using var end = new CancellationTokenSource();
        var asked = new ConcurrentQueue<string>();
        var asking = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                asked.Enqueue(await AskAsync());
            }
        });
        Loam.WriteServices(Services("restarted_at: now"));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        await end.CancelAsync();
        await asking;
        var second = await AskedAsync(30);
        second.Count.ShouldBe(3, string.Join(' ', second.Keys));
        second.Keys.Intersect(first.Keys).ShouldBeEmpty();
        asked.Distinct().Order().ShouldBe(first.Keys.Concat(second.Keys).Order());
    }

    [NeedingFact]
    public async Task Names_come_from_a_process_without_a_right_and_survive_its_end()
    {
        Loam.WriteServices(Services());
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var answering = Answering();
        var status = await File.ReadAllTextAsync($"/proc/{answering}/status");
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("Seccomp:\t2");
        status.ShouldContain("NoNewPrivs:\t1");
        status.ShouldNotContain("Uid:\t0");
        (await Shell.RunAsync("nsenter", $"--net=/proc/{answering}/ns/net", "ls",
            "/proc/self/net/dev_snmp6")).Output.Trim().ShouldBe("lo", "no other interface");

        (await Shell.RunAsync("kill", "-9", $"{answering}")).ShouldEnd(0);
        await Wait.ForAsync("another process that answers",
            () => Task.FromResult(Answering() is var now && now != 0 && now != answering));
        // Its check asks for a name.
        Loam.WriteServices(Services() + Asker("later"));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);

        // So does it after the daemon was killed.
        await Loam.KillAsync();
        await Loam.StartAsync();
        (await AskedAsync(30)).Count.ShouldBe(3);
        Loam.WriteServices(Services() + Asker("last"));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
    }

    /// <returns>Its number; 0: there is none.</returns>
    private int Answering() => Processes.All().FirstOrDefault(
        p => p.Has("names", "--table", Loam.Paths.NamesTable) && !p.Has("--user"))?.Id ?? 0;

    private static string Services(string more = "")
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        return $$"""
            services:
              - name: web
                image: busybox:1.36
                entrypoint: [sh, -c, "mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"]
                replicas: 3
                ports: [{container: 80, host: {{port}}}]
                healthcheck: {http: {path: /, port: 80}, interval: 1s}
            """ + (more.Length == 0 ? "\n" : $"\n    {more}\n") + Asker("asker");
    }

    /// <summary>A service that is well while it finds the three by their name.</summary>
    private static string Asker(string name) => $$"""
          - name: {{name}}
            image: busybox:1.36
            entrypoint: [sleep, "2147483647"]
            depends_on: [web]
            healthcheck:
              test: [sh, -c, "test $(nslookup -type=a web | grep -c '^Address: 10\\.') = 3"]
              interval: 1s
              retries: 5

        """;

    private static async Task<SortedDictionary<string, int>> AskedAsync(int times)
    {
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < times; i++)
        {
            var answer = await AskAsync();
            answers[answer] = answers.GetValueOrDefault(answer) + 1;
        }
        return answers;
    }

    private static async Task<string> AskAsync() =>
        (await s_http.GetStringAsync($"http://127.0.0.1:{Port}/")).Trim();
}
