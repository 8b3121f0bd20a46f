namespace Loam.Api.Tokens;

/// <summary>The routes about tokens: for people at the machine alone.</summary>
internal sealed class TokenRoutes(TokenBook book)
{
    public IReadOnlyList<Route> Table =>
    [
        new("GET", "/v1/tokens", Rights.Administer, (call, cancel) => Routes.Answer(
            call, new TokensAnswer(book.List()), ApiJson.Default.TokensAnswer, cancel))
        {
            Says = "The tokens.", Gives = ApiJson.Default.TokensAnswer,
        },
        new("POST", "/v1/tokens", Rights.Administer, AddAsync)
        {
            Says = "Makes a token.", Takes = ApiJson.Default.TokenOrder,
            Gives = ApiJson.Default.TokenMade,
        },
        new("POST", "/v1/revoke-token/*", Rights.Administer, RevokeAsync)
        {
            Says = "Revokes a token.", Gives = ApiJson.Default.TokensAnswer,
        },
    ];

    private async Task AddAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.TokenOrder, cancel)
            .ConfigureAwait(false);
        var made = await book.AddAsync(order, call.Peer, cancel).ConfigureAwait(false);
        await Routes.Answer(call, made, ApiJson.Default.TokenMade, cancel).ConfigureAwait(false);
    }

    private async Task RevokeAsync(Call call, CancellationToken cancel)
    {
        await book.RevokeAsync(Uri.UnescapeDataString(call.Value), call.Peer.Name, cancel)
            .ConfigureAwait(false);
        await Routes.Answer(call, new TokensAnswer(book.List()), ApiJson.Default.TokensAnswer,
            cancel).ConfigureAwait(false);
    }
}
