using System.Diagnostics;

namespace Loam.Tests.Init;

/// <summary>The table that keeps a machine's processes, with real ones, as the first process of a
/// PID namespace.</summary>
[NeedsPidNamespace]
public sealed class KeeperTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("loam-init-").FullName;
    private readonly Process _holder;

    public KeeperTests() => _holder = Process.Start(new ProcessStartInfo("unshare",
    [
        "--pid", "--fork", "--mount-proc", "--kill-child", Environment.ProcessPath!, "exec",
        typeof(KeeperTests).Assembly.Location, "keep", _folder,
    ]))!;

    public Task InitializeAsync() => UntilAsync(() => File.Exists(In("pid")), "it runs");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        // Its children go with it, and with the first of a namespace all others.
        _holder.Kill(entireProcessTree: true);
        _holder.WaitForExit();
        _holder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [NeedingFact]
    public async Task One_that_is_killed_runs_again()
    {
        var first = Pid();
        (await InsideAsync("kill", "-9", first)).Exit.ShouldBe(0);
        await UntilAsync(() => Pid() != first, "it runs again");
        (await InsideAsync("kill", "-0", Pid())).Exit.ShouldBe(0);
        Said().ShouldContain("steady ended (137): it is started again in 0.25 s");
    }

    [NeedingFact]
    public async Task One_that_always_ends_is_started_at_longer_and_longer_intervals()
    {
        await UntilAsync(() => Said().Count(l => l.StartsWith("crashing")) >= 4, "it ends often");
        Said().Where(l => l.StartsWith("crashing")).Take(4).ShouldBe(new[] { "0.25", "0.5", "1", "2" }
            .Select(s => $"crashing ended (3): it is started again in {s} s"));
        Said().Count(l => l.StartsWith("absent cannot be started")).ShouldBeGreaterThan(1);
    }

    [NeedingFact]
    public async Task Whatever_is_left_to_it_is_reaped()
    {
        // Those that ended a moment ago may still wait to be.
        await UntilAsync(() => !States().Contains("Z") && States().Contains("S"), "none waits");
        await Task.Delay(TimeSpan.FromSeconds(1));
        await UntilAsync(() => !States().Contains("Z"), "none waits");
    }

    [NeedingFact]
    public async Task Whoever_wanted_time_to_end_has_had_it()
    {
        await UntilAsync(() => File.Exists(In("ready")), "it hears");
        await InsideAsync("kill", "-TERM", "1");
        await UntilAsync(() => _holder.HasExited, "it ends");
        _holder.ExitCode.ShouldBe(0);
        File.ReadAllText(In("ended")).ShouldBe("done\n");
    }

    private string In(string file) => Path.Combine(_folder, file);

    private string Pid() => File.ReadAllText(In("pid")).Trim();

    private string[] Said() => File.Exists(In("said")) ? File.ReadAllLines(In("said")) : [];

    /// <summary>Of each process in the namespace.</summary>
    private string States() => InsideAsync("sh", "-c",
        "for f in /proc/[0-9]*/stat; do sed 's/.*) //;s/ .*//' $f 2>/dev/null; done")
        .GetAwaiter().GetResult().Output;

    private Task<(int Exit, string Output)> InsideAsync(params string[] command)
    {
        var first = Processes.All().First(p => p.Has("exec") && p.Has("keep", _folder)
            && !p.Has("--fork")).Id;
        return Processes.RunAsync("nsenter", ["--pid", "--mount", "--target", $"{first}", .. command]);
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        var began = Stopwatch.StartNew();
        while (!holds())
        {
            (began.Elapsed < s_patience).ShouldBeTrue($"Waited in vain until {what}.");
            await Task.Delay(50);
        }
    }
}

/// <summary>Needs root and PID namespaces.</summary>
public sealed class NeedsPidNamespaceAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("unshare", "nsenter", "sh");
}
