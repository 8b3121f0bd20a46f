using System.Collections.Immutable;
using System.Net;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>What somebody may do over the network.</summary>
public enum ApiRole { View, Operate, Administer }

public sealed record ApiUser(string Name, ApiRole Role);

/// <summary>Access over the network (<c>api</c> of manifest.yaml).</summary>
public sealed record ApiSettings
{
    /// <summary>Where none is written.</summary>
    public const int UsualPort = 8420;

    /// <summary>Address and port; null: nobody listens.</summary>
    public string? Listen { get; init; }

    /// <summary>The name of a certificate; null: in the clear.</summary>
    public string? Tls { get; init; }

    public ImmutableArray<ApiUser> Users { get; init; } = [];

    /// <summary>Host and port of a <see cref="Listen"/>.</summary>
    public static (string Host, int Port) Split(string listen)
    {
        var (host, port) = Formats.SplitHostPort(listen) ?? (listen, null);
        return (host.Trim('[', ']'), port ?? UsualPort);
    }

    internal static bool IsFromHere(string listen) => Split(listen).Host is var host
        && (host == "localhost"
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    internal static ApiSettings Of(MapValue? api) => api is null ? new() : new()
    {
        Listen = api.Text("listen"),
        Tls = api.Text("tls"),
        Users = [.. api.Maps("users").Select(u => new ApiUser(
            u.Text("name")!, Enum.Parse<ApiRole>(u.Text("role")!, ignoreCase: true)))],
    };
}
