using System.Collections.Immutable;
using Loam.Cli.Shell;
using Loam.Mind.Interpreter;

namespace Loam.Cli.Commands;

/// <summary>Verbs that begin with a person's words.</summary>
internal static class RequestCommands
{
    /// <summary><c>loam "…"</c>: one request, with its revisions.</summary>
    public static Task<ExitCode> AskAsync(Invocation call, CancellationToken cancel) =>
        new Talk().SayAsync(call, string.Join(' ', call.Words), cancel);

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
