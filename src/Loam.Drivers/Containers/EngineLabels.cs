using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Labels by which Loam knows its own containers and networks again (decision 1).
/// </summary>
public static class EngineLabels
{
    public const string Instance = "loam.instance";
    public const string Generation = "loam.generation";
    public const string Service = "loam.service";
    public const string Revision = "loam.revision";
    public const string Index = "loam.index";
    public const string Rehearsal = "loam.rehearsal";
    /// <summary>On a container that runs a job once, instead of <see cref="Service"/>.</summary>
    public const string Job = "loam.job";
    /// <summary>On a network: its declared name.</summary>
    public const string Network = "loam.network";

    /// <summary>What a caller adds to a spec: whose it is and since when.</summary>
    public static ImmutableSortedDictionary<string, string> Owned(
        string instance, int generation) => ImmutableSortedDictionary<string, string>.Empty
            .Add(Instance, instance)
            .Add(Generation, generation.ToString(CultureInfo.InvariantCulture));

    /// <summary>All labels of a container: the user's, what the spec says, and the caller's.
    /// Later ones win, so that no declared label can pretend to be another's.</summary>
    public static ImmutableSortedDictionary<string, string> Of(EngineContainer container)
    {
        var spec = container.Spec;
        if (spec.Job is not null)
        {
            return container.Labels.SetItem(Job, spec.Job);
        }
        var labels = spec.Labels.SetItems(container.Labels)
            .SetItem(Service, spec.Service)
            .SetItem(Revision, spec.Revision)
            .SetItem(Index, spec.Index.ToString(CultureInfo.InvariantCulture));
        return spec.Rehearsal ? labels.SetItem(Rehearsal, "true") : labels.Remove(Rehearsal);
    }

    /// <summary>Two containers are meant to be the same one.</summary>
    public static bool SameContainer(
        IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        new[] { Instance, Service, Job, Revision, Index }.All(
            key => one.GetValueOrDefault(key) == other.GetValueOrDefault(key));

    /// <summary>All labels of a network.</summary>
    public static ImmutableSortedDictionary<string, string> Of(
        NetworkSpec network, IReadOnlyDictionary<string, string> labels) =>
        ImmutableSortedDictionary<string, string>.Empty.SetItems(labels)
            .SetItem(Network, network.Declared)
            .SetItem(Revision, network.Revision);
}
