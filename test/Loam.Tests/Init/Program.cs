using Loam.Drivers.Booting;
using Loam.Init;

namespace Loam.Tests.Init;

/// <summary>What this assembly does as a program: it keeps a table of processes, as the first of a
/// PID namespace, for <see cref="KeeperTests"/>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["keep", var folder])
        {
            await Console.Error.WriteLineAsync("These are tests: run them with `dotnet test`.");
            return 2;
        }
        using var stop = new CancellationTokenSource();
        using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
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
