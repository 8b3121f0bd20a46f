using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Mind.Privacy;

/// <summary>Names of a machine that are private, from what a model would be shown of it.
/// </summary>
public static class PrivateNames
{
    public static RedactionFacts Of(MachineView view, DesiredState state)
    {
        string[] hosts = [view.Host.Name, view.Status.Host, state.Hostname ?? ""];
        var domains = hosts.Where(h => h.Contains('.', StringComparison.Ordinal))
            .Select(h => h[(h.IndexOf('.', StringComparison.Ordinal) + 1)..])
            .Concat(state.Certificates.Values.SelectMany(c => c.Domains)
                .Select(d => d.TrimStart('*', '.')))
            .Concat(Search(state))
            .Where(d => d.Contains('.', StringComparison.Ordinal));
        return new(
            [.. hosts.Where(h => h.Length > 0)
                .SelectMany(h => new[] { h, h.Split('.')[0] })],
            [.. domains],
            [.. view.People, .. state.Users.Keys],
            [
                .. state.Services.Keys, .. state.Volumes.Keys, .. state.Networks.Keys,
                .. state.Jobs.Keys,
            ],
            [.. state.Secrets.Keys]);
    }

    private static IEnumerable<string> Search(DesiredState state) =>
        state.Specs.GetValueOrDefault(NetworkFile.File)?.Map("dns")?.Texts("search") ?? [];
}
