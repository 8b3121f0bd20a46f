using System.Text.Json;
using Loam.Cli.Views;
using Loam.Core.StateFiles;

namespace Loam.Cli.Commands;

/// <summary><c>loam diff</c>: edits that were not applied, or the difference of two
/// generations.</summary>
internal static class DiffCommand
{
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var (before, after) = await SidesAsync(call, cancel).ConfigureAwait(false);
        var (was, shall) = (StateReader.Read(before), StateReader.Read(after));
        var meaning = was.State is not null && shall.State is not null
            ? StateDiff.Between(was.State, shall.State) : [];
        if (call.Json)
        {
            call.Terminal.Raw(Json(before, after, meaning) + "\n");
        }
        else
        {
            call.Terminal.Write(DiffView.Of(before, after, meaning, call.Terminal.Look));
            call.Terminal.Write(FailureView.Of(
                shall.Findings.Where(f => f.IsError), after, call.Terminal.Look));
        }
        return shall.State is null ? ExitCode.Invalid : ExitCode.Done;
    }

    private static async Task<(StateSet Before, StateSet After)> SidesAsync(
        Invocation call, CancellationToken cancel)
    {
        if (call.Words.Count == 0)
        {
            var approved = await PresentAsync(call, cancel).ConfigureAwait(false);
            // The lock is Loam's own: no edit of a person's.
            var edited = StateDirectory.Read(call.Paths.StateDir, mayBeAbsent: true)
                .Without(StateSet.Lock);
            return (approved, approved[StateSet.Lock] is { } pins
                ? edited.With(StateSet.Lock, pins) : edited);
        }
        var from = await OfAsync(call, call.Words[0], cancel).ConfigureAwait(false);
        var to = call.Words.Count > 1
            ? await OfAsync(call, call.Words[1], cancel).ConfigureAwait(false)
            : await PresentAsync(call, cancel).ConfigureAwait(false);
        return (from, to);
    }

    private static async Task<StateSet> PresentAsync(Invocation call, CancellationToken cancel) =>
        new((await call.Client.StateAsync(cancel).ConfigureAwait(false)).Files);

    private static async Task<StateSet> OfAsync(
        Invocation call, string number, CancellationToken cancel)
    {
        var answer = await call.Client.GenerationAsync(
            ChangeCommands.GenerationOf(number), cancel).ConfigureAwait(false);
        return new(answer.Files);
    }

    private static string Json(
        StateSet before, StateSet after, IReadOnlyList<ResourceDiff> meaning) =>
        JsonOutput.Write(json =>
        {
            json.WriteStartArray("files");
            foreach (var file in after.ChangedFrom(before))
            {
                json.WriteStringValue(file);
            }
            json.WriteEndArray();
            json.WriteStartArray("resources");
            foreach (var difference in meaning)
            {
                json.WriteStartObject();
                json.WriteString("id", difference.Id.ToString());
                json.WriteString("change",
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()));
                json.WriteStartArray("fields");
                foreach (var field in difference.Fields)
                {
                    json.WriteStartObject();
                    json.WriteString("field", field.Field);
                    json.WriteString("before", field.Before);
                    json.WriteString("after", field.After);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
}
