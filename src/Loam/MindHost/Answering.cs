using System.Collections.Immutable;
using Loam.Api;
using Loam.Cli;
using Loam.Cli.Commands;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Gateway;
using Loam.Mind.Interpreter;
using Loam.Mind.Thinking;
using Outcome = Loam.Mind.Interpreter.Outcome;

namespace Loam.MindHost;

/// <summary>Answers a person's turn: the interpreter where it is sure, else a model where one may
/// be asked, and the interpreter again where none answers.</summary>
internal sealed class Answering(DaemonClient daemon, Models models, TimeProvider time)
{
    private const string Interpreter = "the interpreter";

    private readonly Sessions _sessions = new();
    private readonly Nonces _nonces = new();

    public async Task AnswerAsync(string person, ToMind asked, Func<FromMind, Task> say,
        CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        try
        {
            var view = await daemon.MindViewAsync([], cancel).ConfigureAwait(false);
            var session = _sessions.Of(person, asked.SessionId, view, time.GetUtcNow());
            session.Hear(asked.Before ?? []);
            var reflex = session.Conversation.Say(asked.Input!);
            var thought = reflex.IsBeyond || asked.Model
                ? await ThinkAsync(person, asked, session, view, say, cancel).ConfigureAwait(false)
                : null;
            session.Add(new(true, asked.Input!));
            var end = thought is null || thought is { By: null, Kind: ThoughtKind.Failed }
                ? await SayAsync(person, reflex, view, say, cancel).ConfigureAwait(false)
                : await SayAsync(thought, say).ConfigureAwait(false);
            session.Add(new(false, end.Content ?? ""));
            await say(end with
            {
                SessionId = asked.SessionId,
                TookMs = Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1),
                PassedOver = thought is { PassedOver.IsEmpty: false } ? thought.PassedOver
                    : thought is { Kind: ThoughtKind.Failed, By: null } ? [thought.Words] : null,
            }).ConfigureAwait(false);
        }
        catch (CommandFailure failure)
        {
            await say(Error(failure.Message, failure.Remedy)).ConfigureAwait(false);
        }
    }

    /// <returns>Null: nobody is configured who could be asked.</returns>
    private async Task<Thought?> ThinkAsync(string person, ToMind asked, OpenSession session,
        MachineView view, Func<FromMind, Task> say, CancellationToken cancel)
    {
        var given = await daemon.MindModelsAsync(cancel).ConfigureAwait(false);
        var held = given.Environment.Over(given.Settings);
        if (held.Models.IsEmpty)
        {
            return null;
        }
        var logs = LogsWanted.Of(asked.Input!, view);
        if (!logs.IsEmpty)
        {
            view = await daemon.MindViewAsync(logs, cancel).ConfigureAwait(false);
        }
        ModelGateway gateway;
        try
        {
            gateway = models.Of(given);
        }
        catch (ModelException fault)
        {
            return new(ThoughtKind.Failed, fault.Message) { Advice = fault.Advice };
        }
        var deliberation = new Deliberation(gateway, models.Asking, held,
            (answer, by, cost, stop) => daemon.ProposeAsync(
                new(by, answer.Words, answer.Files, view.Generation)
                {
                    For = person, Cost = cost,
                }, stop));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var thinking = deliberation.RunAsync(
            new(view, session.Turns, [], asked.Input!,
                _nonces.Of(person, view, session.Turns, asked.Input!)),
            asked.MaySend, words => say(new("text") { Content = words }), end.Token);
        try
        {
            await PulseAsync(thinking, say, cancel).ConfigureAwait(false);
        }
        finally
        {
            // Nobody pays for what nobody waits for.
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)thinking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await thinking.ConfigureAwait(false);
    }

    /// <summary>Says every few seconds that it is not over, until it is.</summary>
    private async Task PulseAsync(Task thinking, Func<FromMind, Task> say, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (await Task.WhenAny(thinking, Task.Delay(Limits.MindPulse, time, cancel))
            .ConfigureAwait(false) != thinking)
        {
            cancel.ThrowIfCancellationRequested();
            await say(new("thinking")
            {
                TookMs = Math.Round(time.GetElapsedTime(began).TotalMilliseconds),
            }).ConfigureAwait(false);
        }
    }

    private static async Task<FromMind> SayAsync(Thought thought, Func<FromMind, Task> say)
    {
        var end = new FromMind("done")
        {
            By = thought.IsRecalled ? $"{thought.By}, as it said before" : thought.By,
            Cost = thought.Cost,
            Content = thought.Words,
        };
        switch (thought.Kind)
        {
            case ThoughtKind.Proposed:
                await say(new("plan") { Proposal = thought.Proposal, Content = thought.Words })
                    .ConfigureAwait(false);
                return end;
            case ThoughtKind.Question:
                await say(new("question") { Content = thought.Words }).ConfigureAwait(false);
                return end;
            case ThoughtKind.NeedsApproval:
                await say(new("sending")
                {
                    Content = thought.Words,
                    By = thought.By,
                    Suggestions = [.. thought.Replaced.Select(r =>
                        $"{Loam.Mind.Privacy.Redactor.Word(r.Kind)}: {r.Different} replaced")],
                }).ConfigureAwait(false);
                return end;
            case ThoughtKind.Answer:
                return end;
            default:
                return Error(thought.Words, thought.Advice) with
                {
                    By = thought.By, Cost = thought.Cost,
                };
        }
    }

    private async Task<FromMind> SayAsync(string person, Proposal proposal, MachineView view,
        Func<FromMind, Task> say, CancellationToken cancel)
    {
        var end = new FromMind("done") { By = Interpreter, Content = proposal.Message };
        if (proposal.Outcome != Outcome.Proposal)
        {
            await say(new(proposal.Outcome == Outcome.Question ? "question" : "text")
            {
                Content = proposal.Message,
                Suggestions = proposal.Suggestions.IsEmpty ? null : proposal.Suggestions,
            }).ConfigureAwait(false);
            return end;
        }
        var answer = await daemon.ProposeAsync(new(Interpreter, proposal.Message, proposal.Files,
            view.Generation) { For = person, Cost = 0 }, cancel).ConfigureAwait(false);
        if (answer.Id is not { } id)
        {
            return Error("That would not be valid: "
                + answer.Findings.First(f => f.IsError).Message, "Say it another way.");
        }
        await say(new("plan") { Proposal = id, Content = proposal.Message }).ConfigureAwait(false);
        return end;
    }

    private static FromMind Error(string message, string remedy) =>
        new("error") { Message = message, Remedy = remedy.Length > 0 ? remedy : null };
}
