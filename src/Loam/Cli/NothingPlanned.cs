using System.Buffers;
using System.Text.Json;
using Loam.Api;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Cli;

/// <summary>The commonest plan of all, that there is nothing to do, read and asked for by hand:
/// setting up the serializer costs a new process more than all the rest of it.</summary>
internal static class NothingPlanned
{
    /// <summary>The order as the serializer would write it; null when it carries texts, names or
    /// pins.</summary>
    public static byte[]? Ask(ChangeOrder order)
    {
        var request = order.Request;
        if (!request.Texts.IsEmpty || !request.Names.IsEmpty || request.Pins is not null)
        {
            return null;
        }
        var bytes = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("request");
            json.WriteString("kind", request.Kind switch
            {
                ChangeKind.Files => "files",
                ChangeKind.WorkTree => "work_tree",
                ChangeKind.Revert => "revert",
                ChangeKind.Heal => "heal",
                ChangeKind.Update => "update",
                _ => "adopt",
            });
            json.WriteString("reason", request.Reason);
            json.WriteNumber("generation", request.Generation);
            json.WriteNumber("base_generation", request.BaseGeneration);
            json.WriteEndObject();
            json.WriteString("how", order.How);
            json.WriteStartArray("confirmed");
            foreach (var file in order.Confirmed)
            {
                json.WriteStringValue(file);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Null when there is more to it than nothing.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static PlannedChange? Read(ReadOnlyMemory<byte> line, ChangeRequest request)
    {
        using var document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("change", out var root)
            || root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("base_generation", out var from)
            || !from.TryGetInt32(out var generation)
            || !root.TryGetProperty("plan", out var plan) || plan.ValueKind != JsonValueKind.Object
            || !IsEmpty(root, "findings") || !IsEmpty(plan, "steps") || !IsEmpty(plan, "findings")
            || !IsEmpty(plan, "generates") || !IsEmpty(plan, "restricted")
            || !plan.TryGetProperty("digest", out var digest)
            || !root.TryGetProperty("before", out var before)
            || !root.TryGetProperty("after", out var after)
            || before.GetRawText() != after.GetRawText())
        {
            return null;
        }
        return new(id.GetString()!, request, generation, StateSet.Empty, StateSet.Empty, new()
        {
            Steps = [],
            Findings = [],
            Totals = new(0, 0, 0, 0, 0, 0, 0, [], []),
            Risk = Risk.Low,
            Restricted = [],
            Generates = [],
            Digest = digest.GetString() ?? "",
        }, []);
    }

    private static bool IsEmpty(JsonElement holder, string list) =>
        holder.TryGetProperty(list, out var found) && found.ValueKind == JsonValueKind.Array
            && found.GetArrayLength() == 0;
}
