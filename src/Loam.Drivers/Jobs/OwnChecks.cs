using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Jobs;

/// <summary>Loam's own verbs that look and change nothing, as jobs: this executable asks its own
/// daemon, and says what it would say at a terminal.</summary>
public sealed class OwnChecks(InstancePaths paths, TimeProvider time)
{
    /// <param name="words">Of <see cref="Core.Resources.Job.OwnCheck"/>.</param>
    public async Task<ExecResult> RunAsync(
        ImmutableArray<string> words, TimeSpan limit, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            paths.Home is { } home ? ["--home", home, .. words] : words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            return await BoundedProcess.EndAsync(process, limit, time, cancel)
                .ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            throw new HostException(Fault.Unavailable,
                $"Loam cannot run itself: {error.Message}.", "Install it anew.");
        }
    }
}
