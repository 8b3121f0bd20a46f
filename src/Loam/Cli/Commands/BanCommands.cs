using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.StateFiles.Types;

namespace Loam.Cli.Commands;

/// <summary><c>loam bans</c>, <c>ban</c> and <c>unban</c>: who is shut out.</summary>
internal static class BanCommands
{
    private const string Everybody = "all";

    public static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.BansAsync(cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.BansAnswer),
            BanView.Table(answer.Bans, call.Time.GetUtcNow(), call.Terminal.Look));
        return ExitCode.Done;
    }

    public static async Task<ExitCode> BanAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.BanAsync(
            new(call.Words[0], Length(call.Value("for"))), cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.BansAnswer),
            BanView.Added(answer.Bans[0]));
        return ExitCode.Done;
    }

    public static async Task<ExitCode> UnbanAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.UnbanAsync(
            call.Words[0] == Everybody ? null : call.Words[0], cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.BansAnswer),
            BanView.Lifted(answer.Bans));
        return ExitCode.Done;
    }

    private static TimeSpan? Length(string? text) => text is null ? null
        : DurationType.TryRead(text, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new CommandFailure(ExitCode.Invalid, $"'{text}' is not a time.",
                "Write one such as 30m, 1h or 7d.");
}
