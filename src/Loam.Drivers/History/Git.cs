using System.ComponentModel;
using System.Diagnostics;
using Loam.Core.Reconciling;

namespace Loam.Drivers.History;

/// <summary>Runs git on one bare repository, with an environment in which nothing but the
/// arguments decides: no configuration of user or system, no hooks, filters, attributes, pager or
/// prompt. Root running git on what somebody else can write would be running their code.</summary>
internal sealed class Git(string directory)
{
    private static readonly string[] Settings =
    [
        "-c", "core.hooksPath=/dev/null",
        "-c", "core.fsmonitor=false",
        "-c", "core.attributesFile=/dev/null",
        "-c", "core.logAllRefUpdates=false",
        "-c", "gc.auto=0",
        "-c", "maintenance.auto=false",
        "-c", "core.fsync=all",
        "-c", "core.fsyncMethod=fsync",
    ];

    public string Directory => directory;

    /// <summary>Runs one command to its end.</summary>
    /// <param name="input">What it reads; the pipe is closed after it.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="HostException">Unsupported: no git; Exhausted: disk full; Conflict: the
    /// repository is damaged.</exception>
    public async Task<byte[]> RunAsync(
        string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        using var process = Start(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancel);
            var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancel);
            await WriteAsync(process, input, cancel);
            await reading;
            var error = await errors;
            await process.WaitForExitAsync(cancel);
            return process.ExitCode == 0 ? output.ToArray() : throw Failed(error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The repository says something that cannot be.</summary>
    public HostException Damaged(string how) => new(Fault.Conflict,
        $"The history in {directory} is damaged: {how}",
        $"`git --git-dir={directory} fsck` shows where. Restore that directory from a backup; "
        + "what runs on the machine is not touched meanwhile.");

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = "/nonexistent";
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_DIR"] = directory;
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_ATTR_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_PAGER"] = "";
        foreach (var argument in (string[])[.. Settings, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new HostException(Fault.Unsupported, $"git cannot be run: {e.Message}",
                "Install it (apt-get install git); the history of the machine is kept with it.");
        }
    }

    private static async Task WriteAsync(
        Process process, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything: its exit code says why.
        }
    }

    private HostException Failed(string error)
    {
        // The second is how git says it when it wrote less than it wanted to.
        if (error.Contains("No space left", StringComparison.Ordinal)
            || error.Contains("Out of diskspace", StringComparison.Ordinal)
            || error.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase))
        {
            return new(Fault.Exhausted, $"The disk with {directory} is full.",
                "Free some space there and try again.");
        }
        var line = error.Split('\n').FirstOrDefault(l =>
            l.StartsWith("fatal:", StringComparison.Ordinal)
            || l.StartsWith("error:", StringComparison.Ordinal)) ?? error.Trim();
        return Damaged(line.Length == 0 ? "git failed without a word." : line);
    }
}
