using System.Net;

namespace Loam.Core;

/// <summary>Addresses as the kernel and others write them.</summary>
public static class Addresses
{
    /// <summary>A v4 address in a v6 coat is the same host.</summary>
    public static IPAddress Bare(this IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
