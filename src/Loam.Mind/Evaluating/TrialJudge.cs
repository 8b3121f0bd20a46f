using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;
using Loam.Mind.Interpreter;
using Loam.Mind.Thinking;

namespace Loam.Mind.Evaluating;

/// <summary>Judges what a model came to as the interpreter is judged.</summary>
public static class TrialJudge
{
    /// <summary>A model that says it in words says no more than that: an answer, that it is so
    /// already, and a refusal are told apart by what is right here.</summary>
    private static readonly Outcome[] s_inWords =
        [Outcome.Answer, Outcome.NoChange, Outcome.Refusal];

    public static Judgement Weigh(Case test, MachineState state, ThoughtKind kind, string words,
        ImmutableSortedDictionary<string, string> files)
    {
        if (kind is ThoughtKind.Failed or ThoughtKind.NeedsApproval)
        {
            return new(test, null, $"no answer: {words}", false, []);
        }
        var outcome = kind switch
        {
            ThoughtKind.Proposed => Outcome.Proposal,
            ThoughtKind.Question => Outcome.Question,
            _ => s_inWords.FirstOrDefault(o => test.Outcomes.Contains(ProposalJson.Word(o)),
                Outcome.Answer),
        };
        return Judge.Weigh(test, state, new(outcome, words, files, Risk.Low, 1));
    }
}
