using System.Collections.Immutable;
using Loam.Api;
using Loam.Cli.Shell;
using Loam.Mind.Interpreter;

namespace Loam.Cli.Commands;

/// <summary>Verbs that begin with a person's words.</summary>
internal static class RequestCommands
{
    /// <summary><c>loam "…"</c>: one request, with its revisions.</summary>
    public static async Task<ExitCode> AskAsync(Invocation call, CancellationToken cancel)
    {
        var words = string.Join(' ', call.Words);
        var said = call.Said;
        if (call.Has("continue") || call.Has("session"))
        {
            return await GoOnAsync(call, words, said, cancel).ConfigureAwait(false);
        }
        var talk = new Talk();
        var exit = await talk.SayAsync(call, words, cancel).ConfigureAwait(false);
        Keep(call, said, new(Guid.NewGuid().ToString("N"), [], 0), words, exit, talk.HasPlanned);
        return exit;
    }

    /// <summary>A conversation that is kept: by the mind, and what was said here by ourselves.
    /// </summary>
    private static async Task<ExitCode> GoOnAsync(
        Invocation call, string words, SaidWords said, CancellationToken cancel)
    {
        var session = call.Value("session") is { } name
            ? said.All().FirstOrDefault(s => s.Name == name) ?? new(name, [], 0)
            : said.All().LastOrDefault() ?? throw new CommandFailure(ExitCode.Invalid,
                "There is nothing to go on with.",
                "Say it whole, or name a conversation: `loam --session NAME \"…\"`.");
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var beyond = new Beyond(call, state.Generation, new(state.Files))
        {
            Session = session.Name, Model = false, Over = session.Over,
        };
        var exit = await beyond.AskAsync(session.Words, words, cancel).ConfigureAwait(false);
        Keep(call, said, session, words, exit, beyond.HasPlanned);
        return exit;
    }

    /// <summary>What was applied is over; what a person declined covers nothing any more.</summary>
    private static void Keep(Invocation call, SaidWords said, SaidSession session, string words,
        ExitCode exit, bool hasPlanned)
    {
        var isDeclined = hasPlanned && exit == ExitCode.NotApproved && call.Terminal.Asks;
        ImmutableArray<string> all = isDeclined ? [] : [.. session.Words, words];
        said.Keep(session with
        {
            Words = all,
            Over = hasPlanned && exit == ExitCode.Done ? all.Length
                : Math.Min(session.Over, all.Length),
        });
    }

    /// <summary><c>loam</c> alone; over SSH, as the command of a key, with what was asked of SSH.
    /// </summary>
    public static Task<ExitCode> ShellAsync(Invocation call, CancellationToken cancel)
    {
        var shell = new InteractiveShell(call, new Talk().SayAsync);
        return (call.Value("say") ?? Environment.GetEnvironmentVariable("SSH_ORIGINAL_COMMAND"))
            is { } line && !string.IsNullOrWhiteSpace(line)
            ? shell.RunOneAsync(line.Trim(), cancel) : shell.RunAsync(cancel);
    }

    /// <summary><c>loam propose</c>: text in, text out. Reads one directory, writes nothing,
    /// needs neither daemon nor rights, never decrypts.</summary>
    public static Task<ExitCode> ProposeAsync(Invocation call, CancellationToken cancel)
    {
        var directory = call.Value("state") ?? call.Paths.StateDir;
        var state = StateDirectory.Read(directory, mayBeAbsent: call.Value("state") is null);
        var proposal = Interpreter.Propose(state, call.Words, call.Time.GetUtcNow());
        if (call.Json)
        {
            call.Terminal.Raw(ProposalJson.Write(proposal) + "\n");
        }
        else
        {
            call.Terminal.Write(Views.ProposalView.Of(proposal, state, call.Terminal.Look));
        }
        return Task.FromResult(ExitCode.Done);
    }
}
