using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Gateway;
using Loam.Mind.Privacy;

namespace Loam.Mind.Thinking;

/// <summary>Takes one request to a model: what it sees, what it answers, what is wrong with that,
/// and again, at most so often; then a proposal, a question, words, or an honest failure.</summary>
/// <param name="propose">Hands texts to the daemon: files, the model's words, who it was.</param>
public sealed class Deliberation(ModelGateway gateway, PrivateAsking asking, LlmSettings settings,
    Func<ModelAnswer, string, long?, CancellationToken, Task<ProposalAnswer>> propose)
{
    /// <param name="maySend">A person has said that it may leave the machine.</param>
    /// <param name="hear">Gets words as they come, as long as they may be for people.</param>
    public async Task<Thought> RunAsync(ContextInput input, bool maySend,
        Func<string, Task> hear, CancellationToken cancel)
    {
        var probe = new ModelRequest
        {
            Messages = [ModelMessage.User("")], MaxTokens = settings.MaxTokens, LocalOnly = false,
        };
        var candidates = gateway.For(probe);
        var window = candidates.IsEmpty ? int.MaxValue : candidates.Min(c => c.ContextTokens);
        var context = ContextAssembly.Assemble(
            input with { Budgets = ContextBudgets.For(window) });
        var outgoing = Outgoing.Of(context, input.View);
        var isHeld = outgoing.Decision.Sending == Sending.NeedsApproval && !maySend;
        if (isHeld && candidates.All(c => c.Privacy == PrivacyClass.Cloud))
        {
            return new(ThoughtKind.NeedsApproval, outgoing.Decision.Reason)
            {
                By = candidates.Select(c => c.ToString()).FirstOrDefault(),
                Replaced = outgoing.Replaced,
            };
        }
        var request = probe with
        {
            System = outgoing.System,
            Messages = [ModelMessage.User(context.Message)],
            Temperature = (double)settings.Temperature,
            LocalOnly = isHeld || outgoing.Decision.Sending == Sending.LocalOnly,
            Tools = AnswerTools.All,
        };
        var said = string.Join('\n',
            input.History.Where(t => t.ByPerson).Select(t => t.Text).Append(input.Request));
        bool MayShow(ImmutableArray<string> files) => files.IsEmpty || maySend
            || Outgoing.Of(ContextAssembly.Assemble(input with { Asked = files }), input.View)
                .Decision.Sending == Sending.Send;
        return await RoundsAsync(request, outgoing.Redactor,
            new(input.View.State, context.Files, said), MayShow, hear, cancel)
            .ConfigureAwait(false);
    }

    /// <param name="mayShow">Whether files that were not shown yet may leave the machine.</param>
    private async Task<Thought> RoundsAsync(ModelRequest request, Redactor redactor,
        AnswerBasis basis, Func<ImmutableArray<string>, bool> mayShow, Func<string, Task> hear,
        CancellationToken cancel)
    {
        var rounds = RepairRounds.None;
        var spent = new Spent();
        while (true)
        {
            var round = new Round(redactor.Restore);
            try
            {
                await foreach (var piece in asking.AskAsync(gateway, request, redactor, cancel)
                    .ConfigureAwait(false))
                {
                    await round.TakeAsync(piece, rounds.Count == 0 ? hear : Silent)
                        .ConfigureAwait(false);
                }
            }
            catch (ModelException fault)
            {
                return spent.On(new(ThoughtKind.Failed, fault.Message) { Advice = fault.Advice });
            }
            spent.Add(round);
            if (round.End == EndReason.Refused)
            {
                return spent.On(new(ThoughtKind.Failed,
                    "The model's provider does not let it answer that.") { Advice = "" });
            }
            // Taken apart first: what comes back may look like a fence.
            var read = AnswerReader.Read(round.Text.ToString(), round.Uses);
            var answer = AnswerCheck.Check(round.IsAway ? redactor.Restore(read) : read, basis);
            if (answer.IsUsable && answer.Answer.Kind != AnswerKind.Proposal)
            {
                return spent.On(new(answer.Answer.Kind == AnswerKind.Question
                    ? ThoughtKind.Question : ThoughtKind.Answer, answer.Answer.Words));
            }
            if (answer.IsUsable)
            {
                var kept = await propose(answer.Answer, spent.By, spent.Cost, cancel)
                    .ConfigureAwait(false);
                if (kept.Id is { } id)
                {
                    return spent.On(new(ThoughtKind.Proposed, answer.Answer.Words)
                    {
                        Proposal = id,
                    });
                }
                answer = answer with { Findings = kept.Findings };
            }
            var step = rounds.After(answer);
            if (round.IsAway && !mayShow(step.Files))
            {
                return spent.On(new(ThoughtKind.Failed, "The model would have to see "
                    + $"{string.Join(" and ", step.Files)}, which nobody allowed to leave.")
                {
                    Advice = "Name what it is about, or see llm.privacy of manifest.yaml.",
                });
            }
            if (step.Verdict != RepairVerdict.Again)
            {
                return spent.On(new(ThoughtKind.Failed, step.Text)
                {
                    Advice = "Say it another way, or in smaller steps.",
                });
            }
            rounds = step.Next;
            request = request with { Messages = [.. request.Messages, .. round.Back(step, basis)] };
        }
    }

    private static Task Silent(string words) => Task.CompletedTask;

    /// <summary>What all rounds together came to.</summary>
    private sealed class Spent
    {
        private ImmutableArray<string> _passedOver = [];

        public string By { get; private set; } = "";

        public long? Cost { get; private set; } = 0;

        public void Add(Round round)
        {
            By = round.By ?? By;
            Cost += round.Cost;
            _passedOver = [.. _passedOver.Union(round.PassedOver, StringComparer.Ordinal)];
        }

        public Thought On(Thought thought) => thought with
        {
            By = By.Length > 0 ? By : null, Cost = Cost, PassedOver = _passedOver,
        };
    }
}
