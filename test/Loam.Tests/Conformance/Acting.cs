using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Conformance;

/// <summary>A plan done and taken back by one driver alone.</summary>
internal static class Acting
{
    /// <summary>Each action twice, by a driver anew: that is doing it once.</summary>
    public static async Task DoAsync(
        Plan plan, Func<IDriver> driver, Func<PlannedAction, bool>? which = null)
    {
        foreach (var action in plan.Steps.SelectMany(s => s.Actions).Where(which ?? (_ => true)))
        {
            await driver().ApplyAsync(action, (_, _, _) => { }, default);
            await driver().ApplyAsync(action, (_, _, _) => { }, default);
        }
    }

    public static async Task UndoAsync(Plan plan, Func<IDriver> driver)
    {
        foreach (var action in plan.Steps.SelectMany(s => s.Actions).Reverse()
            .Select(Inverse.Of).OfType<PlannedAction>())
        {
            await driver().ApplyAsync(action, (_, _, _) => { }, default);
        }
    }

    /// <param name="spec">Of network.yaml.</param>
    public static DesiredState Network(string spec) => StateReader.Read(StateSet.Empty.With(
        "network.yaml", $"apiVersion: loam/v1\nkind: NetworkConfig\nspec:\n  {spec}\n"))
        .State.ShouldNotBeNull();
}
