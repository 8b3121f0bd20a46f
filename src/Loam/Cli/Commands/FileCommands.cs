using System.Collections.Immutable;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

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
        if (!Archive.IsOne(call.Words[0]))
        {
            return await ImportComposeAsync(call, call.Words[0], cancel).ConfigureAwait(false);
        }
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

    /// <summary>A compose file is added to what is there.</summary>
    private static async Task<ExitCode> ImportComposeAsync(
        Invocation call, string path, CancellationToken cancel)
    {
        var recipient = await call.Client.RecipientAsync(cancel).ConfigureAwait(false);
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var present = new StateSet(state.Files);
        var imported = ComposeFile.Read(path, present, recipient);
        foreach (var line in ImportView.Of(Path.GetFileName(path), imported, call.Terminal.Look)
            .Append(Line.Empty))
        {
            // A program that reads the plan is not disturbed by what is for people.
            if (call.Json)
            {
                call.Terminal.Complain(line);
            }
            else
            {
                call.Terminal.Write(line);
            }
        }
        if (imported.Services.IsEmpty)
        {
            return ExitCode.Invalid;
        }
        var request = new ChangeRequest(ChangeKind.Files, $"import {Path.GetFileName(path)}")
        {
            Texts = imported.Files.ChangedFrom(present).ToImmutableSortedDictionary(
                f => f, f => imported.Files[f]!, StringComparer.Ordinal),
            BaseGeneration = state.Generation,
        };
        return await ChangeFlow.RunAsync(call, request, cancel).ConfigureAwait(false);
    }
}
