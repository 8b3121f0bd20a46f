using System.Collections.Immutable;
using System.Net;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>The name servers of the host. resolv.conf(5).</summary>
public static class HostResolvers
{
    private const string Word = "nameserver";
    private const int Most = 3;

    /// <summary>Addresses as <see cref="IPAddress"/> writes them; those of one link only are left
    /// out.</summary>
    public static ImmutableArray<string> In(string text) =>
    [
        .. text.Split('\n').Select(l => l.Split((char[]?)null,
            StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length > 1 && w[0] == Word && IPAddress.TryParse(w[1], out _))
            .Select(w => IPAddress.Parse(w[1])).Where(a => !a.IsIPv6LinkLocal)
            .Select(a => a.ToString()).Distinct().Take(Most),
    ];
}
