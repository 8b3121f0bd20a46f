using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>What somebody may do over the network.</summary>
public enum ApiRole { View, Operate, Administer }

public sealed record ApiUser(string Name, ApiRole Role);

/// <summary>Access over the network (<c>api</c> of manifest.yaml).</summary>
public sealed record ApiSettings
{
    /// <summary>Address and port; null: nobody listens.</summary>
    public string? Listen { get; init; }

    /// <summary>The name of a certificate; null: in the clear.</summary>
    public string? Tls { get; init; }

    public ImmutableArray<ApiUser> Users { get; init; } = [];

    internal static ApiSettings Of(MapValue? api) => api is null ? new() : new()
    {
        Listen = api.Text("listen"),
        Tls = api.Text("tls"),
        Users = [.. api.Maps("users").Select(u => new ApiUser(
            u.Text("name")!, Enum.Parse<ApiRole>(u.Text("role")!, ignoreCase: true)))],
    };
}
