using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Backups;

/// <summary>Where copies are and what opens the place.</summary>
/// <param name="Words">The place for people.</param>
/// <param name="PasswordFile">On memory, readable by root alone.</param>
/// <param name="Environment">What the place asks for; never shown.</param>
/// <param name="Options">Arguments of every call.</param>
public sealed record ResticPlace(
    string Repository, string Words, string PasswordFile, string CacheDir,
    ImmutableSortedDictionary<string, string> Environment, ImmutableArray<string> Options);

/// <param name="Errors">The end of what it wrote to standard error.</param>
internal sealed record ResticEnd(int ExitCode, string Output, string Errors);

/// <summary>One call of restic. Secrets reach it by its environment and by a file on memory, never
/// as arguments.</summary>
internal sealed class Restic(ResticPlace place)
{
    public const string Program = "restic";

    private static readonly string[] s_passedOn =
        ["PATH", "HOME", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>Lines of output as they come; without it they are kept.</summary>
    public Action<string>? Line { get; init; }

    /// <summary>Writes its standard input; whatever it throws ends restic before the input ends.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes its standard output as bytes.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    public static bool IsInstalled => Command.Find(Program) is not null;

    /// <exception cref="HostException">Unsupported: it is not installed.</exception>
    public async Task<ResticEnd> RunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var process = Start(arguments);
        var errors = TailAsync(process.StandardError);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var output = ReadAsync(process, broken.Token);
            await WriteAsync(process, broken.Token).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false);
            await process.WaitForExitAsync(broken.Token).ConfigureAwait(false);
            return new(process.ExitCode, text, await errors.ConfigureAwait(false));
        }
        catch
        {
            await broken.CancelAsync().ConfigureAwait(false);
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var path = Command.Find(Program) ?? throw new HostException(Fault.Unsupported,
            "Backups are made by the program restic, which is not installed.",
            "Install it, on Debian with `apt-get install restic`.");
        // Copies can wait; whoever uses the machine cannot.
        var start = new ProcessStartInfo(Command.Find("nice") ?? path)
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] lead = start.FileName == path ? [] : ["-n", "10", path];
        foreach (var argument in (string[])[.. lead, .. place.Options, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var name in start.Environment.Keys.Except(s_passedOn).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in place.Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment["RESTIC_REPOSITORY"] = place.Repository;
        start.Environment["RESTIC_PASSWORD_FILE"] = place.PasswordFile;
        start.Environment["RESTIC_CACHE_DIR"] = place.CacheDir;
        start.Environment["RESTIC_PROGRESS_FPS"] = "2";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new HostException(Fault.Unsupported,
                $"The program restic cannot be run: {error.Message}.", "Install restic anew.");
        }
    }

    private async Task<string> ReadAsync(Process process, CancellationToken cancel)
    {
        if (Output is not null)
        {
            await Output(process.StandardOutput.BaseStream, cancel).ConfigureAwait(false);
            return "";
        }
        if (Line is null)
        {
            return await process.StandardOutput.ReadToEndAsync(cancel).ConfigureAwait(false);
        }
        while (await process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false)
            is { } line)
        {
            Line(line);
        }
        return "";
    }

    private async Task WriteAsync(Process process, CancellationToken cancel)
    {
        if (Input is not null)
        {
            try
            {
                await Input(process.StandardInput.BaseStream, cancel).ConfigureAwait(false);
            }
            catch (IOException) when (process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                // It ended before it had read all: its own words say why.
                return;
            }
        }
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before.
        }
    }

    /// <summary>The end of what it says, so that a wall of warnings cannot fill the memory.
    /// </summary>
    private static async Task<string> TailAsync(StreamReader errors)
    {
        var kept = new StringBuilder();
        while (await errors.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            kept.Append(line).Append('\n');
            if (kept.Length > Limits.ExecOutputBytes)
            {
                kept.Remove(0, kept.Length - (Limits.ExecOutputBytes / 2));
            }
        }
        return kept.ToString();
    }

    /// <summary>Asked first, so that it takes its lock away.</summary>
    private static async Task EndAsync(Process process)
    {
        try
        {
            DetachedProcess.Interrupt(process.Id);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended meanwhile.
        }
    }
}
