using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Mind;

/// <summary>Machines as a model would see them.</summary>
internal static class Views
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.FromHours(1));

    public static MachineView Of(StateSet state, params LogExcerpt[] logs) => Of(state, [], logs);

    public static MachineView Of(
        StateSet state, IEnumerable<MachineEvent> events, params LogExcerpt[] logs) =>
        MachineView.Of(7, state, new("atlas", "0.1.0", "Docker 27.5", 7, "add web", Noon, null,
            null,
            [
                .. (StateReader.Read(state).State ?? DesiredState.Empty).Services.Values.Select(s =>
                    new ServiceStatus(s.Name, s.Image.Short, ServiceHealth.Healthy, "well", 1, 1,
                        s.Ports, null, 0, null, 64L << 20, null, 1)),
            ], [], [], []),
            events, new("atlas", "Debian GNU/Linux 13", "6.12.9", 4, 16L << 30, 9L << 30,
                500L << 30, 320L << 30, Noon, "Europe/Berlin", "de_DE.UTF-8"), logs, ["anna"]);

    /// <summary>That many services, each with a comment of its own.</summary>
    public static StateSet Many(int services) => StateSet.Empty.With("services.yaml",
        "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n" + string.Concat(
            Enumerable.Range(0, services).Select(n => $"""
                # Number {n}.
                - name: app-{n}
                  image: ghcr.io/example/app:2.1
                  ports:
                    - container: 8000
                      host: {8000 + n}
                  environment: {"{"}MODE: production, PLACE: "here, there"{"}"}
                  resources: {"{"}memory: 256Mi{"}"}

            """)));
}
