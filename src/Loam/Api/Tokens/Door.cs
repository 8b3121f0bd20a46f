using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Loam.Api.Tokens;

/// <summary>Who asks, and what they may do.</summary>
internal sealed record Caller(Peer Peer, Rights Rights);

/// <summary>Finds out who asks: whoever brings a token is its bearer and nobody else, and whoever
/// brings none is whom the kernel names.</summary>
internal sealed class Door(TokenBook? book, TimeProvider time)
{
    public const string Challenge = "Bearer realm=\"loam\"";

    private const string Scheme = "Bearer ";

    private readonly FailedTokens _failed = new(time);

    /// <returns>Null: it was refused, and told why.</returns>
    public async Task<Caller?> LetInAsync(HttpContext http, Peer? peer)
    {
        var rights = peer?.Rights(Peer.GroupNumber()) ?? Rights.None;
        // The mind is given no token and has no use for one.
        if (peer is not null && !ConfinedUser.Mind.Is(peer.Uid)
            && http.Request.Headers.Authorization is [{ } given, ..])
        {
            return await BearerAsync(http, peer, given).ConfigureAwait(false);
        }
        if (peer is not null && rights != Rights.None)
        {
            return new(peer, rights);
        }
        await Routes.Refuse(http, StatusCodes.Status403Forbidden, new(
            "Only root and members of group loam may speak to the daemon.",
            "Use sudo, or add the user: `usermod -aG loam NAME`.")).ConfigureAwait(false);
        return null;
    }

    private async Task<Caller?> BearerAsync(HttpContext http, Peer peer, string given)
    {
        var isBearer = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        // A right one is heard whoever else comes from its place: many may share an address.
        if (isBearer && book?.Find(given[Scheme.Length..].Trim()) is { } found)
        {
            return new(found.Peer, found.Rights);
        }
        var source = SourceOf(http, peer);
        if (_failed.Wait(source) is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
            await Routes.Refuse(http, StatusCodes.Status429TooManyRequests, new(
                $"Too many wrong tokens came from {source}.", "Wait a minute."))
                .ConfigureAwait(false);
            return null;
        }
        if (_failed.Add(source) && book is not null)
        {
            // Whoever leaves at once is recorded all the same.
            await book.RecordAsync(source, CancellationToken.None).ConfigureAwait(false);
        }
        http.Response.Headers.WWWAuthenticate = Challenge;
        await Routes.Refuse(http, StatusCodes.Status401Unauthorized, isBearer
            ? new("This token opens nothing: there is no such one, it was revoked or has expired, "
                + "or its person may do nothing here any more.",
                "`loam token list` on the machine says which there are.")
            : new("Only tokens are taken.", "Send the header `Authorization: Bearer TOKEN`."))
            .ConfigureAwait(false);
        return null;
    }

    /// <summary>An address as the process says that took the request from the network, a user
    /// otherwise.</summary>
    private static string SourceOf(HttpContext http, Peer peer) => !ConfinedUser.Web.Is(peer.Uid)
        ? $"user {peer.Name}"
        : http.Request.Headers[WebRoutes.Source] is [{ } said]
            && IPAddress.TryParse(said, out var address) ? $"{address}" : "the network";
}
