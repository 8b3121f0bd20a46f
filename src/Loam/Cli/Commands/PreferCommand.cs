using System.Collections.Immutable;
using System.Text.Json;
using Loam.Api;

namespace Loam.Cli.Commands;

/// <summary><c>loam prefer</c>: what a model should know of a person in every conversation.
/// </summary>
internal static class PreferCommand
{
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var turn = call.Words switch
        {
            [] or ["list"] => new ToMind("preferences", null, null),
            ["forget" or "rm", var number] => new("unprefer", null, number),
            _ => new("prefer", null, string.Join(' ', call.Words)),
        };
        var (all, note) = await AskAsync(call, turn, cancel).ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonSerializer.Serialize(
                new FromMind("preferences") { Suggestions = all }, MindJson.Lines.FromMind) + "\n");
            return ExitCode.Done;
        }
        if (note is not null)
        {
            call.Terminal.Write(call.Terminal.Look.Clean(note), Ink.Warn);
        }
        if (all.IsEmpty)
        {
            call.Terminal.Write("You have said no preference yet.");
        }
        for (var at = 0; at < all.Length; at++)
        {
            call.Terminal.Write(new Line($"{at + 1,3}  ", Ink.Dim)
                .Add(call.Terminal.Look.Clean(all[at])));
        }
        return ExitCode.Done;
    }

    /// <summary>A person's own, a sentence each.</summary>
    public static async Task<ImmutableArray<string>> AllAsync(
        Invocation call, CancellationToken cancel)
    {
        try
        {
            return (await AskAsync(call, new("preferences", null, null), cancel)
                .ConfigureAwait(false)).All;
        }
        catch (CommandFailure)
        {
            // Without a mind there are none.
            return [];
        }
    }

    private static async Task<(ImmutableArray<string> All, string? Note)> AskAsync(
        Invocation call, ToMind turn, CancellationToken cancel)
    {
        var (all, note) = (ImmutableArray<string>.Empty, (string?)null);
        await foreach (var line in new MindClient(call.Paths.MindSocket).AskAsync(turn, cancel)
            .ConfigureAwait(false))
        {
            (all, note) = line.Type switch
            {
                "preferences" => (line.Suggestions ?? [], note),
                "done" => (all, line.Note),
                "error" => throw new CommandFailure(ExitCode.Failed,
                    line.Message ?? "The mind has no answer.", line.Remedy ?? ""),
                _ => (all, note),
            };
        }
        return (all, note);
    }
}
