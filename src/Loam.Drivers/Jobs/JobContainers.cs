using System.Collections.Immutable;
using System.Text;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Jobs;

/// <summary>What a container that outlived the daemon was found to have done.</summary>
/// <param name="Started">Null: it never ran.</param>
public sealed record LeftJob(string Job, DateTimeOffset? Started, ExecResult Result);

/// <summary>Jobs that have a fresh container for every try: made, waited for and removed.
/// </summary>
public sealed class JobContainers(IContainerEngine engine, PlanningContext context,
    ISecretVault vault, ImageDriver images, TimeProvider time)
{
    /// <summary>Lines of a log that are looked at for the beginning of what was written.
    /// </summary>
    private const int LogLines = 100_000;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    /// <exception cref="HostException">The container could not be made or started, or the engine
    /// went away.</exception>
    public async Task<ExecResult> RunAsync(
        Job job, DesiredState state, CancellationToken cancel)
    {
        var spec = JobSteps.Container(context, state, job);
        // Left by a daemon that ended: of one name there is one, and nobody waits for it.
        await engine.RemoveAsync(spec.Name, cancel);
        try
        {
            await PullAsync(state, job, cancel);
            await engine.CreateAsync(SecretReferences.Fill(spec, vault,
                EngineLabels.Owned(context.Instance, 0)), cancel);
            await engine.StartAsync(spec.Name, cancel);
            var code = await EndAsync(spec.Name, job.Timeout, cancel);
            var result = new ExecResult(code ?? -1, await OutputAsync(spec.Name, cancel));
            return code is not null ? result
                : result with { Broken = BoundedProcess.TooLong(job.Timeout) };
        }
        finally
        {
            await engine.RemoveAsync(spec.Name, CancellationToken.None);
        }
    }

    /// <summary>Removes what a daemon that ended left behind, and says what became of it.
    /// </summary>
    public async Task<ImmutableArray<LeftJob>> RecoverAsync(CancellationToken cancel)
    {
        var left = ImmutableArray.CreateBuilder<LeftJob>();
        foreach (var container in await engine.ListJobsAsync(context.Instance, cancel))
        {
            var output = container.StartedAt is null ? ""
                : await OutputAsync(container.Name, cancel);
            var result = container.ExitCode is { } code ? new ExecResult(code, output)
                : new ExecResult(-1, output)
                {
                    Broken = "The daemon ended while it ran, so it was ended, too.",
                };
            await engine.RemoveAsync(container.Name, cancel);
            left.Add(new(container.Job!, container.StartedAt, result));
        }
        return left.ToImmutable();
    }

    /// <summary>Pulled when the job was approved; here only if somebody removed it since.
    /// </summary>
    private async Task PullAsync(DesiredState state, Job job, CancellationToken cancel)
    {
        if (state.Images.GetValueOrDefault(job.Image!.Name) is { IsLocalId: false } image
            && await engine.FindImageAsync(
                $"{job.Image.Registry}/{job.Image.Repository}@{image.Digest}", cancel) is null)
        {
            await images.ApplyAsync(
                new(ActionKind.Pull, job.Image.Short) { Image = image }, (_, _, _) => { }, cancel);
        }
    }

    /// <returns>Its exit code; null: it still ran at its time limit.</returns>
    private async Task<int?> EndAsync(string name, TimeSpan limit, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            var seen = await engine.FindAsync(name, cancel)
                ?? throw new HostException(Fault.NotFound,
                    $"The container {name} was removed while it ran.");
            if (seen.State is ContainerState.Exited or ContainerState.Dead)
            {
                return seen.ExitCode ?? -1;
            }
            var left = limit - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                await engine.StopAsync(name, TimeSpan.Zero, cancel);
                return null;
            }
            await Task.Delay(left < pause ? left : pause, time, cancel);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    /// <summary>The beginning of what it wrote.</summary>
    private async Task<string> OutputAsync(string name, CancellationToken cancel)
    {
        var text = new StringBuilder();
        await foreach (var line in engine.LogsAsync(name, LogLines, follow: false, cancel))
        {
            text.Append(line.Text).Append('\n');
            if (text.Length >= Limits.ExecOutputBytes)
            {
                text.Length = Limits.ExecOutputBytes;
                break;
            }
        }
        return text.ToString();
    }
}
