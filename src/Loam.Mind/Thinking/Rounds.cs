using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Mind.Answers;
using Loam.Mind.Gateway;
using Loam.Mind.Routing;

namespace Loam.Mind.Thinking;

/// <summary>Asks the models of one leg: what is wrong with an answer goes back to the model, and
/// it answers again, at most so often.</summary>
/// <param name="propose">Hands texts to the daemon: files, the model's words, who it was.</param>
internal sealed class Rounds(ModelGateway gateway, PrivateAsking asking,
    Func<ModelAnswer, string, long?, CancellationToken, Task<ProposalAnswer>> propose)
{
    /// <summary>What a leg came to.</summary>
    /// <param name="Draft">Of a leg that drafts: what can be proposed or said.</param>
    internal sealed record Came(Thought Thought, ModelAnswer? Draft = null);

    /// <param name="hear">Gets words as they come, as long as they may be for people.</param>
    public async Task<Came> RunAsync(LegQuestion question, bool maySend, Spent spent,
        Func<string, Task> hear, CancellationToken cancel)
    {
        var rounds = RepairRounds.None;
        var (request, basis) = (question.Request, question.Basis);
        while (true)
        {
            var round = await OnceAsync(
                request, question, spent, rounds.Count == 0 ? hear : Silent, cancel)
                .ConfigureAwait(false);
            if (round.End == EndReason.Refused)
            {
                return new(new(ThoughtKind.Failed,
                    "The model's provider does not let it answer that."));
            }
            // Taken apart first: what comes back may look like a fence.
            var read = AnswerReader.Read(round.Text.ToString(), round.Uses);
            var answer = AnswerCheck.Check(
                round.IsAway ? question.Redactor.Restore(read) : read, basis);
            answer = round.End == EndReason.MaxTokens ? CutOff(answer, request.MaxTokens) : answer;
            if (answer.IsUsable && question.Leg.Kind == LegKind.Drafts)
            {
                return new(Said(answer.Answer), answer.Answer);
            }
            if (answer.IsUsable && answer.Answer.Kind != AnswerKind.Proposal)
            {
                Keep(round, request, rounds, answer.Answer);
                return new(Said(answer.Answer));
            }
            if (answer.IsUsable)
            {
                var kept = await propose(answer.Answer, spent.By, spent.Cost, cancel)
                    .ConfigureAwait(false);
                if (kept.Id is { } id)
                {
                    return new(Said(answer.Answer) with { Proposal = id });
                }
                answer = answer with { Findings = kept.Findings };
            }
            var step = rounds.After(answer);
            if (step.Verdict != RepairVerdict.Again)
            {
                return new(new(ThoughtKind.Failed, step.Text)
                {
                    Advice = "Say it another way, or in smaller steps.",
                });
            }
            if (question.IsTooMuch(step.Files))
            {
                return new(new(ThoughtKind.Failed, $"The model would have to see all of "
                    + $"{string.Join(" and ", step.Files)}, which is more than it can see at once.")
                {
                    Advice = "Name what it is about.",
                });
            }
            if (question.Withheld(step.Files, maySend) is { } why)
            {
                return new(NotShown(question, step, why));
            }
            rounds = step.Next;
            request = request with
            {
                Messages = [.. request.Messages, .. round.Back(step, basis, question.Show)],
                MayRecall = false,
            };
            basis = basis.Showing(step.Files);
        }
    }

    private async Task<Round> OnceAsync(ModelRequest request, LegQuestion question, Spent spent,
        Func<string, Task> hear, CancellationToken cancel)
    {
        var round = new Round(question.Redactor.Restore);
        try
        {
            await foreach (var piece in asking.AskAsync(
                gateway, request, question.Redactor, cancel).ConfigureAwait(false))
            {
                await round.TakeAsync(piece, hear).ConfigureAwait(false);
            }
            return round;
        }
        finally
        {
            spent.Add(round);
        }
    }

    /// <summary>It is no answer, whatever can be read of it.</summary>
    private static CheckedAnswer CutOff(CheckedAnswer answer, int tokens) => answer with
    {
        Findings = answer.Findings.Add(new(Codes.AnswerForm, Severity.Error, null,
            $"The answer was cut off after {tokens} tokens.",
            "Answer in fewer words; write only files that change.")),
    };

    /// <summary>Words that nothing was proposed from, said at once.</summary>
    private void Keep(Round round, ModelRequest request, RepairRounds rounds, ModelAnswer answer)
    {
        if (answer.Kind == AnswerKind.Words && rounds.Count == 0 && round is
            { Uses.Count: 0, End: EndReason.Complete, IsRecalled: false, By: { } by })
        {
            gateway.Keep(request, by, round.Text.ToString());
        }
    }

    private static Thought NotShown(LegQuestion question, RepairStep step,
        Privacy.PrivacyDecision why) => why.Sending == Privacy.Sending.NeedsApproval
        ? question.Held(why) : new(ThoughtKind.Failed, "The model would have to see "
            + $"{string.Join(" and ", step.Files)}, which must not leave this machine.")
        {
            Advice = "Name what it is about, or see llm.privacy of manifest.yaml.",
        };

    private static Thought Said(ModelAnswer answer) => new(answer.Kind switch
    {
        AnswerKind.Proposal => ThoughtKind.Proposed,
        AnswerKind.Question => ThoughtKind.Question,
        _ => ThoughtKind.Answer,
    }, answer.Words);

    private static Task Silent(string words) => Task.CompletedTask;
}
