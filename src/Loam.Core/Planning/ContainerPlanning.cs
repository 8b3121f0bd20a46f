using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Turns a declared service into the containers that make it true.</summary>
internal static class ContainerPlanning
{
    private const string Open = "${secrets.";

    /// <summary>The container of one replica. Everything is decided here; only plaintexts of
    /// secrets are still missing.</summary>
    public static ContainerSpec Container(
        PlanningContext context, DesiredState state, Service service, int index)
    {
        var image = state.Images.GetValueOrDefault(service.Image.Name);
        var (environment, files) = SplitSecrets(context, service);
        var networks = service.Networks.IsEmpty
            ? [EngineNames.DefaultNetwork] : service.Networks;
        var spec = new ContainerSpec
        {
            Name = "",
            Service = service.Name,
            Revision = "",
            Index = index,
            ImageReference = service.Image.Short,
            ImageDigest = image?.Digest ?? service.Image.Digest ?? "",
            ImageIsLocalId = image?.IsLocalId ?? false,
            Command = service.Command,
            Entrypoint = service.Entrypoint,
            User = service.User,
            WorkDir = service.WorkDir,
            Environment = environment,
            SecretFiles = files,
            Sealed = Ciphertexts(state, SecretsOf(service)),
            Mounts = [.. service.Volumes.Select(v => Mount(context, state, v))],
            Ports = service.Ports,
            Networks = [.. networks.Select(n => new NetworkUse(
                EngineNames.NetworkOf(context, state, n).Name, [service.Name]))],
            Limits = service.Limits,
            Restart = service.Restart,
            ReadOnly = service.ReadOnly,
            CapAdd = service.CapAdd,
            Devices = service.Devices,
            Privileged = service.Privileged,
            Labels = service.Labels,
        };
        var revision = EngineNames.Revision(
            context, spec, spec.Sealed.Values, service.RestartedAt);
        return spec with
        {
            Revision = revision,
            Name = EngineNames.Container(context, service.Name, revision, index),
        };
    }

    /// <summary>The same container with another index: all else is shared.</summary>
    public static ContainerSpec Replica(PlanningContext context, ContainerSpec first, int index) =>
        first with
        {
            Index = index,
            Name = EngineNames.Container(context, first.Service, first.Revision, index),
        };

    /// <summary>A candidate that can run beside the present one: no host ports, no name.
    /// </summary>
    public static ContainerSpec Rehearsal(ContainerSpec spec) => spec with
    {
        Name = EngineNames.Rehearsal(spec.Name),
        Rehearsal = true,
        Ports = [.. spec.Ports.Select(p => p with { Host = null })],
        Networks = WithoutAliases(spec.Networks),
        Restart = RestartPolicy.Never,
    };

    public static ImmutableArray<NetworkUse> WithoutAliases(ImmutableArray<NetworkUse> uses) =>
        [.. uses.Select(n => n with { Aliases = [] })];

    /// <summary>Names of the secrets a service uses, in order of name.</summary>
    public static IEnumerable<string> SecretsOf(Service service) =>
        service.Environment.Values.Concat(service.Command).Concat(service.Entrypoint)
            .SelectMany(References).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The names in <c>${secrets.NAME}</c> references of a text.</summary>
    public static IEnumerable<string> References(string text)
    {
        for (var at = text.IndexOf(Open, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(Open, at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', at);
            if (end > at)
            {
                yield return text[(at + Open.Length)..end];
            }
        }
    }

    /// <summary>A variable that is exactly one secret becomes a file where the image reads one
    /// (decision 15); all others stay in the environment.</summary>
    private static (ImmutableSortedDictionary<string, string>, ImmutableArray<SecretFile>)
        SplitSecrets(PlanningContext context, Service service)
    {
        if (!service.Environment.Values.Any(v => v.Contains(Open, StringComparison.Ordinal)))
        {
            return (service.Environment, []);
        }
        var readable = context.FileVariables(service.Image);
        var environment = service.Environment;
        var files = ImmutableArray.CreateBuilder<SecretFile>();
        foreach (var (name, value) in service.Environment)
        {
            var secret = References(value).FirstOrDefault();
            if (secret is null || value != $"{Open}{secret}}}" || !readable.Contains(name))
            {
                continue;
            }
            var target = $"/run/secrets/{secret}";
            environment = environment.Remove(name).SetItem(name + "_FILE", target);
            if (!files.Any(f => f.Secret == secret))
            {
                files.Add(new(secret, target));
            }
        }
        return (environment, files.ToImmutable());
    }

    public static ImmutableSortedDictionary<string, string> Ciphertexts(
        DesiredState state, IEnumerable<string> secrets) => secrets.ToImmutableSortedDictionary(
            s => s, s => state.Secrets.GetValueOrDefault(s)?.Value ?? "");

    public static BindMount Mount(PlanningContext context, DesiredState state, VolumeUse use)
    {
        if (use.IsHostPath)
        {
            return new(use.Source, use.Target, use.ReadOnly);
        }
        var volume = state.Volumes.GetValueOrDefault(use.Source);
        return new(PathOf(context, volume ?? new(use.Source, null, null, null)), use.Target,
            use.ReadOnly);
    }

    public static string PathOf(PlanningContext context, Volume volume) =>
        volume.Path ?? $"{context.VolumeRoot}/{volume.Name}";
}
