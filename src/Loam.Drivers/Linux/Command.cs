using System.ComponentModel;
using System.Diagnostics;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Linux;

internal sealed record CommandResult(int ExitCode, string Output);

/// <summary>Programs of the host, each argument as it is: no shell.</summary>
internal static class Command
{
    private static readonly string[] Folders =
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <summary>Absolute path of a program; null: not installed.</summary>
    public static string? Find(string name) => Folders
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <param name="input">Standard input.</param>
    /// <returns>Exit code, and output and errors, of which the beginning is kept.</returns>
    /// <exception cref="HostException">Unsupported: it is not installed. Timeout.</exception>
    public static Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, string input, CancellationToken cancel) =>
        RunAsync(program, arguments, input, Limits.HostCommand, cancel);

    /// <param name="longest">After which it is ended.</param>
    /// <param name="most">Letters of output that are kept.</param>
    public static async Task<CommandResult> RunAsync(string program,
        IReadOnlyList<string> arguments, string input, TimeSpan longest, CancellationToken cancel,
        int most = Limits.ExecOutputBytes)
    {
        var path = Find(program) ?? throw new HostException(
            Fault.Unsupported, $"The program {program} is not installed.", $"Install {program}.");
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(longest);
        using var process = Start(start, program);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bounded.Token);
            var errors = process.StandardError.ReadToEndAsync(bounded.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), bounded.Token)
                .ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(bounded.Token).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false) + await errors.ConfigureAwait(false);
            return new(
                process.ExitCode,
                text.Length > most ? text[..most] : text);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            Kill(process);
            cancel.ThrowIfCancellationRequested();
            throw new HostException(
                Fault.Timeout, $"{program} did not end within "
                + $"{longest.TotalSeconds:0} s.", "Try again.");
        }
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new HostException(Fault.Unsupported,
                $"The program {program} cannot be run: {error.Message}.",
                $"Install {program} anew.");
        }
    }

    /// <summary>Ends it with all that it began; one that has ended is fine.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }
}
