using System.Collections.Concurrent;
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
    private static readonly TimeSpan s_sweepPause = TimeSpan.FromSeconds(5);

    /// <summary>Containers that somebody here works on.</summary>
    private readonly ConcurrentDictionary<string, bool> _taken = new(StringComparer.Ordinal);

    /// <summary>Containers of runs of this process that the engine did not remove.</summary>
    private readonly ConcurrentDictionary<string, bool> _kept = new(StringComparer.Ordinal);

    private volatile bool _hasLeft;

    /// <exception cref="HostException">The container could not be made or started, or the engine
    /// went away.</exception>
    public async Task<ExecResult> RunAsync(
        Job job, DesiredState state, CancellationToken cancel)
    {
        var spec = JobSteps.Container(context, state, job);
        while (!_taken.TryAdd(spec.Name, true))
        {
            await Task.Delay(s_longestPause, time, cancel);
        }
        try
        {
            return await RunAsync(spec, job, state, cancel);
        }
        finally
        {
            _taken.TryRemove(spec.Name, out _);
        }
    }

    private async Task<ExecResult> RunAsync(
        ContainerSpec spec, Job job, DesiredState state, CancellationToken cancel)
    {
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
            await LetGoAsync(spec.Name);
        }
    }

    /// <summary>An engine that went away keeps what runs: it is removed when the engine is back.
    /// </summary>
    private async Task LetGoAsync(string name)
    {
        try
        {
            await engine.RemoveAsync(name, CancellationToken.None);
            _kept.TryRemove(name, out _);
        }
        catch (HostException)
        {
            _kept[name] = true;
            _hasLeft = true;
        }
    }

    /// <summary>Removes what could not be removed, as soon as the engine answers again.</summary>
    /// <param name="found">Is told of what an earlier process left.</param>
    public async Task SweepAsync(Action<LeftJob> found, CancellationToken stop)
    {
        while (true)
        {
            if (_hasLeft)
            {
                try
                {
                    foreach (var left in await RecoverAsync(stop))
                    {
                        found(left);
                    }
                }
                catch (HostException)
                {
                    // The engine is still away: whoever looks after it says so.
                }
            }
            await Task.Delay(s_sweepPause, time, stop);
        }
    }

    /// <summary>Removes what was left behind, and says what became of what an earlier process
    /// began.</summary>
    public async Task<ImmutableArray<LeftJob>> RecoverAsync(CancellationToken cancel)
    {
        // First: what is left meanwhile is left.
        _hasLeft = false;
        var left = ImmutableArray.CreateBuilder<LeftJob>();
        try
        {
            foreach (var container in await engine.ListJobsAsync(context.Instance, cancel))
            {
                if (_taken.TryAdd(container.Name, true))
                {
                    left.AddRange(await RecoverAsync(container, cancel));
                }
            }
        }
        catch
        {
            _hasLeft = true;
            throw;
        }
        return left.ToImmutable();
    }

    private async Task<IEnumerable<LeftJob>> RecoverAsync(
        ObservedContainer container, CancellationToken cancel)
    {
        try
        {
            var output = container.StartedAt is null ? ""
                : await OutputAsync(container.Name, cancel);
            var result = container.ExitCode is { } code ? new ExecResult(code, output)
                : new ExecResult(-1, output)
                {
                    Broken = "The daemon ended while it ran, so it was ended, too.",
                };
            await engine.RemoveAsync(container.Name, cancel);
            return _kept.TryRemove(container.Name, out _) ? []
                : [new(container.Job!, container.StartedAt, result)];
        }
        finally
        {
            _taken.TryRemove(container.Name, out _);
        }
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
