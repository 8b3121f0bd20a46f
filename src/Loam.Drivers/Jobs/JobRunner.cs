using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Messages;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Jobs;

/// <summary>Runs a job once, wherever it is declared to run.</summary>
public sealed class JobRunner(IContainerEngine engine, string instance, JobContainers containers,
    Sandbox sandbox, OwnChecks own, ISecretVault vault)
{
    /// <summary>One try. The secrets the job uses do not stand in what is kept of its output.
    /// </summary>
    /// <param name="state">The state that declares it.</param>
    /// <exception cref="HostException">It could not begin. In a service, Timeout: it took longer
    /// than the job allows, and was ended.</exception>
    public async Task<ExecResult> RunAsync(
        Job job, DesiredState state, CancellationToken cancel)
    {
        var secrets = job.Secrets.Where(state.Secrets.ContainsKey).ToImmutableSortedDictionary(
            s => s, s => vault.Reveal(state.Secrets[s].Value));
        string Hide(string text) => SecretHiding.Hide(text, secrets.Values);
        try
        {
            var result = job.OwnCheck is { } check
                ? await own.RunAsync(check, job.Timeout, cancel)
                : job.Image is not null ? await containers.RunAsync(job, state, cancel)
                : job.Container is { } service
                    ? await InServiceAsync(job, service, secrets, cancel)
                    : await OnHostAsync(job, secrets, cancel);
            return result with { Output = Hide(result.Output) };
        }
        catch (HostException fault) when (secrets.Count > 0)
        {
            throw new HostException(fault.Fault, Hide(fault.Message), fault.Remedy);
        }
    }

    private async Task<ExecResult> InServiceAsync(Job job, string service,
        ImmutableSortedDictionary<string, string> secrets, CancellationToken cancel)
    {
        var container = (await engine.ListAsync(instance, cancel))
            .Where(c => c.Service == service && !c.Rehearsal
                && c.State == ContainerState.Running)
            .OrderBy(c => c.Index).ThenByDescending(c => c.Generation).FirstOrDefault()
            ?? throw new HostException(Fault.NotFound,
                $"Service {service}, in which job {job.Name} runs, does not run.",
                "`loam status` shows why; `loam heal` starts what should run.");
        return await engine.ExecAsync(
            container.Name, Filled(job, secrets), job.Timeout, cancel);
    }

    private Task<ExecResult> OnHostAsync(Job job,
        ImmutableSortedDictionary<string, string> secrets, CancellationToken cancel) =>
        sandbox.RunAsync(Filled(job, secrets), job.Environment.ToImmutableSortedDictionary(
            e => e.Key, e => SecretReferences.Fill(e.Value, s => secrets[s])),
            job.Access, job.Timeout, cancel);

    private static ImmutableArray<string> Filled(
        Job job, ImmutableSortedDictionary<string, string> secrets) =>
        [.. job.Command.Select(c => SecretReferences.Fill(c, s => secrets[s]))];
}
