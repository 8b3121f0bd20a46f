using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>Names and revisions as the engine sees them (decision 12). They are functions of
/// what is declared, so "already exists" means the work was done before.</summary>
public static class EngineNames
{
    /// <summary>The instance's own network, for services that declare none (decision 22).
    /// </summary>
    public const string DefaultNetwork = "default";

    public static string Container(PlanningContext context, string service, string revision,
        int index) =>
        $"loam-{context.ShortInstance}-{service}-{revision}"
        + (index == 0 ? "" : $"-{index.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The fresh container of a job. No service has a dot in its name.</summary>
    public static string Job(PlanningContext context, string job) =>
        $"loam-{context.ShortInstance}-job.{job}";

    public static string Rehearsal(string container) => container + "-try";

    public static NetworkSpec Network(PlanningContext context, Network network)
    {
        var revision = Digests.Of($"{network.Name} {network.Internal}")[..6];
        return new($"loam-{context.ShortInstance}-{network.Name}-{revision}", network.Name,
            revision, network.Internal);
    }

    public static NetworkSpec NetworkOf(PlanningContext context, DesiredState state, string name)
    {
        var declared = state.Networks.GetValueOrDefault(name);
        return Network(context, declared ?? new(name, Internal: false));
    }

    /// <summary>The networks a state needs: those declared, and the default one when a service
    /// or a job of its own container declares none.</summary>
    public static ImmutableSortedDictionary<string, NetworkSpec> Networks(
        PlanningContext context, DesiredState state)
    {
        var all = state.Networks.Values.Select(n => Network(context, n)).ToList();
        if ((state.Services.Values.Any(s => s.Networks.IsEmpty)
            || state.Jobs.Values.Any(j => j.Image is not null && j.Networks.IsEmpty))
            && !state.Networks.ContainsKey(DefaultNetwork))
        {
            all.Add(Network(context, new(DefaultNetwork, Internal: false)));
        }
        return all.ToImmutableSortedDictionary(n => n.Declared, n => n, StringComparer.Ordinal);
    }

    /// <summary>Ten hex digits over everything of a container that cannot be changed while it
    /// runs.</summary>
    public static string Revision(PlanningContext context, ContainerSpec spec,
        IEnumerable<string> secretValues, string? restartedAt)
    {
        var text = new StringBuilder(512);
        void Add(string field, string? value) =>
            text.Append(field).Append('=').Append(value?.Length ?? -1).Append(':').Append(value)
                .Append('\n');
        void AddAll(string field, IEnumerable<string> values)
        {
            foreach (var value in values)
            {
                Add(field, value);
            }
        }
        Add("image", spec.ImageDigest);
        AddAll("command", spec.Command);
        AddAll("entrypoint", spec.Entrypoint);
        Add("user", spec.User);
        Add("workdir", spec.WorkDir);
        AddAll("environment", spec.Environment.Select(e => $"{e.Key}={e.Value}"));
        AddAll("secret", spec.SecretFiles.Select(f => $"{f.Secret} {f.Target}"));
        AddAll("value", secretValues);
        AddAll("mount", spec.Mounts.Select(m => $"{m.HostPath} {m.Target} {m.ReadOnly}"));
        AddAll("port", spec.Ports.Select(p => $"{p.Address} {p}"));
        AddAll("network", spec.Networks.Select(
            n => $"{n.Network} {string.Join(' ', n.Aliases)}"));
        AddAll("label", spec.Labels.Select(l => $"{l.Key}={l.Value}"));
        AddAll("capability", spec.CapAdd);
        AddAll("device", spec.Devices);
        Add("flags", $"{spec.ReadOnly} {spec.Privileged}");
        Add("restarted", restartedAt);
        if (!context.LimitsInPlace)
        {
            Add("limits", $"{spec.Limits} {spec.Restart}");
        }
        return Digests.Of(text.ToString())[..10];
    }
}
