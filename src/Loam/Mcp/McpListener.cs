using System.Net;
using System.Text.Json;
using Loam.Api;
using Loam.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Loam.Mcp;

/// <summary>Streamable HTTP on this machine alone. Each request stands for itself: there is no
/// session to take over or to run out of. Whoever asks brings a token of the daemon's, and has its
/// rights and no more; a page in a browser is not listened to, whatever name it got for this
/// address.</summary>
internal sealed class McpListener : IAsyncDisposable
{
    private const string Path = "/mcp", Events = "text/event-stream", Json = "application/json";
    private const string Scheme = "Bearer ";
    private const int MostConnections = 64;
    private const int LongestToken = 200;

    private readonly WebApplication _app;
    private readonly IPEndPoint _place;
    private readonly Func<string, string, Desk> _deskOf;
    private readonly Turns _turns = new();

    /// <param name="deskOf">A desk for the bearer of a token, and what the client calls itself.
    /// </param>
    private McpListener(IPEndPoint place, Func<string, string, Desk> deskOf)
    {
        (_place, _deskOf) = (place, deskOf);
        _app = LocalServer.Make(MostConnections, kestrel => kestrel.Listen(place), ServeAsync);
    }

    /// <exception cref="CommandFailure">Somebody listens there already.</exception>
    public static async Task<McpListener> StartAsync(
        IPEndPoint place, Func<string, string, Desk> deskOf, CancellationToken cancel)
    {
        var listener = new McpListener(place, deskOf);
        try
        {
            await listener._app.StartAsync(cancel).ConfigureAwait(false);
            return listener;
        }
        catch (IOException e)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw new CommandFailure(ExitCode.Failed,
                $"It cannot listen at {place}: {e.Message}", "Take another port.");
        }
    }

    public string Url => _app.Urls.First() + Path;

    private async Task ServeAsync(HttpContext http)
    {
        try
        {
            if (Fault(http) is var (status, message))
            {
                await RefuseAsync(http, status, McpErrorCode.InvalidRequest, message)
                    .ConfigureAwait(false);
                return;
            }
            if (await TokenAsync(http).ConfigureAwait(false) is { } token)
            {
                await AnswerAsync(http, token).ConfigureAwait(false);
            }
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(http, e.StatusCode, McpErrorCode.InvalidRequest,
                "The request cannot be read: " + e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }

    /// <summary>Why it is no request for this server; null: it may be one.</summary>
    private (int, string)? Fault(HttpContext http)
    {
        var request = http.Request;
        // A name that somebody else's server gave out for this address is not ours.
        if (!IsHere(request.Host.Host)
            || (request.Headers.Origin is [{ } origin, ..]
                && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                    && IsHere(from.Host))))
        {
            return (StatusCodes.Status403Forbidden,
                "It is only served to programs of this machine, by its own name.");
        }
        if (request.Path.Value != Path)
        {
            return (StatusCodes.Status404NotFound, $"There is only {Path}.");
        }
        if (request.Method != HttpMethods.Post)
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return (StatusCodes.Status405MethodNotAllowed, "Only POST is answered.");
        }
        if (request.ContentType?.Split(';')[0].Trim() is not Json)
        {
            return (StatusCodes.Status415UnsupportedMediaType, $"Send {Json}.");
        }
        var accepted = request.Headers.Accept.ToString();
        return accepted.Contains(Json, StringComparison.OrdinalIgnoreCase)
            && accepted.Contains(Events, StringComparison.OrdinalIgnoreCase) ? null
            : (StatusCodes.Status406NotAcceptable, $"Accept {Json} and {Events}.");
    }

    private bool IsHere(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address)
                && (IPAddress.IsLoopback(address) || address.Equals(_place.Address)));
    }

    /// <summary>A token that opens something; null: it was refused.</summary>
    private async Task<string?> TokenAsync(HttpContext http)
    {
        var given = http.Request.Headers.Authorization is [{ } header]
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? header[Scheme.Length..].Trim() : "";
        if (given.Length is 0 or > LongestToken
            || !given.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"loam\"";
            await RefuseAsync(http, StatusCodes.Status401Unauthorized,
                McpErrorCode.InvalidRequest, "A token is needed: "
                + "`loam token add NAME --may propose` on the machine makes one.")
                .ConfigureAwait(false);
            return null;
        }
        try
        {
            await _deskOf(given, "").Client.OwnProposalsAsync(http.RequestAborted)
                .ConfigureAwait(false);
            return given;
        }
        catch (CommandFailure failure)
        {
            var isRefused = failure.Exit == ExitCode.NotApproved;
            await RefuseAsync(http, isRefused ? StatusCodes.Status401Unauthorized
                : StatusCodes.Status503ServiceUnavailable, McpErrorCode.InvalidRequest,
                $"{failure.Message} {failure.Remedy}").ConfigureAwait(false);
            return null;
        }
    }

    private async Task AnswerAsync(HttpContext http, string token)
    {
        JsonRpcMessage? message;
        try
        {
            message = await JsonSerializer.DeserializeAsync(http.Request.Body,
                McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage)),
                http.RequestAborted).ConfigureAwait(false) as JsonRpcMessage;
        }
        catch (JsonException)
        {
            message = null;
        }
        if (message is null)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, McpErrorCode.ParseError,
                "It is not one message of JSON-RPC 2.0.").ConfigureAwait(false);
            return;
        }
        if (http.Request.Headers["Mcp-Method"] is [{ } method]
            && message is JsonRpcRequest asked && asked.Method != method)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest,
                McpErrorCode.HeaderMismatch, "Mcp-Method is not the method of the message.")
                .ConfigureAwait(false);
            return;
        }
        message.Context = new()
        {
            ProtocolVersion = http.Request.Headers["MCP-Protocol-Version"] is [{ } version]
                ? version : null,
        };
        await ServeAsync(http, message, token).ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext http, JsonRpcMessage message, string token)
    {
        var transport = new StreamableHttpServerTransport { Stateless = true };
        var running = McpServing.RunAsync(
            transport, _turns, name => _deskOf(token, name), http.RequestAborted);
        try
        {
            http.Response.ContentType = Events;
            http.Response.Headers.CacheControl = "no-cache, no-store";
            if (!await transport.HandlePostRequestAsync(
                message, http.Response.Body, http.RequestAborted).ConfigureAwait(false))
            {
                http.Response.ContentType = null;
                http.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
        finally
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            try
            {
                await running.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The client left.
            }
        }
    }

    private static async Task RefuseAsync(
        HttpContext http, int status, McpErrorCode code, string message)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        await http.Response.WriteAsync(JsonOutput.Write(json =>
        {
            json.WriteString("jsonrpc", "2.0");
            json.WriteNull("id");
            json.WriteStartObject("error");
            json.WriteNumber("code", (int)code);
            json.WriteString("message", message.Trim());
            json.WriteEndObject();
        })).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _app.StopAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Connections that do not end are dropped with the host.
        }
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
