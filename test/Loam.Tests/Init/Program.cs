using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Drivers.Booting;
using Loam.Init;

namespace Loam.Tests.Init;

/// <summary>What this assembly does as a program, as the first of a PID namespace: it keeps a table
/// of processes, for <see cref="KeeperTests"/>, or starts one after the other, for
/// <see cref="ChildrenTests"/>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["keep", var folder]:
                return await KeepAsync(folder);
            case ["start", var times]:
                return await StartAsync(int.Parse(times, CultureInfo.InvariantCulture));
            default:
                await Console.Error.WriteLineAsync("These are tests: run them with `dotnet test`.");
                return 2;
        }
    }

    /// <summary>The number of those whose end was not heard of.</summary>
    private static async Task<int> StartAsync(int times)
    {
        // What makes the runtime listen for children.
        using var heard = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => { });
        var children = new Children(new Dictionary<string, string>());
        var ended = new List<Task<int>>();
        for (var time = 0; time < times; time++)
        {
            ended.Add(children.Start(new("/bin/true", [], "/dev/null")).Ended);
        }
        await Task.WhenAny(Task.WhenAll(ended), Task.Delay(TimeSpan.FromSeconds(20)));
        return ended.Count(e => !e.IsCompletedSuccessfully);
    }

    private static async Task<int> KeepAsync(string folder)
    {
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        var children = new Children(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
        KeptProcess Shell(string name, string script, bool patient = false) => new(name,
            new("/bin/sh", ["-c", script], Path.Combine(folder, name + ".log")), patient);
        var said = Path.Combine(folder, "said");
        var gate = new Lock();
        await new Keeper(children,
        [
            Shell("steady", $"echo $$ > {folder}/pid.new; mv {folder}/pid.new {folder}/pid; "
                + "exec sleep 1000"),
            Shell("crashing", $"echo x >> {folder}/crashes; exit 3"),
            // Each ends a moment after the one that began it, and so is left to the first process.
            Shell("parting", "for i in 1 2 3 4 5; do (sleep 0.2 & exit 0); done; exec sleep 1000"),
            Shell("slow", $"trap 'sleep 0.3; echo done > {folder}/ended; exit 0' TERM; : > {folder}/ready; "
                + "while true; do sleep 0.05; done", patient: true),
            new("absent", new("/nonexistent", [], Path.Combine(folder, "absent.log"))),
        ], TimeProvider.System, line =>
        {
            lock (gate)
            {
                File.AppendAllText(said, line + "\n");
            }
        }, _ => Task.CompletedTask).RunAsync(stop.Token);
        return 0;
    }
}
