using System.Collections.Immutable;
using System.Globalization;
using Loam.Api;
using Loam.Cli;
using Loam.Cli.Commands;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Interpreter;
using Loam.Mind.Thinking;
using Loam.MindHost.Storing;
using Outcome = Loam.Mind.Interpreter.Outcome;

namespace Loam.MindHost;

/// <summary>Answers a person's turn: the interpreter where it is sure, else a model where one may
/// be asked, and the interpreter again where none answers.</summary>
internal sealed class Answering(
    DaemonClient daemon, Models models, SessionStore store, TimeProvider time)
{
    private const string Interpreter = "the interpreter";

    private readonly Sessions _sessions = new(store);
    private readonly Nonces _nonces = new();
    private readonly Trials _trials = new(daemon, models, time);

    public async Task AnswerAsync(string person, ToMind asked, Func<FromMind, Task> say,
        CancellationToken cancel)
    {
        try
        {
            switch (asked.Type)
            {
                case "sessions":
                    await say(new("sessions") { Sessions = [.. _sessions.List(person)] })
                        .ConfigureAwait(false);
                    await say(new("done") { Note = Note(null) }).ConfigureAwait(false);
                    break;
                case "forget":
                    await say(_sessions.Forget(person, asked.SessionId!)
                        ? new("done") { SessionId = asked.SessionId }
                        : Error($"You have no conversation '{asked.SessionId}'.",
                            "`loam sessions` lists them.")).ConfigureAwait(false);
                    break;
                case "models":
                    await _trials.ListAsync(say, cancel).ConfigureAwait(false);
                    break;
                case "trial":
                    await _trials.RunAsync(asked, say, cancel).ConfigureAwait(false);
                    break;
                case "preferences" or "prefer" or "unprefer":
                    await PreferAsync(person, asked, say).ConfigureAwait(false);
                    break;
                default:
                    await ConverseAsync(person, asked, say, cancel).ConfigureAwait(false);
                    break;
            }
        }
        catch (CommandFailure failure)
        {
            await say(Error(failure.Message, failure.Remedy)).ConfigureAwait(false);
        }
    }

    private async Task PreferAsync(string person, ToMind asked, Func<FromMind, Task> say)
    {
        var said = PlainText.OneLine(asked.Input ?? "", Limits.PreferenceLength);
        var isDone = asked.Type switch
        {
            "prefer" => store.Prefer(person, said),
            "unprefer" => int.TryParse(said, CultureInfo.InvariantCulture, out var number)
                && store.Unprefer(person, number),
            _ => true,
        };
        if (!isDone)
        {
            await say(store.Why is { } why
                ? Error($"It cannot be kept: {why}.", "Ask again.")
                : asked.Type == "unprefer" ? Error($"You have no preference {said}.",
                    "`loam prefer` lists them with their numbers.")
                : Error($"You said that already, or have {Limits.Preferences} preferences.",
                    "`loam prefer` lists them; `loam prefer forget NUMBER` takes one away."))
                .ConfigureAwait(false);
            return;
        }
        await say(new("preferences") { Suggestions = [.. store.Preferences(person)] })
            .ConfigureAwait(false);
        await say(new("done") { Note = store.TakeNews() ?? store.Why }).ConfigureAwait(false);
    }

    private async Task ConverseAsync(string person, ToMind asked, Func<FromMind, Task> say,
        CancellationToken cancel)
    {
        var view = await daemon.MindViewAsync([], cancel).ConfigureAwait(false);
        var session = _sessions.Of(person, asked.SessionId, view, time.GetUtcNow());
        await session.Turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await TurnAsync(person, asked, session, view, say, cancel).ConfigureAwait(false);
        }
        finally
        {
            session.Turn.Release();
        }
    }

    private async Task TurnAsync(string person, ToMind asked, OpenSession session,
        MachineView view, Func<FromMind, Task> say, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        session.Hear(asked.Before ?? [], asked.Over);
        var reflex = session.Reflex(asked.Input!);
        var thought = reflex.IsBeyond || asked.Model
            || (reflex.AsksMore && session.LastBy is { } by && by != Interpreter)
            ? await ThinkAsync(person, asked, session, view, say, cancel).ConfigureAwait(false)
            : null;
        var kept = new KeptTurn(time.GetUtcNow(), asked.Input!, "text", "", null, view.Generation);
        FromMind end;
        if (thought is null || thought is { By: null, Kind: ThoughtKind.Failed })
        {
            (end, kept) = await SayAsync(person, reflex, kept, view, say, cancel)
                .ConfigureAwait(false);
        }
        else
        {
            (end, kept) = await SayAsync(thought, kept, say).ConfigureAwait(false);
        }
        if (thought?.Kind != ThoughtKind.NeedsApproval)
        {
            Keep(person, asked, session, kept with
            {
                Said = end.Content ?? end.Message ?? "", By = end.By, Cost = end.Cost,
            });
        }
        await say(end with
        {
            SessionId = asked.SessionId,
            TookMs = Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1),
            PassedOver = thought is { PassedOver.IsEmpty: false } ? thought.PassedOver
                : thought is { Kind: ThoughtKind.Failed, By: null } ? [thought.Words] : null,
            Note = Note(asked.SessionId),
        }).ConfigureAwait(false);
    }

    private void Keep(string person, ToMind asked, OpenSession session, KeptTurn turn)
    {
        session.Answered(turn.By);
        session.Add(new(true, turn.Asked));
        session.Add(new(false, turn.Said));
        if (turn.Kind != "error")
        {
            _sessions.Keep(person, asked.SessionId, turn);
        }
    }

    /// <param name="session">Null: nothing was to be kept.</param>
    private string? Note(string? session) => store.TakeNews()
        ?? (session is null || store.Why is not { } why ? null
            : $"This conversation is not kept over a restart: {why}.");

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
        var gateway = models.Of(given, out var use);
        using var inUse = use;
        var deliberation = new Deliberation(gateway, models.Asking, held,
            (answer, by, cost, stop) => daemon.ProposeAsync(
                new(by, answer.Words, answer.Files, view.Generation)
                {
                    For = person, Cost = cost,
                }, stop));
        ImmutableArray<string> prefers = [.. store.Preferences(person)];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var thinking = deliberation.RunAsync(
            new(view, session.Turns, prefers, asked.Input!, _nonces.Of(person, view,
                session.Turns.Concat(prefers.Select(p => new SaidTurn(true, p))), asked.Input!)),
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

    private static async Task<(FromMind End, KeptTurn Kept)> SayAsync(
        Thought thought, KeptTurn kept, Func<FromMind, Task> say)
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
                return (end, kept with { Kind = "plan", Proposal = thought.Proposal });
            case ThoughtKind.Question:
                await say(new("question") { Content = thought.Words }).ConfigureAwait(false);
                return (end, kept with { Kind = "question" });
            case ThoughtKind.NeedsApproval:
                await say(new("sending")
                {
                    Content = thought.Words,
                    By = thought.By,
                    Suggestions = [.. thought.Replaced.Select(r =>
                        $"{Loam.Mind.Privacy.Redactor.Word(r.Kind)}: {r.Different} replaced")],
                }).ConfigureAwait(false);
                return (end, kept);
            case ThoughtKind.Answer:
                return (end, kept);
            default:
                return (Error(thought.Words, thought.Advice) with
                {
                    By = thought.By, Cost = thought.Cost,
                }, kept with { Kind = "error" });
        }
    }

    private async Task<(FromMind End, KeptTurn Kept)> SayAsync(string person, Proposal proposal,
        KeptTurn kept, MachineView view, Func<FromMind, Task> say, CancellationToken cancel)
    {
        var end = new FromMind("done")
        {
            By = Interpreter, Content = proposal.Message, Cost = 0,
        };
        if (proposal.Outcome != Outcome.Proposal)
        {
            var kind = proposal.Outcome == Outcome.Question ? "question" : "text";
            await say(new(kind)
            {
                Content = proposal.Message,
                Suggestions = proposal.Suggestions.IsEmpty ? null : proposal.Suggestions,
            }).ConfigureAwait(false);
            return (end, kept with { Kind = kind });
        }
        var answer = await daemon.ProposeAsync(new(Interpreter, proposal.Message, proposal.Files,
            view.Generation) { For = person, Cost = 0 }, cancel).ConfigureAwait(false);
        if (answer.Id is not { } id)
        {
            return (Error("That would not be valid: "
                + answer.Findings.First(f => f.IsError).Message, "Say it another way."),
                kept with { Kind = "error" });
        }
        await say(new("plan") { Proposal = id, Content = proposal.Message }).ConfigureAwait(false);
        return (end, kept with
        {
            Kind = "plan", Proposal = id, Digest = Sessions.DigestOf(proposal.Files),
        });
    }

    private static FromMind Error(string message, string remedy) =>
        new("error") { Message = message, Remedy = remedy.Length > 0 ? remedy : null };
}
