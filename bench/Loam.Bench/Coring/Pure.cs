using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Bench.Coring;

/// <summary>Core alone: no host, no clock. Warm, because that is how a daemon is.</summary>
internal static class Pure
{
    private const int Lines = 120;
    private const int Services = 500;
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(4);
    private static readonly PlanningContext s_context =
        new("0a1b2c3d-0000-4000-8000-000000000000", "/var/lib/loam/volumes") { Heal = true };

    public static Samples Parse(int rounds)
    {
        var text = Manifest(5).TrimEnd('\n');
        text += string.Concat(Enumerable.Repeat("\n# the rest is said in the wiki",
            Lines - text.Split('\n').Length)) + "\n";
        Invariant.Require(text.TrimEnd('\n').Split('\n').Length == Lines, "120 lines");
        var reads = 0;
        return Measure(rounds, () =>
        {
            // Another text each time: one that was read before is not read again.
            var reading = StateReader.Read(
                StateSet.Empty.With("services.yaml", $"{text[..^1]} {++reads}\n"));
            Invariant.Require(reading.State?.Services.Count == 5,
                string.Join("; ", reading.Findings));
        });
    }

    public static Samples Plan500(int rounds)
    {
        var state = StateReader.Read(
            StateSet.Empty.With("services.yaml", Manifest(Services))).State!;
        state = state.With(state.Services.Values.Select(s => s.Image.Name).Distinct()
            .ToImmutableSortedDictionary(
                n => n, n => new ResolvedImage(n, "sha256:" + new string('a', 64), false, null)));
        var observed = Applied(state);
        return Measure(rounds, () => Invariant.Require(
            Planner.Plan(state, state, observed, s_context).IsEmpty, "there was something to do"));
    }

    /// <summary>A machine on which the state is true: what its first plan would make.</summary>
    private static ObservedState Applied(DesiredState state)
    {
        var nothing = new ObservedState { ObservedAt = DateTimeOffset.UnixEpoch };
        var actions = Planner.Plan(DesiredState.Empty, state, nothing, s_context).Steps
            .SelectMany(s => s.Actions).ToList();
        return nothing with
        {
            Containers = [.. actions.Where(a => a.Kind == ActionKind.Create)
                .Select(a => Running(a.Container!))],
            Networks = [.. actions.Select(a => a.Network).OfType<NetworkSpec>().Select(
                n => new ObservedNetwork(n.Name, n.Name, n.Declared, n.Revision, n.Internal))],
            Images = [.. state.Images.Values.Select(i => i.Digest)],
        };
    }

    private static ObservedContainer Running(ContainerSpec spec) => new(
        spec.Name, spec.Name, spec.Service, spec.Revision, spec.Index, 1, false,
        ContainerState.Running, null, 0, DateTimeOffset.UnixEpoch, "10.0.0.2",
        spec.Networks.ToImmutableSortedDictionary(n => n.Network, n => n.Aliases),
        spec.Limits, spec.Restart, spec.ImageDigest, spec.Ports);

    /// <summary>Services as people write them, 22 lines each.</summary>
    private static string Manifest(int count)
    {
        var text = new StringBuilder("""
            # What this machine runs.
            apiVersion: loam/v1
            kind: ServiceManifest
            metadata:
              name: main
            spec:
              services:

            """);
        for (var i = 0; i < count; i++)
        {
            text.Append($$"""
                    - name: web-{{i}}
                      image: nginx:1.27-alpine   # pinned on purpose
                      command: [nginx, -g, "daemon off;"]
                      ports:
                        - container: 80
                          host: {{20000 + i}}
                          address: 127.0.0.1
                      environment:
                        GREETING: "hello {{i}}"
                        LOG_LEVEL: info
                        UPSTREAM: http://web-0:80
                      resources:
                        cpu: "0.25"
                        memory: 64Mi
                        pids: 100
                      healthcheck:
                        http:
                          path: /health
                          port: 80
                        interval: 10s
                      labels:
                        team: "{{i % 7}}"

                """);
        }
        return text.ToString().Replace("\n        - name: web", "\n    - name: web");
    }

    private static Samples Measure(int rounds, Action work)
    {
        var samples = new Samples();
        // Warm: the last optimisation of the compiler comes some time after the last new method.
        var warming = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(warming) < s_warm)
        {
            work();
        }
        for (var round = 0; round < rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            work();
            samples.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        return samples;
    }
}
