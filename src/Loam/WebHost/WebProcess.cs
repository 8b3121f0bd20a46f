using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Loam.Api;
using Loam.Cli;
using Loam.Core;
using Loam.Drivers.Confinement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Loam.WebHost;

/// <summary><c>loam web</c>: takes requests from the network, as a user without a right, and passes
/// on what brings a token. What it was given is a listening socket as file 3 and the daemon's
/// socket.</summary>
internal static class WebProcess
{
    private const ulong Listener = 3;

    private static readonly TimeSpan s_head = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);

    /// <summary>Whoever reads more slowly leaves his place to others.</summary>
    private static readonly MinDataRate s_slowest = new(240, TimeSpan.FromSeconds(5));

    /// <param name="daemon">The daemon's socket for it.</param>
    public static async Task RunAsync(string daemon, TimeProvider time, CancellationToken stop)
    {
        Confined.ForbidPrograms();
        var client = new DaemonClient(daemon);
        var shown = await CertificateAsync(client, stop).ConfigureAwait(false);
        using var forwarding = new Forwarding(daemon);
        await using var app = LocalServer.Make(Limits.WebConnections, kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = s_slowest;
            kestrel.Limits.MaxRequestHeadersTotalSize = Limits.ReplyHeadBytes;
            kestrel.Limits.RequestHeadersTimeout = s_head;
            kestrel.Limits.KeepAliveTimeout = s_idle;
            kestrel.ListenHandle(Listener, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (shown is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => ValueTask.FromResult(
                            new SslServerAuthenticationOptions
                            {
                                ServerCertificateContext = shown,
                            }),
                        HandshakeTimeout = s_head,
                    });
                }
            });
        }, forwarding.ServeAsync);
        await app.StartAsync(stop).ConfigureAwait(false);
        using var renewing = new PeriodicTimer(Limits.CertificatePause, time);
        while (await renewing.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            shown = await CertificateAsync(client, stop).ConfigureAwait(false) ?? shown;
        }
    }

    private static async Task<SslStreamCertificateContext?> CertificateAsync(
        DaemonClient client, CancellationToken cancel)
    {
        if ((await client.WebCertificateAsync(cancel).ConfigureAwait(false)).Certificate
            is not { } given)
        {
            return null;
        }
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(given.Chain);
        return SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPem(given.Chain, given.Key), chain, offline: true);
    }
}
