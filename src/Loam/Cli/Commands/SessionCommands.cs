using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary><c>loam sessions</c>: one's conversations.</summary>
internal static class SessionCommands
{
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var answer = call.Words switch
        {
            [] or ["list"] => await call.Client.SessionsAsync(cancel).ConfigureAwait(false),
            ["forget" or "rm", var name] => await call.Client.ForgetSessionAsync(name, cancel)
                .ConfigureAwait(false),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"`loam sessions {string.Join(' ', call.Words)}` is not one of its forms.",
                "Use `loam sessions` or `loam sessions forget NAME`."),
        };
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.SessionsAnswer),
            SessionView.Table(answer, call.Time.GetUtcNow(), call.Terminal.Look));
        return ExitCode.Done;
    }
}
