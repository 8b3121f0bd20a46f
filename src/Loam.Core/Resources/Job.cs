using System.Collections.Immutable;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>Who hears of a job's end.</summary>
public enum Told
{
    Ignore,
    /// <summary>An event.</summary>
    Notify,
    /// <summary>An event, and <c>loam status</c> says so until it is over.</summary>
    Alert,
}

/// <summary>A declared job, normalised.</summary>
/// <param name="Container">The service in whose container it runs; null: elsewhere.</param>
/// <param name="Retries">Further tries after a failure.</param>
public sealed record Job(
    string Name, CronSchedule Schedule, string? Container, ImmutableArray<string> Command,
    TimeSpan Timeout, int Retries, Told OnSuccess, Told OnFailure)
{
    /// <summary>Of the fresh container it runs in; null: it runs elsewhere.</summary>
    public ImageReference? Image { get; init; }
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string> Networks { get; init; } = [];
    public ImmutableArray<VolumeUse> Volumes { get; init; } = [];

    /// <summary>What the sandbox of the host may reach.</summary>
    public ImmutableArray<SandboxAccess> Access { get; init; } = [];

    /// <summary>It runs in no container.</summary>
    public bool IsOnHost => Container is null && Image is null;

    /// <summary>Loam's own verbs that can be jobs: they look and change nothing.</summary>
    public static readonly ImmutableArray<string> OwnChecks =
        ["loam check certs", "loam check updates"];

    /// <summary>Words of the verb of Loam's that this job is; null: it is another program.
    /// </summary>
    public ImmutableArray<string>? OwnCheck => IsOnHost ? OwnCheckOf(Words) : null;

    public ResourceId Id => new(ResourceKind.Job, Name);

    /// <summary>The command for people: what a shell is given, or the arguments.</summary>
    public string Words => WordsOf(Command);

    /// <summary>What it runs in: <c>web</c>, <c>a fresh alpine:3.20</c>.</summary>
    public string Where => Container ?? (Image is not null ? $"a fresh {Image.Short}"
        : OwnCheck is not null ? "Loam itself" : "a sandbox");

    /// <summary>Names of the secrets it uses, in order of name.</summary>
    public IEnumerable<string> Secrets => Environment.Values.Concat(Command)
        .SelectMany(Planning.ContainerPlanning.References).Distinct()
        .Order(StringComparer.Ordinal);

    /// <param name="spec">A job of a scheduled.yaml without errors.</param>
    internal static Job Of(MapValue spec) => new(
        spec.Text("name")!, CronSchedule.Parse(spec.Text("schedule")!, out _)!,
        spec.Text("container"), spec.Texts("command"),
        TimeSpan.FromMilliseconds((double)spec.Number("timeout")!),
        (int)(spec.Number("retries") ?? 0), ToldOf(spec, "on_success"),
        ToldOf(spec, "on_failure"))
    {
        Image = ServiceReader.Image(spec),
        Environment = ServiceReader.Texts(spec.Map("environment")),
        Networks = spec.Texts("networks"),
        Volumes = ServiceReader.Volumes(spec),
        Access = [.. spec.Texts("access").Select(SandboxAccess.Parse).OfType<SandboxAccess>()],
    };

    internal static string WordsOf(ImmutableArray<string> command) =>
        command is ["/bin/sh", "-c", var line] ? line : string.Join(' ', command);

    internal static ImmutableArray<string>? OwnCheckOf(string words) =>
        OwnChecks.Contains(words) ? [.. words.Split(' ').Skip(1)] : null;

    private static Told ToldOf(MapValue spec, string field) =>
        Enum.Parse<Told>(spec.Text(field)!, ignoreCase: true);
}
