using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary><c>loam notify</c>: who is told, and whether it arrives.</summary>
internal static class NotifyCommands
{
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Words is [] or ["list"])
        {
            var answer = await call.Client.NotifiersAsync(cancel).ConfigureAwait(false);
            call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.NotifiersAnswer),
                NotifyView.Table(answer.Notifiers, call.Terminal.Look));
            return ExitCode.Done;
        }
        if (call.Words[0] != "test")
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"`loam notify {call.Words[0]}` is not a command.",
                "Use `loam notify` or `loam notify test [NAME]`.");
        }
        var tested = await call.Client.TestNotifierAsync(
            call.Words.ElementAtOrDefault(1), cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(tested, ApiJson.Default.NotifierTestAnswer),
            NotifyView.Tests(tested.Tests));
        return tested.Tests.All(t => t.IsGood) ? ExitCode.Done : ExitCode.Failed;
    }
}
