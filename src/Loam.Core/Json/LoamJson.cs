using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Core.Approving;
using Loam.Core.Backups;
using Loam.Core.Bans;
using Loam.Core.Diagnostics;
using Loam.Core.Messaging;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;

namespace Loam.Core.Json;

/// <summary>The one JSON form of Loam's records: journal, API and <c>--json</c> speak it. Names
/// are camelCase, enums are words, nulls are left out, computed properties are not written.
/// </summary>
/// <remarks>Generated at compile time, so nothing is looked up by reflection and trimming is
/// safe. A record that crosses a process or a restart is listed here. A property that a text leaves
/// out reads as its type's default and not as its initialiser: we write all of them, and a record
/// that others write, such as <see cref="ChangeRequest"/>, puts it right in its getters.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters =
    [
        typeof(CodeConverter), typeof(ResourceIdConverter), typeof(StateSetConverter),
        typeof(Word<ActionKind>), typeof(Word<ApplyStatus>), typeof(Word<ChangeKind>),
        typeof(Word<ContainerState>), typeof(Word<JournalMark>), typeof(Word<Outcome>),
        typeof(Word<ProbeKind>), typeof(Word<RestartPolicy>), typeof(Word<Risk>),
        typeof(Word<ServiceHealth>), typeof(Word<Severity>), typeof(Word<Undo>),
        typeof(Word<Verb>), typeof(Word<Way>), typeof(Word<Fault>),
        typeof(Word<Ownership>), typeof(Word<CertificateProvider>),
        typeof(Word<NamesBy>), typeof(Word<LinksBy>), typeof(Word<ScopeTopic>),
        typeof(Word<DiffKind>),
    ])]
[JsonSerializable(typeof(JournalRecord))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PlannedChange))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(ApplyResult))]
[JsonSerializable(typeof(MachineEvent))]
[JsonSerializable(typeof(MachineStatus))]
[JsonSerializable(typeof(MachineView))]
[JsonSerializable(typeof(ObservedState))]
[JsonSerializable(typeof(Generation))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, JobMemory>))]
[JsonSerializable(typeof(BackupMemory))]
[JsonSerializable(typeof(MessageMemory))]
[JsonSerializable(typeof(BanMemory))]
[JsonSerializable(typeof(LogPlace))]
[JsonSerializable(typeof(ImmutableArray<Generation>))]
[JsonSerializable(typeof(ImmutableArray<Diagnostic>))]
[JsonSerializable(typeof(OwnedAccounts))]
[JsonSerializable(typeof(OwnedNetwork))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, Lease>))]
[JsonSerializable(typeof(PutBack))]
[JsonSerializable(typeof(OwnedStorage))]
[JsonSerializable(typeof(CertificateOrder))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
[JsonSerializable(typeof(StateSet))]
[JsonSerializable(typeof(Scope))]
[JsonSerializable(typeof(ScopeOrder))]
public sealed partial class LoamJson : JsonSerializerContext;

/// <summary>An enum as its name in camelCase: <c>rolledBack</c>.</summary>
public sealed class Word<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, false)
    where T : struct, Enum;

/// <summary>A code as its identifier: <c>LOAM0101</c>. The title and the explanation are known to
/// whoever reads it.</summary>
public sealed class CodeConverter : JsonConverter<Code>
{
    public override Code Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var id = reader.GetString() ?? "";
        var known = Codes.All.FirstOrDefault(c => c.Id == id);
        if (known is null && (!id.StartsWith("LOAM", StringComparison.Ordinal)
            || !int.TryParse(id.AsSpan(4), NumberStyles.None, null, out _)))
        {
            throw new JsonException($"'{id}' is not the identifier of a diagnostic.");
        }
        // A code of a newer version must not make an older one unable to read its journal.
        return known ?? new Code(int.Parse(id.AsSpan(4), CultureInfo.InvariantCulture), "", "");
    }

    public override void Write(Utf8JsonWriter writer, Code value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Id);
}

/// <summary>A resource's identity as people write it: <c>service/web</c>.</summary>
public sealed class ResourceIdConverter : JsonConverter<ResourceId>
{
    public override ResourceId Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return ResourceId.TryParse(text, out var id) ? id
            : throw new JsonException($"'{text}' is not kind/name.");
    }

    public override void Write(
        Utf8JsonWriter writer, ResourceId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>The state files as one object: file name to text.</summary>
public sealed class StateSetConverter : JsonConverter<StateSet>
{
    public override StateSet Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("State files are an object of file names and texts.");
        }
        var files = StateSet.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var file = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException($"The text of '{file}' is not a string.");
            }
            files = files.With(file, reader.GetString()!);
        }
        return files;
    }

    public override void Write(
        Utf8JsonWriter writer, StateSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (file, text) in value.Texts)
        {
            writer.WriteString(file, text);
        }
        writer.WriteEndObject();
    }
}
