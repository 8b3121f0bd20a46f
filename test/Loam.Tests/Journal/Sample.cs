using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Tests.Journal;

/// <summary>Journal records as a plan writes them, with every part of a plan in use.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Time = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static JournalRecord Record(JournalMark mark, int generation) =>
        new(mark, generation, Time);

    /// <summary>Seven records, from Begun to Settled.</summary>
    public static IEnumerable<JournalRecord> Plan(int generation) =>
    [
        Record(JournalMark.Begun, generation) with
        {
            Plan = Whole(),
            Approval = new("ada", "typed", Time, Time.AddHours(1), new('d', 64), ["network.yaml"]),
            Commit = new('c', 40),
            Trigger = "grün \"quoted\"\nline",
        },
        Record(JournalMark.Intended, generation) with { Step = 1, Action = 0 },
        Record(JournalMark.Done, generation) with { Step = 1, Action = 0 },
        Record(JournalMark.RollingBack, generation) with { Error = "The pull failed." },
        Record(JournalMark.Intended, generation) with { Step = 1, Action = 0, Undo = true },
        Record(JournalMark.Closed, generation) with { Outcome = Outcome.RolledBack },
        Record(JournalMark.Settled, generation),
    ];

    private static Plan Whole() => new()
    {
        Steps =
        [
            new(1, new(ResourceKind.Service, "web"), Verb.Replace, Way.Rehearse, "{}", "{\"a\":1}",
                Risk.Medium, Undo.FromSnapshot, TimeSpan.FromMilliseconds(300), [], [Action()],
                [new("ports", "80 → 80", null)], "replace web")
            {
                Retires = ["loam-1a2b-web-0"],
                Notes = ["probe made up"],
            },
        ],
        Findings =
        [
            new(Codes.LatestTag, Severity.Warning, new("services.yaml", 3, 4, 3, 9), "m", "r"),
            new(Codes.PortTaken, Severity.Note, null, "m", "r"),
        ],
        Totals = new(1, 2, 3, 4, -5, 6, null, [80], [81]),
        Risk = Risk.High,
        Restricted = ["network.yaml"],
        Generates = ["db:32"],
        Digest = new('d', 64),
    };

    private static PlannedAction Action() => new(ActionKind.Create, "loam-1a2b-web-1")
    {
        Container = new()
        {
            Name = "loam-1a2b-web-1",
            Service = "web",
            Revision = "0123456789",
            Index = 0,
            ImageReference = "docker.io/library/nginx:1.27",
            ImageDigest = "sha256:" + new string('0', 64),
            ImageIsLocalId = false,
            Environment = Map("KEY", "${secrets.key}"),
            Sealed = Map("key", "encrypted:v1:AAAA"),
            Labels = Map("team", "blue"),
            SecretFiles = [new("key", "/run/secrets/key")],
            Mounts = [new("/srv", "/data", true)],
            Ports = [new(80, 8080, "tcp", "0.0.0.0")],
            Networks = [new("loam-1a2b-default", ["web"])],
            Limits = new(250, 64 << 20, null),
            Restart = RestartPolicy.OnFailure,
        },
        Network = new("loam-1a2b-default", "default", "0123456789", true),
        Volume = new("data", "/srv/data", 0x1ed, null),
        Image = new("docker.io/library/nginx:1.27", "sha256:" + new string('0', 64), false, 12),
        Probe = new(ProbeKind.Exec, 0, "", null, ["pg_isready"], TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(10), 3, TimeSpan.Zero, true),
        Limits = new(new(1, 2, 3), RestartPolicy.Always, new(4, 5, 6), RestartPolicy.Never),
        Aliases = [new("loam-1a2b-default", ["web"])],
    };

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(key, value);
}
