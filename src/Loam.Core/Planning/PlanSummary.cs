using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>Totals, risk, restrictions and the digest of a finished plan.</summary>
internal static class PlanSummary
{
    public static Plan Finish(
        PlanDraft draft, ImmutableArray<Step> steps, IReadOnlyList<Diagnostic> findings)
    {
        var named = steps.Select(s => s with { Summary = Sentence(draft, s) })
            .ToImmutableArray();
        var generates = draft.After.Secrets.Values.Where(s => s.IsGenerated)
            .Select(s => $"{s.Name}:{s.Value[FreshSecret.Prefix.Length..]}").ToImmutableArray();
        var restricted = Approving.Restrictions.Of(draft.Before, draft.After);
        if (!draft.Context.Heal && named.Any(
            s => s.Id.Kind == ResourceKind.User && !s.Actions.IsEmpty))
        {
            // Taking the list up again may lock somebody though no user is declared anew.
            restricted = [.. restricted.Union([SecurityFile.File])];
        }
        return new()
        {
            Steps = named,
            Findings = [.. findings],
            Totals = Totals(draft, named),
            Risk = named.IsEmpty ? Risk.Low : named.Max(s => s.Risk),
            Restricted = restricted,
            Generates = generates,
            OnTrial = draft.Context.Access is not null && named.Any(s => !s.Actions.IsEmpty
                && (s.Id.Kind == ResourceKind.Firewall || UserSteps.IsOnTrial(draft, s)
                    || InterfaceSteps.IsOnTrial(draft, s))),
            Digest = Digest(draft.After, named, restricted, generates),
        };
    }

    /// <summary>What approval is bound to: every step, its order and every action's target.
    /// Container and network names contain the digest of all they are made of.</summary>
    private static string Digest(DesiredState after, ImmutableArray<Step> steps,
        ImmutableArray<string> restricted, ImmutableArray<string> generates)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"step {step.Number} {step.Id} {step.Verb} {step.Way} {step.Risk}\n")
                .Append("before ").Append(step.Before).Append('\n')
                .Append("after ").Append(step.After).Append('\n')
                .Append("requires ").AppendJoin(' ', step.Requires).Append('\n')
                .Append("retires ").AppendJoin(' ', step.Retires).Append('\n');
            if (step.Id.Kind == ResourceKind.Job
                && JobSteps.Pin(after, after.Jobs.GetValueOrDefault(step.Id.Name)) is { } pin)
            {
                text.Append("image ").Append(pin).Append('\n');
            }
            foreach (var action in step.Actions)
            {
                text.Append(CultureInfo.InvariantCulture, $"do {action.Kind} {action.Target} ")
                    .Append(action.Image?.Digest).Append(action.Limits).Append(action.Volume)
                    .Append(action.Access).Append(action.Group)
                    .Append(action.Firewall?.After?.Digest)
                    .Append(action.Certificate).Append(action.Data?.Path)
                    .Append(action.Hostname).Append(action.Timezone)
                    .Append(action.Resolver).Append(action.Interface?.Path)
                    .Append(action.Interface?.Before.Canonical()).Append('>')
                    .Append(action.Interface?.After.Canonical())
                    .Append(action.User?.Before?.Canonical()).Append('>')
                    .Append(action.User?.After?.Canonical()).Append('\n');
            }
        }
        text.Append("restricted ").AppendJoin(' ', restricted).Append('\n')
            .Append("generates ").AppendJoin(' ', generates).Append('\n');
        return Digests.Of(text.ToString());
    }

    private static PlanTotals Totals(PlanDraft draft, ImmutableArray<Step> steps)
    {
        var real = steps.Where(s => s.Id.Kind != ResourceKind.Image).ToList();
        int Count(Verb verb) => real.Count(s => s.Verb == verb);
        var touched = steps.Where(s => s.Id.Kind == ResourceKind.Service)
            .Select(s => s.Id.Name).ToList();
        long Sum(DesiredState state, Func<ResourceLimits, long?> pick) => touched
            .Select(n => state.Services.GetValueOrDefault(n)).OfType<Service>()
            .Sum(s => (pick(s.Limits) ?? 0) * s.Replicas);
        HashSet<int> Ports(DesiredState state) => [.. touched
            .Select(n => state.Services.GetValueOrDefault(n)).OfType<Service>()
            .Where(s => s.Replicas > 0).SelectMany(s => s.Ports)
            .Where(p => p.Host is not null).Select(p => p.Host!.Value)];
        var (before, after) = (Ports(draft.Before), Ports(draft.After));
        var pulls = steps.SelectMany(s => s.Actions).Where(a => a.Kind == ActionKind.Pull)
            .Select(a => a.Image!).ToList();
        return new(Count(Verb.Create), Count(Verb.Update), Count(Verb.Replace),
            Count(Verb.Delete),
            Sum(draft.After, l => l.Memory) - Sum(draft.Before, l => l.Memory),
            Sum(draft.After, l => l.Cpu) - Sum(draft.Before, l => l.Cpu),
            pulls.Count == 0 ? 0
                : pulls.All(p => p.Size is not null) ? pulls.Sum(p => p.Size!.Value) : null,
            [.. after.Except(before).Order()], [.. before.Except(after).Order()]);
    }

    /// <summary>The step in words, written by code from the typed step.</summary>
    private static string Sentence(PlanDraft draft, Step step)
    {
        var name = step.Id.Name;
        return step.Id.Kind switch
        {
            ResourceKind.Image => $"pull {name}",
            ResourceKind.Network => step.Verb switch
            {
                Verb.Create => $"create network {name}",
                Verb.Delete => $"remove network {name}",
                _ => $"replace network {name}",
            },
            ResourceKind.Group or ResourceKind.Volume or ResourceKind.Mount =>
                StorageSteps.Sentence(step),
            ResourceKind.Secret => step.Verb switch
            {
                Verb.Create => draft.After.Secrets[name].IsGenerated
                    ? $"generate secret {name}" : $"keep secret {name}",
                Verb.Delete => $"remove secret {name}",
                _ => $"change secret {name}",
            },
            ResourceKind.Service => ServiceSentence(draft, step, name),
            ResourceKind.Certificate => CertificateSteps.Sentence(step),
            ResourceKind.User => UserSteps.Sentence(step),
            ResourceKind.Identity => IdentitySteps.Sentence(draft, step),
            ResourceKind.Interface => InterfaceSteps.Sentence(draft, step),
            ResourceKind.Dns => ResolverSteps.Sentence(step),
            ResourceKind.Firewall => FirewallStep.Sentence(step),
            ResourceKind.Ban => BanSteps.Sentence(step),
            ResourceKind.Job => step.Verb switch
            {
                Verb.Create => $"schedule job {name}",
                Verb.Delete => $"forget job {name}",
                _ => $"change job {name}",
            },
            _ => $"record {step.Id}",
        };
    }

    private static string ServiceSentence(PlanDraft draft, Step step, string name)
    {
        var replicas = draft.After.Services.GetValueOrDefault(name)?.Replicas;
        return step switch
        {
            { Verb: Verb.Delete } => $"remove service {name}",
            _ when replicas == 0 => $"stop service {name}",
            { Actions.IsEmpty: true } => $"record service {name}",
            { Verb: Verb.Create } => $"start service {name}",
            { Verb: Verb.Update, Way: Way.Swap } => $"restart service {name}",
            { Way: Way.InPlace } => $"change service {name} while it runs",
            { Verb: Verb.Replace } => $"replace service {name}",
            _ => $"bring service {name} to {replicas} running",
        };
    }
}
