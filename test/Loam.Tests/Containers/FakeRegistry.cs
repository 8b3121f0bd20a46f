using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Loam.Tests.Containers;

/// <summary>A registry on loopback that answers what it was told.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private const int Tries = 20;

    private readonly HttpListener _listener;

    public FakeRegistry()
    {
        (_listener, Host) = Listen(Tries);
        _ = ServeAsync();
    }

    public string Host { get; }

    /// <summary>Path to what is answered with 200; anything else is 404.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    /// <summary>Every request: path and authorization.</summary>
    public ConcurrentQueue<(string Path, string? Authorization)> Asked { get; } = new();

    /// <summary>What must stand in Authorization below /v2/; null: nothing.</summary>
    public string? Wants { get; set; }
    public string Challenge { get; set; } = "";
    public int Status { get; set; } = 200;

    public static string Digest(string body) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    public void Dispose() => _listener.Close();

    /// <summary>A listener wants a port by number. Between finding a free one and taking it
    /// somebody else may: then it is another one.</summary>
    private static (HttpListener Listener, string Host) Listen(int tries)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var host = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        var listener = new HttpListener();
        listener.Prefixes.Add($"http://{host}/");
        try
        {
            listener.Start();
            return (listener, host);
        }
        catch (HttpListenerException) when (tries > 1)
        {
            return Listen(tries - 1);
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext call;
            try
            {
                call = await _listener.GetContextAsync();
            }
            catch (Exception error) when (
                error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var path = call.Request.Url!.PathAndQuery;
            var authorization = call.Request.Headers["Authorization"];
            Asked.Enqueue((path, authorization));
            if (path.StartsWith("/v2/") && Wants is not null && authorization != Wants)
            {
                call.Response.StatusCode = 401;
                call.Response.AddHeader("WWW-Authenticate", Challenge);
            }
            else if (Status != 200)
            {
                call.Response.StatusCode = Status;
            }
            else if (Answers.TryGetValue(path, out var body))
            {
                await call.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            }
            else
            {
                call.Response.StatusCode = 404;
            }
            call.Response.Close();
        }
    }
}
