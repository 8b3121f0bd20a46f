using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Mcp;

/// <summary>A service, what is declared of it, and what it wrote last.</summary>
internal sealed record ServiceReport(
    ServiceStatus Status, ImmutableArray<LogEntry> Log, ImmutableArray<MachineEvent> Events);

/// <summary>Texts of state files, with handles in place of secrets.</summary>
/// <param name="Generation">They are of; texts that are proposed name it.</param>
internal sealed record StateReport(
    int Generation, ImmutableSortedDictionary<string, string> Files);

internal sealed record EventsReport(ImmutableArray<MachineEvent> Events);

/// <param name="By">What decided: a rule, a policy …</param>
internal sealed record FirewallReport(bool Accepted, string By, string? Name,
    ImmutableSortedDictionary<string, string> OtherwiseByInterface, DateTimeOffset? BannedUntil);

/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="At">File, line and column.</param>
internal sealed record FindingReport(
    string Severity, string Code, string? At, string Message, string Remedy);

internal sealed record ValidateReport(bool Valid, ImmutableArray<FindingReport> Findings);

/// <param name="Thing"><c>service/web</c></param>
internal sealed record StepReport(
    int Number, string Verb, string Thing, string Summary, string Risk, string Undo,
    double GapSeconds);

/// <param name="Card">The plan as a person sees it.</param>
/// <param name="Restricted">Files whose names a person types to approve it.</param>
/// <param name="Generates">Secrets that are made when it is approved.</param>
internal sealed record PlanReport(
    string Card, string Digest, string Risk, ImmutableArray<StepReport> Steps,
    ImmutableArray<string> Restricted, ImmutableArray<string> Generates, bool OnTrial);

/// <param name="Outcome">Of words, what the interpreter came to: <c>proposal</c>, <c>answer</c>,
/// <c>question</c>, <c>no-change</c> or <c>refusal</c>; of texts <c>proposal</c> or
/// <c>invalid</c>; <c>no-change</c> where nothing would be done.</param>
/// <param name="Message">For people.</param>
/// <param name="Proposal">The name under which it waits; absent: nothing was kept.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Approve">What a person types to look at the plan and approve it.</param>
/// <param name="Policy">The setting by which it is applied without a question.</param>
internal sealed record ProposeReport(string Outcome, string Message)
{
    public string? Proposal { get; init; }

    public string? Stage { get; init; }

    public string? Approve { get; init; }

    public string? Decline { get; init; }

    public string? Policy { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>The proposal of what was not asked for, where it is apart.</summary>
    public string? Rest { get; init; }

    public ImmutableArray<string>? Unasked { get; init; }

    public ImmutableArray<string>? Suggestions { get; init; }

    public PlanReport? Plan { get; init; }

    public ImmutableArray<FindingReport>? Findings { get; init; }
}

/// <param name="Over">Nothing more comes of it by itself.</param>
/// <param name="Who">Who approved or declined it.</param>
/// <param name="Why">Why it failed or was declined.</param>
internal sealed record OutcomeReport(
    string Proposal, string Stage, bool Over, string? Who, string? How, DateTimeOffset? At,
    int? Generation, string? Why, string? Remedy, ImmutableArray<string> Files, string Words)
{
    public static OutcomeReport Of(ProposalLine line) => new(line.Id,
        JsonNamingPolicy.SnakeCaseLower.ConvertName(line.Fate.Stage.ToString()),
        line.Fate.IsOver, line.Fate.Who, line.Fate.How, line.Fate.At, line.Fate.Generation,
        line.Fate.Why, line.Fate.Remedy, line.Files, line.Words);
}

internal sealed record OutcomesReport(ImmutableArray<OutcomeReport> Proposals);

/// <summary>What tools answer to programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters =
    [
        typeof(Words<ServiceHealth>),
    ])]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(StateReport))]
[JsonSerializable(typeof(EventsReport))]
[JsonSerializable(typeof(FirewallReport))]
[JsonSerializable(typeof(ValidateReport))]
[JsonSerializable(typeof(ProposeReport))]
[JsonSerializable(typeof(OutcomeReport))]
[JsonSerializable(typeof(OutcomesReport))]
internal sealed partial class McpJson : JsonSerializerContext;
