using System.Text;
using System.Text.Json;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.Reconciling;

namespace Loam.Cli.Commands;

/// <summary>Verbs that only look.</summary>
internal static class LookCommands
{
    private const int MostGenerations = 1000;
    private const int MostLogLines = 10_000;

    public static async Task<ExitCode> StatusAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Json)
        {
            var json = await call.Client.StatusJsonAsync(cancel).ConfigureAwait(false);
            Print(call, Encoding.UTF8.GetString(json.Span));
            return HasStarted(
                JsonSerializer.Deserialize(json.Span, ApiJson.Default.MachineStatus));
        }
        var status = await call.Client.StatusNowAsync(cancel).ConfigureAwait(false);
        call.Terminal.Write(StatusView.Of(status, call.Time.GetUtcNow(), call.Terminal.Look));
        return HasStarted(status);
    }

    private static ExitCode HasStarted(MachineStatus? status) =>
        status is { Starting: not null } ? ExitCode.Unreachable : ExitCode.Done;

    public static async Task<ExitCode> ServicesAsync(Invocation call, CancellationToken cancel)
    {
        var status = await call.Client.StatusAsync(cancel).ConfigureAwait(false);
        if (call.Json)
        {
            Print(call, JsonOutput.Of(
                new ServicesAnswer(status.Services), ApiJson.Default.ServicesAnswer));
        }
        else if (status.Services.IsEmpty)
        {
            call.Terminal.Write("No services.");
        }
        else
        {
            call.Terminal.Write(
                StatusView.Services(status, call.Time.GetUtcNow(), call.Terminal.Look));
        }
        return ExitCode.Done;
    }

    public static async Task<ExitCode> HistoryAsync(Invocation call, CancellationToken cancel)
    {
        var most = call.Number("lines", 50, MostGenerations);
        var answer = await call.Client.HistoryAsync(most, cancel).ConfigureAwait(false);
        if (call.Json)
        {
            Print(call, JsonOutput.Of(answer, ApiJson.Default.HistoryAnswer));
        }
        else
        {
            call.Terminal.Write(
                HistoryView.Of(answer.Generations, TimeZoneInfo.Local, call.Terminal.Look));
        }
        return ExitCode.Done;
    }

    public static async Task<ExitCode> EventsAsync(Invocation call, CancellationToken cancel)
    {
        var zone = TimeZoneInfo.Local;
        await foreach (var happened in call.Client.EventsAsync(call.Has("follow"), cancel)
            .ConfigureAwait(false))
        {
            if (call.Json)
            {
                Print(call, JsonOutput.Of(happened, ApiJson.Default.MachineEvent));
            }
            else if (happened.Type != "reconcile.progress")
            {
                call.Terminal.Write(EventView.Of(happened, zone));
            }
        }
        return ExitCode.Done;
    }

    public static async Task<ExitCode> LogsAsync(Invocation call, CancellationToken cancel)
    {
        var zone = TimeZoneInfo.Local;
        var lines = call.Client.LogsAsync(
            call.Words[0], call.Number("lines", 100, MostLogLines), call.Has("follow"), cancel);
        await foreach (var entry in lines.ConfigureAwait(false))
        {
            if (call.Json)
            {
                Print(call, JsonOutput.Of(entry, ApiJson.Default.LogEntry));
            }
            else
            {
                call.Terminal.Write(EventView.Of(entry, zone));
            }
        }
        return ExitCode.Done;
    }

    private static void Print(Invocation call, string json) => call.Terminal.Raw(json + "\n");
}
