using System.Collections.Immutable;
using System.Text.Json;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Scoping;

namespace Loam.Cli.Commands;

/// <summary>A request that the interpreter makes too little of, taken to the mind. What comes back
/// is only ever words and the name of a proposal; its plan comes from the daemon, and what the
/// person's own words do not cover is parted from it here.</summary>
/// <param name="before">The approved texts.</param>
internal sealed class Beyond(Invocation call, int generation, StateSet before)
{
    private const string Send = "send";
    private const string EmptyLine = "\r\e[K";

    /// <summary>The conversation's name.</summary>
    public string Session { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>A model is asked even where the interpreter is sure.</summary>
    public bool Model { get; init; } = true;

    /// <summary>How many of the words before, from the first, were applied.</summary>
    public int Over { get; init; }

    private readonly MindClient _mind = new(call.Paths.MindSocket);
    private readonly List<string> _said = [];

    /// <summary>Of the state that it is about.</summary>
    public int Generation => generation;

    /// <summary>It came to a plan: applied or declined, its words cover nothing any more.</summary>
    public bool HasPlanned { get; private set; }

    private Terminal Screen => call.Terminal;

    /// <param name="earlier">What was said before in this conversation.</param>
    public async Task<ExitCode> AskAsync(
        IReadOnlyList<string> earlier, string words, CancellationToken cancel)
    {
        _said.AddRange(earlier.Except(_said));
        var (turn, maySend) = (words, false);
        while (true)
        {
            Wait(0);
            Heard heard;
            var recent = Recent(_said, turn);
            try
            {
                heard = await HearAsync(new("chat", Session, turn)
                {
                    Model = Model, MaySend = maySend, Before = recent,
                    Over = Math.Max(0, Over - (_said.Count - recent.Length)),
                }, cancel).ConfigureAwait(false);
            }
            finally
            {
                if (Screen.Live && !call.Json)
                {
                    Screen.Raw(EmptyLine);
                }
            }
            if (heard.Sending is { } sending)
            {
                Screen.Write(MindView.Sending(sending, Screen.Look));
                if (!await AllowsAsync(cancel).ConfigureAwait(false))
                {
                    return ExitCode.NotApproved;
                }
                maySend = true;
                continue;
            }
            _said.Add(turn);
            if (heard.Question is { } question)
            {
                Screen.Write(MindView.Said(question, heard.End, Screen.Look));
                var answer = Screen.Asks && !call.Json ? await Screen.AskAsync(
                    new Line("› ", Ink.Accent), cancel).ConfigureAwait(false) : null;
                if (string.IsNullOrWhiteSpace(answer))
                {
                    return ExitCode.NotApproved;
                }
                (turn, maySend) = (answer, false);
                continue;
            }
            if (!call.Json)
            {
                Screen.Write(MindView.Said(heard.End.Content ?? "", heard.End, Screen.Look));
            }
            else if (heard.Proposal is null)
            {
                Screen.Raw(JsonSerializer.Serialize(heard.End, MindJson.Lines.FromMind) + "\n");
            }
            return heard.Proposal is { } id
                ? await ProposeAsync(id, cancel).ConfigureAwait(false) : ExitCode.Done;
        }
    }

    /// <summary>The newest of what was said that fit into one line with the turn.</summary>
    internal static ImmutableArray<string> Recent(IReadOnlyList<string> said, string turn)
    {
        const int around = 1024, perText = 3;
        static int Bytes(string text) =>
            JsonEncodedText.Encode(text).EncodedUtf8Bytes.Length + perText;
        var rest = Limits.MindLineBytes - around - Bytes(turn);
        var newest = said.Reverse().TakeWhile(s => (rest -= Bytes(s)) >= 0);
        return [.. newest.Reverse()];
    }

    private sealed record Heard(FromMind End)
    {
        public FromMind? Sending { get; init; }

        public string? Question { get; init; }

        public string? Proposal { get; init; }
    }

    private async Task<Heard> HearAsync(ToMind turn, CancellationToken cancel)
    {
        var heard = new Heard(new FromMind("done"));
        await foreach (var line in _mind.AskAsync(turn, cancel).ConfigureAwait(false))
        {
            if (line.Type == "thinking")
            {
                Wait(line.TookMs ?? 0);
                continue;
            }
            heard = line.Type switch
            {
                "sending" => heard with { Sending = line },
                "question" => heard with { Question = line.Content ?? "" },
                "plan" => heard with { Proposal = line.Proposal },
                "done" => heard with { End = line },
                "error" => throw new CommandFailure(ExitCode.Failed,
                    line.Message ?? "The mind has no answer.", line.Remedy ?? ""),
                _ => heard,
            };
        }
        return heard;
    }

    /// <summary>Says that a model is asked, and where a line can be written anew, for how long.
    /// </summary>
    private void Wait(double milliseconds)
    {
        var line = new Line(Model ? "asking a model …" : "asking …", Ink.Dim);
        if (call.Json || (milliseconds > 0 && !Screen.Live))
        {
            return;
        }
        if (!Screen.Live)
        {
            Screen.Write(line);
            return;
        }
        Screen.Raw(EmptyLine);
        Screen.Prompt(milliseconds < 1000 ? line
            : line.Add($" {milliseconds / 1000:0} s", Ink.Dim));
    }

    private async Task<bool> AllowsAsync(CancellationToken cancel)
    {
        if (!Screen.Asks || call.Json)
        {
            throw new CommandFailure(ExitCode.NotApproved,
                "It was not sent: somebody has to allow it.",
                "`loam privacy show \"…\"` prints what would be sent; "
                + "approve_before_sending: never in llm.privacy of manifest.yaml asks nobody.");
        }
        var answer = await Screen.AskAsync(new Line("Type ").Add(Send, Ink.Bold)
            .Add(" to send it › ", Ink.Accent), cancel).ConfigureAwait(false);
        return answer?.Trim() is Send or "y" or "yes";
    }

    private async Task<ExitCode> ProposeAsync(string id, CancellationToken cancel)
    {
        var order = (await call.Client.ProposalAsync(id, cancel).ConfigureAwait(false)).Order;
        var parts = ScopeSplit.Of(before, order.Texts, ScopeReader.Read(before, _said));
        if (!parts.IsValid)
        {
            throw new CommandFailure(ExitCode.Invalid, "The proposal is not valid: "
                + parts.Findings.First(f => f.IsError).Message, "Ask again.");
        }
        HasPlanned = true;
        var exit = ExitCode.Done;
        if (!parts.InsideTexts.IsEmpty)
        {
            exit = await PlanAsync(id, parts.InsideTexts, generation, false, cancel)
                .ConfigureAwait(false);
        }
        if (exit == ExitCode.NotApproved && Screen.Asks)
        {
            await DeclineAsync(id, cancel).ConfigureAwait(false);
        }
        if (parts.OutsideTexts.IsEmpty || exit is not ExitCode.Done || call.Json)
        {
            return exit;
        }
        Screen.Write(MindView.Outside(parts, Screen.Look));
        if (!Screen.Asks || call.Yes)
        {
            return parts.InsideTexts.IsEmpty ? ExitCode.NotApproved : exit;
        }
        var answer = await Screen.AskAsync(new Line("Look at that, too? [y/N] ", Ink.Accent),
            cancel).ConfigureAwait(false);
        if (answer?.Trim().ToLowerInvariant() is not ("y" or "yes"))
        {
            if (parts.InsideTexts.IsEmpty)
            {
                await DeclineAsync(id, cancel).ConfigureAwait(false);
            }
            return exit;
        }
        // Made from the state before: whatever happened meanwhile is merged, not undone.
        return await PlanAsync(id, parts.OutsideTexts, generation, true, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Whoever said no need not be reminded of it.</summary>
    private async Task DeclineAsync(string id, CancellationToken cancel)
    {
        try
        {
            await call.Client.DeclineAsync(id, null, cancel).ConfigureAwait(false);
        }
        catch (CommandFailure)
        {
            // Somebody else decided on it, or it has gone.
        }
    }

    private async Task<ExitCode> PlanAsync(string id,
        ImmutableSortedDictionary<string, string> texts, int from, bool isUnasked,
        CancellationToken cancel)
    {
        var change = await call.Client.PlanAsync(new(ChangeKind.Files, Talk.Reason(_said))
        {
            Proposal = id, Texts = texts, BaseGeneration = from, IsUnasked = isUnasked,
        }, cancel).ConfigureAwait(false);
        return await new ChangeFlow(call, true, null).RunAsync(change, cancel)
            .ConfigureAwait(false);
    }
}
