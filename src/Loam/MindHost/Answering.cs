using System.Collections.Immutable;
using Loam.Cli;
using Loam.Cli.Commands;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Mind.Interpreter;
using Outcome = Loam.Mind.Interpreter.Outcome;

namespace Loam.MindHost;

/// <summary>Answers a person's turn: the interpreter where it is sure.</summary>
internal sealed class Answering(DaemonClient daemon, TimeProvider time)
{
    private const string Interpreter = "the interpreter";

    private readonly Sessions _sessions = new();

    public async Task AnswerAsync(string person, ToMind asked, Func<FromMind, Task> say,
        CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        try
        {
            var view = await daemon.MindViewAsync(cancel).ConfigureAwait(false);
            var session = _sessions.Of(person, asked.SessionId, view, time.GetUtcNow());
            var proposal = session.Conversation.Say(asked.Input!);
            await SayAsync(person, proposal, view, say, cancel).ConfigureAwait(false);
            await say(new("done")
            {
                SessionId = asked.SessionId,
                By = Interpreter,
                TookMs = time.GetElapsedTime(began).TotalMilliseconds,
            }).ConfigureAwait(false);
        }
        catch (CommandFailure failure)
        {
            await say(new("error")
            {
                SessionId = asked.SessionId,
                Message = failure.Message,
                Remedy = failure.Remedy,
            }).ConfigureAwait(false);
        }
    }

    private async Task SayAsync(string person, Proposal proposal, MachineView view,
        Func<FromMind, Task> say, CancellationToken cancel)
    {
        if (proposal.Outcome != Outcome.Proposal)
        {
            await say(new(proposal.Outcome == Outcome.Question ? "question" : "text")
            {
                Content = proposal.Message,
                Suggestions = proposal.Suggestions.IsEmpty ? null : proposal.Suggestions,
            }).ConfigureAwait(false);
            return;
        }
        var answer = await daemon.ProposeAsync(new(Interpreter, proposal.Message, proposal.Files,
            view.Generation) { For = person }, cancel).ConfigureAwait(false);
        await say(answer.Id is { } id
            ? new("plan") { Proposal = id, Content = proposal.Message }
            : new("error")
            {
                Message = "That would not be valid: "
                    + answer.Findings.First(f => f.IsError).Message,
                Remedy = "Say it another way.",
            }).ConfigureAwait(false);
    }
}
