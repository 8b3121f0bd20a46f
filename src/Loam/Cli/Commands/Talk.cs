using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Outcome = Loam.Mind.Interpreter.Outcome;

namespace Loam.Cli.Commands;

/// <summary>A conversation in front of a machine: words become a proposal, the proposal a plan,
/// the plan a change. Turns add up until a plan is applied or declined.</summary>
internal sealed class Talk
{
    private const int LongestReason = 200;

    private readonly List<string> _turns = [];
    private Conversation? _conversation;
    private int _generation = -1;
    private StateSet _state = StateSet.Empty;
    private bool _hasModels;
    private Beyond? _beyond;

    /// <summary>It came to a plan.</summary>
    public bool HasPlanned { get; private set; }

    /// <summary>Takes one turn through.</summary>
    public async Task<ExitCode> SayAsync(
        Invocation call, string words, CancellationToken cancel)
    {
        await FollowStateAsync(call, cancel).ConfigureAwait(false);
        var proposal = Say(words);
        // More of what a model said is the model's to say.
        if (_hasModels && (proposal.IsBeyond
            || (proposal.AsksMore && _beyond?.Generation == _generation)))
        {
            return await BeyondAsync(call, words, cancel).ConfigureAwait(false);
        }
        if (proposal.Outcome != Outcome.Proposal)
        {
            return await AnswerAsync(call, proposal, cancel).ConfigureAwait(false);
        }
        return await ProposeAsync(call, proposal, cancel).ConfigureAwait(false);
    }

    /// <summary>The interpreter makes too little of it: somebody who knows more is asked.</summary>
    private async Task<ExitCode> BeyondAsync(
        Invocation call, string words, CancellationToken cancel)
    {
        List<string> earlier = [.. _turns.Where(t => t != words)];
        try
        {
            // It goes on as long as nothing was applied: "explain more", "less of it".
            _beyond = _beyond?.Generation == _generation ? _beyond
                : new(call, _generation, _state);
            var exit = await _beyond.AskAsync(earlier, words, cancel).ConfigureAwait(false);
            HasPlanned |= _beyond.HasPlanned;
            _beyond = _beyond.HasPlanned ? null : _beyond;
            return exit;
        }
        finally
        {
            _conversation = null;
        }
    }

    /// <summary>A conversation is about one state: when that moved on, a new one begins.
    /// </summary>
    private async Task FollowStateAsync(Invocation call, CancellationToken cancel)
    {
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        if (_conversation is null || state.Generation != _generation)
        {
            _turns.Clear();
            _generation = state.Generation;
            _state = new(state.Files);
            _conversation = new(_state, call.Time.GetUtcNow());
        }
        _hasModels = state.HasModels;
    }

    private Proposal Say(string words)
    {
        var proposal = _conversation!.Say(words);
        // What was merely asked is no reason for the change that comes of the rest.
        if (proposal.Outcome is Outcome.Proposal or Outcome.Question)
        {
            _turns.Add(words);
        }
        return proposal;
    }

    /// <summary>What is no plan is said; a question is asked where somebody can answer.</summary>
    private async Task<ExitCode> AnswerAsync(
        Invocation call, Proposal proposal, CancellationToken cancel)
    {
        var present = proposal;
        while (true)
        {
            if (call.Json)
            {
                call.Terminal.Raw(ProposalJson.Write(present) + "\n");
                return ExitOf(present.Outcome);
            }
            call.Terminal.Write(ProposalView.Message(present, call.Terminal.Look));
            if (present.Outcome != Outcome.Question || !call.Terminal.Asks)
            {
                return ExitOf(present.Outcome);
            }
            var answer = await call.Terminal.AskAsync(
                new Line("› ", Ink.Accent), cancel).ConfigureAwait(false);
            if (string.IsNullOrWhiteSpace(answer))
            {
                return ExitCode.NotApproved;
            }
            present = Say(answer);
            if (present.Outcome == Outcome.Proposal)
            {
                return await ProposeAsync(call, present, cancel).ConfigureAwait(false);
            }
        }
    }

    private static ExitCode ExitOf(Outcome outcome) => outcome switch
    {
        Outcome.Refusal => ExitCode.Invalid,
        Outcome.Question => ExitCode.NotApproved,
        _ => ExitCode.Done,
    };

    private async Task<ExitCode> ProposeAsync(
        Invocation call, Proposal proposal, CancellationToken cancel)
    {
        if (!call.Json)
        {
            call.Terminal.Write(ProposalView.Message(proposal, call.Terminal.Look));
            call.Terminal.Write(Line.Empty);
        }
        HasPlanned = true;
        var change = await PlanAsync(call, proposal, cancel).ConfigureAwait(false);
        var flow = new ChangeFlow(call, true, (words, stop) => ReviseAsync(call, words, stop));
        try
        {
            return await flow.RunAsync(change, cancel).ConfigureAwait(false);
        }
        finally
        {
            // Applied or declined, it is over: the next request must not bring it along.
            _conversation = null;
        }
    }

    /// <summary>Another plan from a person's answer; null when the words made none.</summary>
    private async Task<PlannedChange?> ReviseAsync(
        Invocation call, string words, CancellationToken cancel)
    {
        var revised = Say(words);
        call.Terminal.Write(ProposalView.Message(revised, call.Terminal.Look));
        if (revised.Outcome != Outcome.Proposal)
        {
            return null;
        }
        call.Terminal.Write(Line.Empty);
        return await PlanAsync(call, revised, cancel).ConfigureAwait(false);
    }

    private Task<PlannedChange> PlanAsync(
        Invocation call, Proposal proposal, CancellationToken cancel) =>
        call.Client.PlanAsync(new(ChangeKind.Files, Reason())
        {
            Texts = proposal.Files,
            BaseGeneration = _generation,
        }, cancel);

    /// <summary>What was said, on one line, for the history.</summary>
    private string Reason() => Reason(_turns);

    internal static string Reason(IEnumerable<string> turns)
    {
        var said = string.Join(" / ", turns.Select(t => t.ReplaceLineEndings(" ").Trim()));
        return said.Length <= LongestReason ? said : said[..(LongestReason - 1)] + "…";
    }
}
