using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Cli.Commands;

/// <summary>Verbs that carry the state files in and out.</summary>
internal static class FileCommands
{
    private const string DefaultArchive = "loam-export.tar.gz";

    public static async Task<ExitCode> ExportAsync(Invocation call, CancellationToken cancel)
    {
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        if (call.Json && !call.Has("to"))
        {
            call.Terminal.Raw(JsonOutput.Of(state, ApiJson.Default.StateAnswer) + "\n");
            return ExitCode.Done;
        }
        var path = call.Value("to") ?? DefaultArchive;
        await Archive.WriteAsync(path, state.Files, call.Time.GetUtcNow(), cancel)
            .ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Write(json =>
            {
                json.WriteString("archive", Path.GetFullPath(path));
                json.WriteNumber("generation", state.Generation);
                json.WriteNumber("files", state.Files.Count);
            }) + "\n");
        }
        else
        {
            call.Terminal.Write($"Generation {state.Generation}, "
                + $"{Units.Count(state.Files.Count, "file")}: {path}");
        }
        return ExitCode.Done;
    }

    public static async Task<ExitCode> ImportAsync(Invocation call, CancellationToken cancel)
    {
        var texts = await Archive.ReadAsync(call.Words[0], cancel).ConfigureAwait(false);
        var present = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        // An export is the whole state: what it does not have, the machine shall not have.
        var gone = present.Files.Keys.Where(f => !texts.ContainsKey(f));
        var request = new ChangeRequest(
            ChangeKind.Files, $"import {Path.GetFileName(call.Words[0])}")
        {
            Texts = texts.SetItems(gone.Select(f => KeyValuePair.Create(f, ""))),
            BaseGeneration = present.Generation,
        };
        return await ChangeFlow.RunAsync(call, request, cancel).ConfigureAwait(false);
    }
}
