using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>How an app writes its data out and reads them in again.</summary>
/// <param name="Target">Where its data are in its container.</param>
/// <param name="Dump">Run in the container; writes everything to standard output.</param>
/// <param name="DumpEnd">Stands near the end of a dump that is whole; null: nothing does.</param>
/// <param name="Restore">Run in a fresh one; reads from standard input.</param>
public sealed record DumpWay(string Target, ImmutableArray<string> Dump, string? DumpEnd,
    ImmutableArray<string> Restore);

/// <summary>What becomes of a service's data when they go from one format to another. Everything
/// lies beside the directory, so that each move is one rename.</summary>
/// <param name="Service">For words.</param>
/// <param name="Path">The directory of the data on the host.</param>
/// <param name="Aside">Where the present contents go, and stay.</param>
/// <param name="DumpFile">Where the dump lies meanwhile.</param>
public sealed record DataMove(
    string Service, string Path, string Aside, string DumpFile, DumpWay Way);

/// <summary>A service whose data its new version cannot read (decision 11): the old version writes
/// them out, the new one reads them in, each in a container that nobody else can reach.</summary>
/// <param name="Former">The container of the old version.</param>
/// <param name="FormerProbe">When that one is ready.</param>
internal sealed record DataUpgrade(
    string From, string To, DataMove Move, ContainerSpec Former, Probe FormerProbe)
{
    /// <summary>Decides whether a service's data change their format, and whether Loam can take
    /// them along.</summary>
    /// <returns>Both null: they stay as they are. A hindrance says why Loam cannot.</returns>
    public static (DataUpgrade? Upgrade, string? Hindrance) Of(PlanDraft draft, Service service)
    {
        var context = draft.Context;
        if (!service.WritesVolumes
            || draft.Before.Services.GetValueOrDefault(service.Name) is not { } old
            || old.Image.Product != service.Image.Product
            || context.DataMajor(old.Image) is not { } from
            || context.DataMajor(service.Image) is not { } to || from == to
            || service.Volumes.All(v => v.ReadOnly || IsEmpty(draft, v)))
        {
            return default;
        }
        if (service.Replicas == 0)
        {
            return (null, "it is stopped, and would find them as they are when it starts");
        }
        if (context.DumpOf(service.Image) is not { } way)
        {
            return (null, "the catalogue does not know how it writes its data out");
        }
        var use = service.Volumes.FirstOrDefault(v => v.Target == way.Target && !v.ReadOnly);
        if (use is null || !old.Volumes.Contains(use))
        {
            return (null, $"{way.Target} is not the same volume in both");
        }
        if (draft.After.Volumes.GetValueOrDefault(use.Source)?.Size is not null)
        {
            return (null, $"{use.Source} is a file system of its own, which cannot be put aside");
        }
        if (draft.Before.Volumes.GetValueOrDefault(use.Source)?.Path
            != draft.After.Volumes.GetValueOrDefault(use.Source)?.Path)
        {
            return (null, $"{use.Source} moves to another path in the same change");
        }
        if (service.Replicas > 1 || old.Replicas > 1)
        {
            return (null, "more than one replica writes them");
        }
        var path = PathOf(draft, use);
        var others = draft.After.Services.Values.Concat(draft.Before.Services.Values)
            .Where(s => s.Name != service.Name && s.Volumes.Any(v => PathOf(draft, v) == path))
            .Select(s => s.Name).Distinct().ToList();
        if (others.Count > 0)
        {
            return (null, $"{string.Join(" and ", others)} uses the same volume");
        }
        var aside = $"{path}.before-{to}";
        return (new(from, to, new(service.Name, path, aside, aside + ".dump", way),
            draft.ContainerBefore(service.Name)!, old.Probe), null);
    }

    /// <summary>What a person must know of it.</summary>
    public IEnumerable<string> Notes() =>
    [
        $"its data go from version {From} to {To}: {From} writes them out, {To} reads them in; "
            + "nobody can reach them meanwhile",
        $"the files of version {From} stay in {Move.Aside}: delete that directory when all is well",
    ];

    private static bool IsEmpty(PlanDraft draft, VolumeUse use)
    {
        var path = PathOf(draft, use);
        // What is in an image that is not attached cannot be seen.
        return draft.Observed.Storage?.Image(use.Source) is not { IsThere: true }
            && draft.Observed.Volumes.FirstOrDefault(v => v.Path == path) is not
            { IsEmpty: false };
    }

    private static string PathOf(PlanDraft draft, VolumeUse use) => use.IsHostPath ? use.Source
        : draft.After.Volumes.GetValueOrDefault(use.Source) is { } volume
            ? ContainerPlanning.PathOf(draft.Context, volume)
            : $"{draft.Context.VolumeRoot}/{use.Source}";
}
