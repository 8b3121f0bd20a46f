using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles.Types;

namespace Loam.Cli.Commands;

/// <summary>Verbs that end in a plan to approve.</summary>
internal static class ChangeCommands
{
    private const int ShownGenerations = 20;

    public static Task<ExitCode> ApplyAsync(Invocation call, CancellationToken cancel) =>
        ChangeFlow.RunAsync(call, new(ChangeKind.WorkTree, "apply"), cancel);

    public static async Task<ExitCode> PlanAsync(Invocation call, CancellationToken cancel)
    {
        var change = await call.Client.PlanAsync(new(ChangeKind.WorkTree, "apply"), cancel)
            .ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Change(change, null) + "\n");
        }
        else
        {
            call.Terminal.Write(PlanCard.Of(change, false, call.Terminal.Look));
        }
        return change.CanApply ? ExitCode.Done : ExitCode.Invalid;
    }

    public static async Task<ExitCode> ConfirmAsync(Invocation call, CancellationToken cancel)
    {
        var message = await call.Client.ConfirmAsync(cancel).ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(
                JsonOutput.Write(json => json.WriteString("confirmed", message)) + "\n");
        }
        else
        {
            call.Terminal.Write(Paragraph.Of(message, call.Terminal.Look));
        }
        return ExitCode.Done;
    }

    public static async Task<ExitCode> RevertAsync(Invocation call, CancellationToken cancel)
    {
        var number = 0;
        if (call.Words.Count > 0)
        {
            number = GenerationOf(call.Words[0]);
        }
        else if (call.Terminal.Asks && !call.Json && !call.Yes)
        {
            if (await ChooseAsync(call, cancel).ConfigureAwait(false) is not { } chosen)
            {
                return ExitCode.NotApproved;
            }
            number = chosen;
        }
        var reason = number == 0 ? "revert" : $"revert {number}";
        return await ChangeFlow.RunAsync(
            call, new(ChangeKind.Revert, reason) { Generation = number }, cancel)
            .ConfigureAwait(false);
    }

    public static int GenerationOf(string text) =>
        int.TryParse(text, out var number) && number > 0 ? number
            : throw new CommandFailure(ExitCode.Invalid,
                $"'{text}' is not the number of a generation.", "`loam history` lists them.");

    private static async Task<int?> ChooseAsync(Invocation call, CancellationToken cancel)
    {
        var screen = call.Terminal;
        var answer = await call.Client.HistoryAsync(ShownGenerations, cancel)
            .ConfigureAwait(false);
        screen.Write(HistoryView.Of(answer.Generations, TimeZoneInfo.Local, screen.Look));
        if (answer.Generations.Length < 2)
        {
            screen.Write("There is no earlier generation to go back to.");
            return null;
        }
        var before = answer.Generations[1].Number;
        var typed = await screen.AskAsync(
            new Line("Back to which generation? ", Ink.Bold)
                .Add($"[{before}] · q leaves ").Add("› ", Ink.Accent), cancel)
            .ConfigureAwait(false);
        return typed?.Trim() switch
        {
            null or "q" or "n" or "no" => null,
            "" => before,
            var text => GenerationOf(text),
        };
    }

    public static Task<ExitCode> HealAsync(Invocation call, CancellationToken cancel) =>
        ChangeFlow.RunAsync(call, new(ChangeKind.Heal, "heal"), cancel);

    public static async Task<ExitCode> UpdateAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Words.Count > 0)
        {
            var status = await call.Client.StatusAsync(cancel).ConfigureAwait(false);
            RequireServices(call.Words, [.. status.Services.Select(s => s.Name)]);
        }
        return await ChangeFlow.RunAsync(call,
            new(ChangeKind.Update, string.Join(' ', call.Words.Prepend("update")))
            {
                Names = [.. call.Words],
            }, cancel).ConfigureAwait(false);
    }

    private static void RequireServices(IReadOnlyList<string> names, IReadOnlyList<string> known)
    {
        if (names.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
        {
            var near = Nearest.To(unknown, known);
            throw new CommandFailure(ExitCode.Invalid, $"There is no service '{unknown}'.",
                (near is null ? "`loam services` lists them." : $"Did you mean {near}?")
                + " A request in words: `loam ask update …`.");
        }
    }

    public static Task<ExitCode> AdoptAsync(Invocation call, CancellationToken cancel) =>
        ChangeFlow.RunAsync(call,
            new(ChangeKind.Adopt, $"adopt {call.Words[0]}") { Names = [.. call.Words] }, cancel);
}
