using System.Collections.Immutable;
using System.Security.Cryptography;
using Loam.Cli.Views;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Metrics;
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
        var view = await ViewAsync(call, cancel).ConfigureAwait(false);
        var logs = ImmutableArray.CreateBuilder<LogExcerpt>();
        foreach (var service in call.All("logs").Union(LogsWanted.Of(request, view)))
        {
            logs.Add(new(service, await LogAsync(call, service, cancel).ConfigureAwait(false)));
        }
        view = view with { Logs = logs.ToImmutable() };
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        return (view, ContextAssembly.Assemble(new(view, [], [], request, nonce)));
    }

    /// <summary>The view that the daemon makes for a model, made of what it tells everybody.
    /// </summary>
    private static async Task<MachineView> ViewAsync(Invocation call, CancellationToken cancel)
    {
        var status = await call.Client.StatusAsync(cancel).ConfigureAwait(false);
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var users = await call.Client.UsersAsync(cancel).ConfigureAwait(false);
        var events = new List<MachineEvent>();
        await foreach (var happened in call.Client.EventsAsync(false, cancel)
            .ConfigureAwait(false))
        {
            events.Add(happened);
        }
        return MachineView.Of(state.Generation, new StateSet(state.Files), status, events,
            HostFactsReader.Read("/", call.Time), [],
            users.Users.Where(u => u.Uid >= 1000).Select(u => u.Name));
    }

    private static async Task<ImmutableArray<string>> LogAsync(
        Invocation call, string service, CancellationToken cancel)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        await foreach (var entry in call.Client.LogsAsync(
            service, Limits.ViewLogLines, false, cancel).ConfigureAwait(false))
        {
            lines.Add(entry.Text);
        }
        return lines.ToImmutable();
    }
}
