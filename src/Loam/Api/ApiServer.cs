using System.Net.Sockets;
using Loam.Api.Tokens;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Loam.Api;

/// <summary>HTTP and JSON on a Unix socket, for root and group <c>loam</c>. Peers are known by
/// the kernel's word; the socket's mode is only the first door.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    /// <summary>Before a path, for programs elsewhere.</summary>
    public const string Outside = "/api";

    private readonly WebApplication _app;
    private readonly string _path;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly IReadOnlyList<Route> _table;
    private readonly Func<Socket, Peer?> _peerOf;
    private readonly Door _door;
    private readonly Action<string, Exception> _failed;

    private ApiServer(
        Surface surface, string socketPath, TimeProvider time, Func<Socket, Peer?> peerOf)
    {
        (_path, _peerOf) = (socketPath, peerOf);
        _door = new(surface.Tokens, time);
        _failed = surface.Failed;
        _table = new Routes(surface, time, _ending.Token).Table;
        _app = LocalServer.Make(Limits.Connections, kestrel =>
        {
            kestrel.ListenUnixSocket(Arriving);
            if (surface.Mind is { } mind)
            {
                kestrel.ListenUnixSocket(mind.Socket);
            }
            if (surface.Web is { } web)
            {
                kestrel.ListenUnixSocket(web.Socket);
            }
        }, ServeAsync);
    }

    /// <summary>Where it listens until its mode is set and it takes its place.</summary>
    private string Arriving => _path + ".new";

    /// <summary>Takes the place of whoever answered until now, and serves until disposed.
    /// </summary>
    public static async Task<ApiServer> StartAsync(
        Surface surface, WaitingRoom before, TimeProvider time, CancellationToken cancel)
    {
        List<(string Socket, uint User)> confined = [];
        if (surface.Mind is { } mind)
        {
            confined.Add((mind.Socket, mind.User));
        }
        if (surface.Web is { } web)
        {
            confined.Add((web.Socket, web.User));
        }
        confined.ForEach(c => RemoveStale(c.Socket));
        var server = new ApiServer(surface, before.Path, time, before.PeerOf);
        File.Delete(server.Arriving);
        await server._app.StartAsync(cancel).ConfigureAwait(false);
        SocketOwner.Give(server.Arriving, Peer.GroupNumber());
        File.Move(server.Arriving, before.Path, overwrite: true);
        confined.ForEach(c => SocketOwner.Give(c.Socket, c.User));
        await before.DisposeAsync().ConfigureAwait(false);
        return server;
    }

    /// <summary>A change in hand is taken back; whoever waits for it still hears of that.
    /// </summary>
    public Task EndChangesAsync() => _ending.CancelAsync();

    /// <summary>Streams end, no new request is taken; an apply in hand sees the cancellation and
    /// ends in its own way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
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
        File.Delete(_path);
        _stopping.Dispose();
        _ending.Dispose();
    }

    private async Task ServeAsync(HttpContext http)
    {
        try
        {
            await DispatchAsync(http).ConfigureAwait(false);
        }
        catch (HostException e)
        {
            await Routes.Refuse(http, StatusOf(e.Fault), new(e.Message, e.Remedy))
                .ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await Routes.Refuse(http, e.StatusCode, new(
                "The request cannot be read: " + e.Message, "Use a client of this version."))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
        catch (Exception e)
        {
            // Ours, and of this request alone.
            _failed("a request", e);
            await Routes.Refuse(http, StatusCodes.Status500InternalServerError, Routes.OwnFault)
                .ConfigureAwait(false);
        }
    }

    private async Task DispatchAsync(HttpContext http)
    {
        var socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        var peer = socket is null ? null : _peerOf(socket);
        if (await _door.LetInAsync(http, peer).ConfigureAwait(false)
            is not { } caller)
        {
            return;
        }
        var path = http.Request.Path.Value ?? "";
        // The same table, as programs elsewhere know it.
        path = path.StartsWith(Outside + "/v1/", StringComparison.Ordinal)
            ? path[Outside.Length..] : path;
        foreach (var route in _table)
        {
            if (route.Match(http.Request.Method, path) is not { } value)
            {
                continue;
            }
            if ((caller.Rights & route.Needs) != route.Needs || route.Needs == Rights.None)
            {
                if (caller.Peer.Token is { } token
                    && route.Needs is not (Rights.Propose or Rights.Serve))
                {
                    await Routes.Refuse(http, StatusCodes.Status403Forbidden, Short(token, route))
                        .ConfigureAwait(false);
                    return;
                }
                break;
            }
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted, _stopping.Token);
            await ServeAsync(route, new(http, caller.Peer, value), ended.Token)
                .ConfigureAwait(false);
            return;
        }
        await Routes.Refuse(http, StatusCodes.Status404NotFound, new(
            $"The daemon has no {http.Request.Method} {path}.",
            "Use a client of this version.")).ConfigureAwait(false);
    }

    /// <summary>What a program sends from elsewhere ends nobody but itself.</summary>
    private static async Task ServeAsync(Route route, Call call, CancellationToken cancel)
    {
        try
        {
            await route.Serve(call, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (call.Peer.Token is not null && e is ArgumentException
            or InvalidOperationException or NullReferenceException or IndexOutOfRangeException
            or FormatException or OverflowException or KeyNotFoundException)
        {
            await Routes.Refuse(call.Http, StatusCodes.Status400BadRequest, new(
                "The request cannot be served as it is.",
                "GET /api/v1/openapi.json says what each takes.")).ConfigureAwait(false);
        }
    }

    private static Problem Short(string token, Route route) => route.Needs == Rights.Administer
        ? new($"No token opens {route.Method} {route.Pattern}.", "Ask on the machine itself.")
        : new($"Token {token} does not allow {route.Method} {route.Pattern}.",
            "`loam token add NAME --may "
            + $"{(route.Needs == Rights.Plan ? "propose" : "approve")}` makes one that does.");

    private static int StatusOf(Fault fault) => fault switch
    {
        Fault.NotFound => StatusCodes.Status404NotFound,
        Fault.Conflict => StatusCodes.Status409Conflict,
        Fault.Denied => StatusCodes.Status403Forbidden,
        Fault.Unavailable => StatusCodes.Status503ServiceUnavailable,
        Fault.Timeout => StatusCodes.Status504GatewayTimeout,
        Fault.Unsupported => StatusCodes.Status501NotImplemented,
        Fault.Exhausted => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };

    internal static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }
        using var probe = new Socket(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }
        throw new HostException(
            Fault.Conflict, $"Another daemon already serves {path}.",
            "Use that one, or stop it first.");
    }
}
