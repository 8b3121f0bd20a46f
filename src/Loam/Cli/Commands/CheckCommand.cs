using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary><c>loam check</c>: looks, and fails where there is something to do, as a job needs it.
/// </summary>
internal static class CheckCommand
{
    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        call.Words[0] switch
        {
            "certs" or "certificates" => CertificateCommands.CheckAsync(call, cancel),
            "updates" => UpdatesAsync(call, cancel),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"There is no check of {call.Words[0]}.",
                "Write `loam check certs` or `loam check updates`."),
        };

    private static async Task<ExitCode> UpdatesAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.UpdatesAsync(cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.UpdatesAnswer),
            UpdateView.Table(answer.Updates, call.Terminal.Look));
        return answer.Updates.All(u => u.IsCurrent) ? ExitCode.Done : ExitCode.Failed;
    }
}
