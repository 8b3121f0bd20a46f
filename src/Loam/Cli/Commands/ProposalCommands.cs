using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Cli.Commands;

/// <summary>Verbs about what models and programs propose.</summary>
internal static class ProposalCommands
{
    public static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var look = call.Terminal.Look;
        if (call.Words.Count == 0)
        {
            var answer = await call.Client.ProposalsAsync(cancel).ConfigureAwait(false);
            call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.ProposalsAnswer),
                OpenProposalView.List(answer.Proposals, call.Time.GetUtcNow(), look));
            return ExitCode.Done;
        }
        var proposed = await call.Client.ProposalAsync(call.Words[0], cancel)
            .ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Of(proposed, ApiJson.Default.Proposed) + "\n");
            return ExitCode.Done;
        }
        call.Terminal.Write(OpenProposalView.Head(proposed, call.Time.GetUtcNow(), look));
        var order = proposed.Order;
        var before = new StateSet((order.BaseGeneration == 0 ? null : await call.Client
            .GenerationAsync(order.BaseGeneration, cancel).ConfigureAwait(false))?.Files
            ?? StateSet.Empty.Texts);
        var after = order.Texts.Aggregate(before, (all, text) => text.Value.Length == 0
            ? all.Without(text.Key) : all.With(text.Key, text.Value));
        call.Terminal.Write(DiffView.Of(before, after, [], look));
        return ExitCode.Done;
    }

    /// <summary>Its words first, apart from the plan, which is ours.</summary>
    public static async Task<ExitCode> ApproveAsync(Invocation call, CancellationToken cancel)
    {
        var proposed = await call.Client.ProposalAsync(call.Words[0], cancel)
            .ConfigureAwait(false);
        if (proposed.Fate.Stage is ProposalStage.Approved or ProposalStage.Applied)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"{proposed.Fate.Who} approved {proposed.Id} already.",
                "`loam proposals` says what became of it.");
        }
        if (!call.Json)
        {
            call.Terminal.Write(OpenProposalView.Head(
                proposed, call.Time.GetUtcNow(), call.Terminal.Look));
        }
        return await ChangeFlow.RunAsync(call,
            new(ChangeKind.Files, ProposalRoutes.Reason(proposed.Order))
            {
                Proposal = proposed.Id,
            }, cancel).ConfigureAwait(false);
    }

    public static async Task<ExitCode> DeclineAsync(Invocation call, CancellationToken cancel)
    {
        var why = string.Join(' ', call.Words.Skip(1));
        var line = await call.Client.DeclineAsync(
            call.Words[0], why.Length == 0 ? null : why, cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(line, ApiJson.Default.ProposalLine),
            [new Line("✓ ", Ink.Good).Add($"{line.Id} is declined. Nothing was touched.")]);
        return ExitCode.Done;
    }
}
