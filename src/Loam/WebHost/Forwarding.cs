using System.Net.Http;
using System.Net.Sockets;
using Loam.Api;
using Loam.Api.Tokens;
using Loam.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Loam.WebHost;

/// <summary>Passes requests that bring a token on to the daemon, written anew, and its answers back
/// as they come. It decides nothing: the daemon looks at the token.</summary>
internal sealed class Forwarding : IDisposable
{
    private const string Begin = ApiServer.Outside + "/v1/";
    private const int PieceBytes = 16 * 1024;

    private static readonly string[] s_kept = ["Retry-After", "WWW-Authenticate"];

    private readonly HttpClient _daemon;

    public Forwarding(string socket) => _daemon = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (_, cancel) =>
        {
            var own = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await own.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel)
                    .ConfigureAwait(false);
                return new NetworkStream(own, ownsSocket: true);
            }
            catch
            {
                own.Dispose();
                throw;
            }
        },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _daemon.Dispose();

    public async Task ServeAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await (Refusal(http) is var (status, why)
                ? Routes.Refuse(http, status, why) : PassOnAsync(http)).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await Routes.Refuse(http, e.StatusCode, new(
                "The request cannot be read: " + e.Message, "")).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is BadHttpRequestException inner)
        {
            await Routes.Refuse(http, inner.StatusCode, new(
                "The request cannot be read: " + inner.Message, "")).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            await Routes.Refuse(http, StatusCodes.Status502BadGateway, new(
                "The daemon does not answer.", "`systemctl status loam` on the machine."))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }

    /// <summary>What the daemon need not hear of.</summary>
    private static (int, Problem)? Refusal(HttpContext http)
    {
        var request = http.Request;
        if (request.Path.Value?.StartsWith(Begin, StringComparison.Ordinal) != true)
        {
            return (StatusCodes.Status404NotFound, new(
                "There is nothing here.", $"The API begins with {Begin}."));
        }
        if (request.Method is not ("GET" or "POST"))
        {
            return (StatusCodes.Status405MethodNotAllowed, new(
                $"The API takes GET and POST.", ""));
        }
        if (request.ContentLength > Limits.RequestBytes)
        {
            return (StatusCodes.Status413PayloadTooLarge, new(
                $"The request has more than {Limits.RequestBytes} bytes.", ""));
        }
        if (request.Headers.Authorization is not [{ Length: > 0 }])
        {
            http.Response.Headers.WWWAuthenticate = Door.Challenge;
            return (StatusCodes.Status401Unauthorized, new("A token is needed.",
                "Send the header `Authorization: Bearer TOKEN`; `loam token add` makes one."));
        }
        return null;
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        using var request = Written(http);
        using var answer = await _daemon.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var response = http.Response;
        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        response.ContentLength = answer.Content.Headers.ContentLength;
        foreach (var name in s_kept)
        {
            if (answer.Headers.TryGetValues(name, out var values))
            {
                response.Headers[name] = new StringValues([.. values]);
            }
        }
        var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using var ending = body.ConfigureAwait(false);
        var piece = new byte[PieceBytes];
        int read;
        while ((read = await body.ReadAsync(piece, cancel).ConfigureAwait(false)) > 0)
        {
            await response.Body.WriteAsync(piece.AsMemory(0, read), cancel).ConfigureAwait(false);
            await response.Body.FlushAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>With nothing of what came but what the daemon reads.</summary>
    private static HttpRequestMessage Written(HttpContext http)
    {
        var from = http.Request;
        var request = new HttpRequestMessage(new(from.Method), new Uri(
            "http://loam" + from.Path.ToUriComponent() + from.QueryString.ToUriComponent()));
        request.Headers.TryAddWithoutValidation(
            "Authorization", (string?)from.Headers.Authorization);
        if (from.Headers.Accept is [{ } accept, ..])
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        request.Headers.TryAddWithoutValidation(
            WebRoutes.Source, $"{http.Connection.RemoteIpAddress}");
        if (from.Method == "POST")
        {
            request.Content = new StreamContent(from.Body);
            request.Content.Headers.ContentLength = from.ContentLength;
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        return request;
    }
}
