using Loam.Cli.Views;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Drivers.Containers.Native.Logs;
using Loam.Drivers.Firewall;
using Loam.Drivers.Network;

namespace Loam.Cli.Commands;

/// <summary>Verbs about <c>loam</c> itself.</summary>
internal static class OwnCommands
{
    public static Task<ExitCode> HelpAsync(Invocation call, CancellationToken cancel)
    {
        var look = call.Terminal.Look;
        if (call.Words.Count == 0)
        {
            call.Terminal.Write(HelpView.All(look));
            return Task.FromResult(ExitCode.Done);
        }
        var verb = call.Words[0];
        var command = CommandTable.All.FirstOrDefault(c => c.Is(verb));
        if (command is null)
        {
            var near = Nearest.To(
                verb, CommandTable.All.Where(c => !c.IsHidden).Select(c => c.Name));
            throw new CommandFailure(ExitCode.Invalid, $"There is no verb '{verb}'.",
                near is null ? "`loam help` lists them." : $"Did you mean `loam help {near}`?");
        }
        call.Terminal.Write(HelpView.Of(command, look));
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<ExitCode> SchemaAsync(Invocation call, CancellationToken cancel)
    {
        var word = call.Words[0];
        var kind = FileKinds.All.FirstOrDefault(k =>
            k.Kind.Equals(word, StringComparison.OrdinalIgnoreCase) || k.File == word
            || k.File == word + ".yaml");
        if (kind is null)
        {
            var near = Nearest.To(word, FileKinds.All.Select(k => k.Kind));
            throw new CommandFailure(ExitCode.Invalid, $"There is no kind '{word}'.",
                near is not null ? $"Did you mean {near}?"
                    : $"The kinds are {string.Join(", ", FileKinds.All.Select(k => k.Kind))}.");
        }
        call.Terminal.Raw(JsonSchema.For(kind));
        return Task.FromResult(ExitCode.Done);
    }

    public static async Task<ExitCode> DaemonAsync(Invocation call, CancellationToken cancel)
    {
        var engine = call.Value("engine") ?? "auto";
        if (engine is not ("auto" or "private" or "containerd")
            && !engine.StartsWith("unix:///", StringComparison.Ordinal))
        {
            throw new CommandFailure(ExitCode.Invalid, $"--engine does not take '{engine}'.",
                "Use auto, private, containerd, or unix:// and a socket's path.");
        }
        return (ExitCode)await Daemon.RunAsync(
            new(call.Paths, engine, call.Value("mirror")),
            line => call.Terminal.Complain(new Line(line))).ConfigureAwait(false);
    }

    public static async Task<ExitCode> DeadmanAsync(Invocation call, CancellationToken cancel)
    {
        var fired = await Deadman.WatchAsync(call.Words[0],
            new FormerState(new Nftables(), InterfaceSetup.OfThisHost).PutBackAsync,
            call.Time, cancel).ConfigureAwait(false);
        call.Terminal.Write(fired ? "what was there before is in force again" : "disarmed");
        return ExitCode.Done;
    }

    public static Task<ExitCode> KeepLogAsync(Invocation call, CancellationToken cancel)
    {
        LogKeeper.Run(call.Words[0]);
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<ExitCode> ManPageAsync(Invocation call, CancellationToken cancel)
    {
        call.Terminal.Raw(ManPage.Text());
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<ExitCode> CompletionAsync(Invocation call, CancellationToken cancel)
    {
        call.Terminal.Raw(Completion.Script(call.Words[0])
            ?? throw new CommandFailure(ExitCode.Invalid,
                $"There is no completion for '{call.Words[0]}'.", "Use bash, zsh or fish."));
        return Task.FromResult(ExitCode.Done);
    }
}
