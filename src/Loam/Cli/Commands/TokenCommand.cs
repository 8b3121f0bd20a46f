using Loam.Api;
using Loam.Api.Tokens;
using Loam.Cli.Views;
using Loam.Core.StateFiles.Types;

namespace Loam.Cli.Commands;

/// <summary><c>loam token</c>: programs that may come in.</summary>
internal static class TokenCommand
{
    private const string Endless = "never";
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(90);

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        (call.Words[0], call.Words.Count) switch
        {
            ("list", 1) => ListAsync(call, cancel),
            ("add", 2) => AddAsync(call, call.Words[1], cancel),
            ("revoke" or "rm", 2) => RevokeAsync(call, call.Words[1], cancel),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"`loam token {string.Join(' ', call.Words)}` is not one of its forms.",
                "Use `loam token add NAME --may SCOPE`, `loam token list` or "
                + "`loam token revoke NAME`."),
        };

    private static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.TokensAsync(cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.TokensAnswer),
            TokenView.Table(answer.Tokens, call.Time.GetUtcNow(), call.Terminal.Look));
        return ExitCode.Done;
    }

    private static async Task<ExitCode> AddAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var made = await call.Client.AddTokenAsync(
            new(name, Scope(call.Value("may")), call.Value("for"), Lifetime(call.Value("expires"))),
            cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(made, ApiJson.Default.TokenMade),
            TokenView.Made(made));
        return ExitCode.Done;
    }

    private static async Task<ExitCode> RevokeAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var left = await call.Client.RevokeTokenAsync(name, cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(left, ApiJson.Default.TokensAnswer),
            [new Line("✓ ", Ink.Good).Add(name, Ink.Bold).Add(" opens nothing any more.")]);
        return ExitCode.Done;
    }

    private static TokenScope Scope(string? word) => word switch
    {
        "view" => TokenScope.View,
        "propose" => TokenScope.Propose,
        "approve" => TokenScope.Approve,
        _ => throw new CommandFailure(ExitCode.Invalid,
            word is null ? "It is not said what the token may." : $"--may does not take '{word}'.",
            "Add --may view, --may propose or --may approve."),
    };

    private static TimeSpan? Lifetime(string? text) => text switch
    {
        null => s_usual,
        Endless => null,
        _ when DurationType.TryRead(text, out var milliseconds) =>
            TimeSpan.FromMilliseconds(milliseconds),
        _ => throw new CommandFailure(ExitCode.Invalid, $"'{text}' is not a time.",
            $"Write one such as 12h or 30d, or {Endless}."),
    };
}
