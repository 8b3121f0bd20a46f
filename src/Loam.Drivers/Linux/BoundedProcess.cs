using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loam.Core;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Linux;

/// <summary>Waits for a process of this host whose streams are ours, and for no longer than it
/// may take.</summary>
internal static class BoundedProcess
{
    /// <returns>Its exit code and the beginning of what it wrote, errors among it as they came;
    /// <see cref="ExecResult.Broken"/> when it was killed at its limit.</returns>
    public static async Task<ExecResult> EndAsync(
        Process process, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        var kept = new MemoryStream();
        var reading = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, kept),
            ReadAsync(process.StandardError.BaseStream, kept));
        using var bounded = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bounded.Token, cancel);
        var isLate = false;
        try
        {
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            isLate = true;
            Command.Kill(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        // Somebody who was started by it and left it may still hold the streams.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None))
            .ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        string output;
        lock (kept)
        {
            output = Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
        }
        return isLate ? new(-1, output) { Broken = TooLong(limit) }
            : new(process.ExitCode, output);
    }

    /// <summary>Why something was ended.</summary>
    public static string TooLong(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture,
        $"It did not end within {limit.TotalSeconds:0.#} s, and was ended.");

    private static async Task ReadAsync(Stream stream, MemoryStream kept)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            lock (kept)
            {
                kept.Write(buffer, 0, Math.Min(read, Limits.ExecOutputBytes - (int)kept.Length));
            }
        }
    }
}
