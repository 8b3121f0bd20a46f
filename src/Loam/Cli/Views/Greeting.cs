using Loam.Core.Reconciling;
using Loam.Drivers.Network;
using Loam.Init;

namespace Loam.Cli.Views;

/// <summary>What the console of a machine says to whoever comes.</summary>
internal static class Greeting
{
    /// <param name="status">Null: the daemon does not answer.</param>
    public static IEnumerable<Line> Of(
        MachineStatus? status, IReadOnlyList<HostLink> links, DateTimeOffset now, Look look)
    {
        yield return Line.Empty;
        if (status is null)
        {
            yield return new Line("The daemon does not answer. ", Ink.Bad)
                .Add($"{MachineTable.Logs}/daemon.log says why; it is started again and again.");
            yield break;
        }
        foreach (var line in StatusView.Of(status, now, look))
        {
            yield return line;
        }
        var addresses = links.Where(l => NetworkCards.IsOne(l.Name))
            .SelectMany(l => l.Addresses.Concat(l.Leased)
            .Where(a => !a.StartsWith("fe80:", StringComparison.Ordinal))
            .Select(a => $"{a.Split('/')[0]} ({l.Name})")).ToList();
        yield return new Line("address: ", Ink.Dim).Add(addresses.Count == 0
            ? "none yet" : string.Join(", ", addresses));
        yield return new Line("over SSH: ", Ink.Dim).Add("type ").Add("loam", Ink.Accent);
    }
}
