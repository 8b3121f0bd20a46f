using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Api.Conversing;
using Loam.Api.Tokens;
using Loam.Core.Backups;
using Loam.Core.Diagnostics;
using Loam.Core.Json;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;

namespace Loam.Api;

/// <summary>Enumerations travel as <c>snake_case</c> words, like every other name.</summary>
internal sealed class Words<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;

/// <summary>The wire format between daemon and clients, and of <c>-o json</c>. The records are
/// the format. Beside <see cref="LoamJson"/>, which is the journal's, this one is what people
/// script against.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters =
    [
        typeof(CodeConverter), typeof(ResourceIdConverter), typeof(StateSetConverter),
        typeof(Words<Severity>), typeof(Words<Verb>), typeof(Words<Risk>), typeof(Words<Undo>),
        typeof(Words<Way>), typeof(Words<ActionKind>), typeof(Words<ChangeKind>),
        typeof(Words<ApplyStatus>), typeof(Words<ServiceHealth>), typeof(Words<RestartPolicy>),
        typeof(Words<ProbeKind>), typeof(Words<ContainerState>), typeof(Words<Ownership>),
        typeof(Words<CertificateProvider>), typeof(Words<CertificateHealth>),
        typeof(Words<TokenScope>),
        typeof(Words<ProposalStage>),
    ])]
[JsonSerializable(typeof(MachineStatus))]
[JsonSerializable(typeof(ServicesAnswer))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(StateAnswer))]
[JsonSerializable(typeof(JobsAnswer))]
[JsonSerializable(typeof(AuditAnswer))]
[JsonSerializable(typeof(JobStatus))]
[JsonSerializable(typeof(JobRun))]
[JsonSerializable(typeof(UpdatesAnswer))]
[JsonSerializable(typeof(NotifiersAnswer))]
[JsonSerializable(typeof(NotifierTestAnswer))]
[JsonSerializable(typeof(BansAnswer))]
[JsonSerializable(typeof(BanOrder))]
[JsonSerializable(typeof(UsersAnswer))]
[JsonSerializable(typeof(UserStatus))]
[JsonSerializable(typeof(CertificatesAnswer))]
[JsonSerializable(typeof(CertificateStatus))]
[JsonSerializable(typeof(BackupsAnswer))]
[JsonSerializable(typeof(BackupOrder))]
[JsonSerializable(typeof(BackupLine))]
[JsonSerializable(typeof(RestoreOrder))]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(BackupKeyAnswer))]
[JsonSerializable(typeof(OsStatus))]
[JsonSerializable(typeof(OsOrder))]
[JsonSerializable(typeof(OsPlan))]
[JsonSerializable(typeof(OsLine))]
[JsonSerializable(typeof(RecipientAnswer))]
[JsonSerializable(typeof(ConfirmAnswer))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(MachineEvent))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(PlannedChange))]
[JsonSerializable(typeof(ApplyOrder))]
[JsonSerializable(typeof(ApplyLine))]
[JsonSerializable(typeof(ChangeOrder))]
[JsonSerializable(typeof(MachineView))]
[JsonSerializable(typeof(MindModels))]
[JsonSerializable(typeof(ProposalOrder))]
[JsonSerializable(typeof(ProposalAnswer))]
[JsonSerializable(typeof(ProposalsAnswer))]
[JsonSerializable(typeof(ProposalLine))]
[JsonSerializable(typeof(ProposalPlan))]
[JsonSerializable(typeof(DeclineOrder))]
[JsonSerializable(typeof(Proposed))]
[JsonSerializable(typeof(ConversationOrder))]
[JsonSerializable(typeof(ConversationAnswer))]
[JsonSerializable(typeof(SessionsAnswer))]
[JsonSerializable(typeof(WebCertificateAnswer))]
[JsonSerializable(typeof(TokenOrder))]
[JsonSerializable(typeof(TokenMade))]
[JsonSerializable(typeof(TokensAnswer))]
[JsonSerializable(typeof(KeptTokens))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ImmutableArray<Diagnostic>))]
internal sealed partial class ApiJson : JsonSerializerContext;
