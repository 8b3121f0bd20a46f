using System.Security.Cryptography;
using Loam.Cli.Views;
using Loam.Core.Observing;
using Loam.Mind.Context;
using Loam.Mind.Privacy;

namespace Loam.Cli.Commands;

/// <summary>What a model would be shown of a request, and what would leave the machine. Nothing is
/// sent.</summary>
internal static class ContextCommands
{
    private const int NonceBytes = 6;

    /// <summary><c>loam context "…"</c>: the sections and what they cost.</summary>
    public static async Task<ExitCode> ContextAsync(Invocation call, CancellationToken cancel)
    {
        var (_, context) = await AssembleAsync(
            call, string.Join(' ', call.Words), cancel).ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(ContextView.Json(context) + "\n");
            return ExitCode.Done;
        }
        call.Terminal.Write(ContextView.Table(context.Report, call.Terminal.Look));
        if (call.Has("full"))
        {
            call.Terminal.Raw($"\n{context.Text}\n");
        }
        return ExitCode.Done;
    }

    /// <summary><c>loam privacy show "…"</c>: exactly what would be sent.</summary>
    public static async Task<ExitCode> PrivacyAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Words[0] != "show")
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"`loam privacy` knows show, not '{call.Words[0]}'.",
                "Write loam privacy show \"REQUEST\".");
        }
        var (view, context) = await AssembleAsync(
            call, string.Join(' ', call.Words.Skip(1)), cancel).ConfigureAwait(false);
        var outgoing = Outgoing.Of(context, view);
        if (call.Json)
        {
            call.Terminal.Raw(ContextView.Json(outgoing) + "\n");
            return ExitCode.Done;
        }
        call.Terminal.Raw($"{outgoing.Text}\n\n");
        call.Terminal.Write(ContextView.Replaced(outgoing, call.Terminal.Look));
        return ExitCode.Done;
    }

    private static async Task<(MachineView, AssembledContext)> AssembleAsync(
        Invocation call, string request, CancellationToken cancel)
    {
        var view = await call.Client.ViewAsync([], cancel).ConfigureAwait(false);
        var logs = call.All("logs").Union(LogsWanted.Of(request, view)).ToList();
        if (logs.Count > 0)
        {
            view = await call.Client.ViewAsync(logs, cancel).ConfigureAwait(false);
        }
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        return (view, ContextAssembly.Assemble(new(view, [],
            await PreferCommand.AllAsync(call, cancel).ConfigureAwait(false), request, nonce)));
    }
}
