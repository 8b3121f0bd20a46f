using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Storage;

/// <summary>Plans of nothing but storage.</summary>
internal static class StoragePlanning
{
    public static readonly PlanningContext Context =
        new("11111111-2222-3333-4444-555555555555", "/volumes");

    /// <param name="spec">Of <c>storage.yaml</c>; empty: there is no such file.</param>
    public static StateSet FilesOf(string spec) => spec.Length == 0 ? StateSet.Empty
        : StateSet.Empty.With("storage.yaml",
            "apiVersion: loam/v1\nkind: StorageConfig\nspec:\n" + spec);

    public static DesiredState State(string spec)
    {
        var reading = StateReader.Read(FilesOf(spec));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }

    public static Plan Plan(string before, string after, ObservedStorage storage,
        ObservedVolume? seen = null, bool heal = false, PlanningContext? context = null) =>
        Planner.Plan(State(before), State(after), new()
        {
            ObservedAt = DateTimeOffset.UnixEpoch, Storage = storage,
            Volumes = seen is null ? [] : [seen],
        }, (context ?? Context) with { Heal = heal });

    public static Diagnostic Only(Plan plan) =>
        plan.Findings.Where(f => f.IsError).ShouldHaveSingleItem();
}
