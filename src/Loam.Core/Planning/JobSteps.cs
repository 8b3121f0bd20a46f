using Loam.Core.Resources;
using Loam.Core.Scheduling;

namespace Loam.Core.Planning;

/// <summary>Jobs. Approving one changes nothing on the host but that its image is there: the
/// daemon runs it when it is due.</summary>
public static class JobSteps
{
    internal static void Add(PlanDraft draft)
    {
        foreach (var change in draft.Changes.Values.Where(c => c.Id.Kind == ResourceKind.Job))
        {
            var job = draft.After.Jobs.GetValueOrDefault(change.Id.Name);
            draft.Add(change, change.Verb, Way.InPlace, TimeSpan.Zero, [], [], RiskOf(job),
                [.. Notes(job)]);
        }
        foreach (var job in draft.After.Jobs.Values.Where(j => !draft.Changes.ContainsKey(j.Id)))
        {
            var digest = Pin(draft.After, job);
            if (digest is not null && digest != Pin(draft.Before, job))
            {
                draft.Add(draft.ChangeOf(job.Id), Verb.Update, Way.InPlace, TimeSpan.Zero, [], [],
                    Risk.Low, $"runs from another build of {job.Image!.Short}");
            }
        }
    }

    /// <summary>Images that jobs in scope run from.</summary>
    internal static IEnumerable<(string ImageReference, string ImageDigest)> Images(
        PlanDraft draft) =>
        from job in draft.After.Jobs.Values
        where job.Image is not null && (draft.IsInScope(job.Id)
            || draft.Steps.Any(s => s.Id == job.Id))
        select (job.Image!.Short, Pin(draft.After, job) ?? "");

    /// <summary>Digest of the image a job runs from; null: it has none.</summary>
    internal static string? Pin(DesiredState state, Job? job) => job?.Image is not { } image ? null
        : state.Images.GetValueOrDefault(image.Name)?.Digest ?? image.Digest;

    /// <summary>The fresh container of a job, decided wholly; only plaintexts of secrets are
    /// missing.</summary>
    public static ContainerSpec Container(PlanningContext context, DesiredState state, Job job)
    {
        Invariant.Require(job.Image is not null, "only a job with an image has a container");
        var image = state.Images.GetValueOrDefault(job.Image.Name);
        var networks = job.Networks.IsEmpty ? [EngineNames.DefaultNetwork] : job.Networks;
        return new()
        {
            Name = EngineNames.Job(context, job.Name),
            Service = "",
            Job = job.Name,
            Revision = "",
            Index = 0,
            ImageReference = job.Image.Short,
            ImageDigest = image?.Digest ?? job.Image.Digest ?? "",
            ImageIsLocalId = image?.IsLocalId ?? false,
            Entrypoint = job.Command,
            Environment = job.Environment,
            Sealed = ContainerPlanning.Ciphertexts(state, job.Secrets),
            Mounts = [.. job.Volumes.Select(v => ContainerPlanning.Mount(context, state, v))],
            Networks = [.. networks.Select(n => new NetworkUse(
                EngineNames.NetworkOf(context, state, n).Name, []))],
            Limits = new(null, null, null),
            Restart = RestartPolicy.Never,
        };
    }

    private static Risk RiskOf(Job? job) =>
        job is not null && (job.Volumes.Any(v => v.IsHostPath && !v.ReadOnly)
            || job.Access.Any(a => a.Kind == AccessKind.Write)) ? Risk.Medium : Risk.Low;

    private static IEnumerable<string> Notes(Job? job)
    {
        if (job is null)
        {
            yield break;
        }
        yield return $"{ScheduleWords.Of(job.Schedule.Text)}, in {job.Where}";
        yield return $"runs {job.Words}";
        if (job.IsOnHost && job.OwnCheck is null)
        {
            yield return job.Access.IsEmpty ? "reaches no files and no network"
                : $"may {string.Join(", ", job.Access.Select(a => a.Words))}, and nothing else";
            if (job.Command.SelectMany(ContainerPlanning.References).Any())
            {
                yield return "whoever is on this machine sees the secrets in its command while it "
                    + "runs; environment hides them";
            }
        }
        foreach (var secret in job.Image is null ? [] : job.Secrets)
        {
            yield return $"the engine stores the secret {secret} with the container while it runs";
        }
        foreach (var use in job.Volumes)
        {
            yield return $"{(use.ReadOnly ? "sees" : "writes to")} {use.Source} at {use.Target}";
        }
    }
}
