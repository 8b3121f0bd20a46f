using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Cli;

/// <summary>The status from its JSON, member by member. The serializer would do, but setting it
/// up costs a new process more than all the rest of <c>loam status</c>.</summary>
internal static class StatusReading
{
    /// <exception cref="JsonException">It is not a status.</exception>
    public static MachineStatus Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        try
        {
            return new(
                Text(root, "host") ?? "", Text(root, "version") ?? "",
                Text(root, "engine") ?? "", Number(root, "generation"),
                Text(root, "last_change"), Time(root, "last_change_at"), Text(root, "busy"),
                Text(root, "recovery"), List(root, "services", Service),
                List(root, "pending", Word), List(root, "problems", Problem),
                List(root, "drift", Word));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("a member has another type", e);
        }
    }

    private static ServiceStatus Service(JsonElement from) => new(
        Text(from, "name") ?? "", Text(from, "image") ?? "", Health(Text(from, "health")),
        Text(from, "detail") ?? "", Number(from, "running"), Number(from, "wanted"),
        List(from, "ports", Port), Time(from, "since"), Number(from, "restarts"),
        Text(from, "drift"), Long(from, "memory_used"), Long(from, "memory_limit"),
        Member(from, "cpu_percent") is { } cpu ? cpu.GetDouble() : null);

    private static Port Port(JsonElement from) => new(
        Number(from, "container"), Member(from, "host") is { } host ? host.GetInt32() : null,
        Text(from, "protocol") ?? "tcp", Text(from, "address") ?? "");

    private static Diagnostic Problem(JsonElement from)
    {
        var id = Text(from, "code");
        var code = Codes.All.FirstOrDefault(c => c.Id == id)
            ?? throw new JsonException($"there is no diagnostic {id}");
        var severity = Text(from, "severity") switch
        {
            "error" => Severity.Error,
            "warning" => Severity.Warning,
            _ => Severity.Note,
        };
        Span? at = Member(from, "at") is { } span
            ? new(Text(span, "file") ?? "", Number(span, "line"), Number(span, "column"),
                Number(span, "end_line"), Number(span, "end_column"))
            : null;
        return new(code, severity, at, Text(from, "message") ?? "", Text(from, "remedy") ?? "");
    }

    private static ServiceHealth Health(string? word) => word switch
    {
        "healthy" => ServiceHealth.Healthy,
        "unhealthy" => ServiceHealth.Unhealthy,
        "starting" => ServiceHealth.Starting,
        "stopped" => ServiceHealth.Stopped,
        "missing" => ServiceHealth.Missing,
        _ => ServiceHealth.Unknown,
    };

    private static JsonElement? Member(JsonElement from, string name) =>
        from.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member : null;

    private static string Word(JsonElement from) => from.GetString() ?? "";

    private static string? Text(JsonElement from, string name) => Member(from, name)?.GetString();

    private static int Number(JsonElement from, string name) =>
        Member(from, name)?.GetInt32() ?? 0;

    private static long? Long(JsonElement from, string name) => Member(from, name)?.GetInt64();

    private static DateTimeOffset? Time(JsonElement from, string name) =>
        Member(from, name)?.GetDateTimeOffset();

    private static ImmutableArray<T> List<T>(
        JsonElement from, string name, Func<JsonElement, T> item) =>
        Member(from, name) is { } list ? [.. list.EnumerateArray().Select(item)] : [];
}
