using System.Diagnostics;

namespace Loam.Bench;

/// <summary>Runs programs to their end and measures them.</summary>
internal static class Programs
{
    /// <summary>What a program printed; its failure is the benchmark's.</summary>
    /// <param name="started">Called right before the program is started.</param>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment, Action? started,
        CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        started?.Invoke();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new BenchException($"{program} {string.Join(' ', start.ArgumentList)} ended with "
                + $"{process.ExitCode}: {await output}{await errors}");
        }
        return await output;
    }

    /// <summary>Starts a server; its output goes to <paramref name="log"/>.</summary>
    public static Process Serve(string program, IEnumerable<string> arguments, string log)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        // The shell makes way for the program: the number is the program's own.
        foreach (var argument in (string[])
            ["-c", "exec \"$0\" \"$@\" >>" + log + " 2>&1 </dev/null", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Asks a process of ours to end, and insists after 20 s.</summary>
    public static async Task EndAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            using var kill = Process.Start("kill", [$"{process.Id}"]);
            await kill.WaitForExitAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }
}
