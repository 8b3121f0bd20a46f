using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Gateway;
using Loam.Mind.Privacy;
using Loam.Mind.Routing;

namespace Loam.Mind.Thinking;

/// <summary>Takes one request to models, leg by leg of its way, until one of them comes to a
/// proposal, a question or words; else an honest failure.</summary>
/// <param name="propose">Hands texts to the daemon: files, the model's words, who it was.</param>
public sealed class Deliberation(ModelGateway gateway, PrivateAsking asking, LlmSettings settings,
    Func<ModelAnswer, string, long?, CancellationToken, Task<ProposalAnswer>> propose)
{
    private readonly Rounds _rounds = new(gateway, asking, propose);

    /// <param name="maySend">A person has said that it may leave the machine.</param>
    /// <param name="hear">Gets words as they come, as long as they may be for people.</param>
    public async Task<Thought> RunAsync(ContextInput input, bool maySend,
        Func<string, Task> hear, CancellationToken cancel)
    {
        var state = StateReader.Read(input.View.State).State ?? DesiredState.Empty;
        input = input with { State = state };
        var spent = new Spent();
        var (last, held) = ((Thought?)null, (Thought?)null);
        (ModelAnswer Answer, string By)? draft = null;
        foreach (var leg in Way(input.Request, state, maySend))
        {
            var question = new LegQuestion(leg, input, settings, draft?.Answer);
            var came = question.Withheld(maySend) is { } why
                ? Withheld(question, why, spent)
                : await TakeAsync(question, maySend, spent, hear, cancel).ConfigureAwait(false);
            if (came.Draft is { } drafted)
            {
                draft = (drafted, spent.By);
                continue;
            }
            if (came.Thought.Kind is ThoughtKind.Proposed or ThoughtKind.Question
                or ThoughtKind.Answer)
            {
                return spent.On(draft is { } from ? came.Thought with
                {
                    By = $"{spent.By}, from a draft of {from.By}",
                } : came.Thought);
            }
            if (came.Thought.Kind == ThoughtKind.NeedsApproval)
            {
                held ??= came.Thought;
                continue;
            }
            spent.PassOver(came.Thought.Words);
            last = came.Thought;
        }
        return spent.On((draft is { } left
            ? await FinishAsync(left.Answer, left.By, spent, cancel).ConfigureAwait(false) : null)
            ?? held ?? last!);
    }

    /// <summary>Whoever lets it leave means that it does.</summary>
    private ImmutableArray<Leg> Way(string request, DesiredState state, bool maySend)
    {
        var models = gateway.For(new()
        {
            Messages = [ModelMessage.User("")], MaxTokens = 1, LocalOnly = false,
        });
        var way = Router.Way(settings.Routing, models, Difficulties.Of(request, state));
        return maySend && way[0].Kind == LegKind.Answers
            ? [.. way.OrderByDescending(l => l.IsAway)] : way;
    }

    private static Rounds.Came Withheld(LegQuestion question, PrivacyDecision why, Spent spent)
    {
        if (why.Sending == Sending.NeedsApproval)
        {
            return new(question.Held(why));
        }
        spent.PassOver(why.Reason);
        return new(new(ThoughtKind.Failed, why.Reason)
        {
            Advice = "Name a model of this machine in llm of manifest.yaml.",
        });
    }

    private async Task<Rounds.Came> TakeAsync(LegQuestion question, bool maySend, Spent spent,
        Func<string, Task> hear, CancellationToken cancel)
    {
        try
        {
            return await _rounds.RunAsync(question, maySend, spent, hear, cancel)
                .ConfigureAwait(false);
        }
        catch (ModelException fault)
        {
            return new(new(ThoughtKind.Failed, fault.Message) { Advice = fault.Advice });
        }
    }

    /// <summary>A draft that nobody mended.</summary>
    /// <returns>Null: it cannot be proposed.</returns>
    private async Task<Thought?> FinishAsync(
        ModelAnswer draft, string by, Spent spent, CancellationToken cancel)
    {
        if (draft.Kind != AnswerKind.Proposal)
        {
            return new(draft.Kind == AnswerKind.Question
                ? ThoughtKind.Question : ThoughtKind.Answer, draft.Words) { By = by };
        }
        var kept = await propose(draft, by, spent.Cost, cancel).ConfigureAwait(false);
        return kept.Id is { } id
            ? new(ThoughtKind.Proposed, draft.Words) { By = by, Proposal = id } : null;
    }
}
