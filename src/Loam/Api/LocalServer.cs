using Loam.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loam.Api;

/// <summary>HTTP: bounds, and nothing that tells who serves.</summary>
internal static class LocalServer
{
    /// <param name="connections">At one time.</param>
    /// <param name="listen">Says where, and what is bounded besides.</param>
    public static WebApplication Make(
        int connections, Action<KestrelServerOptions> listen, RequestDelegate serve)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Limits.RequestBytes;
            kestrel.Limits.MaxConcurrentConnections = connections;
            // A follower may be quiet for hours, and a long answer is read as slowly as it is
            // written.
            kestrel.Limits.MinResponseDataRate = null;
            listen(kestrel);
        });
        var app = builder.Build();
        app.Run(serve);
        return app;
    }
}
