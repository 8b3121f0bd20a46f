using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary>Verbs about people.</summary>
internal static class UserCommands
{
    public static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.UsersAsync(cancel).ConfigureAwait(false);
        var now = call.Time.GetUtcNow();
        if (call.Words.Count == 0)
        {
            call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.UsersAnswer),
                UserView.Table(answer.Users, now, call.Terminal.Look));
            return ExitCode.Done;
        }
        var user = answer.Users.FirstOrDefault(u => u.Name == call.Words[0])
            ?? throw new CommandFailure(ExitCode.Invalid,
                $"There is no user {call.Words[0]}.", "`loam users` lists them.");
        call.Answer(() => JsonOutput.Of(user, ApiJson.Default.UserStatus),
            UserView.One(user, now, call.Terminal.Look));
        return ExitCode.Done;
    }
}
