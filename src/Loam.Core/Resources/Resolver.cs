using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>Who decides on a machine how names are resolved.</summary>
public enum NamesBy
{
    /// <summary>Nobody: /etc/resolv.conf is a plain file.</summary>
    File,
    Resolved,
    Resolvconf,
    NetworkManager,
}

/// <summary>How names are to be resolved.</summary>
public sealed record Resolver(ImmutableArray<string> Nameservers, ImmutableArray<string> Search)
{
    /// <returns>Null: nothing is declared, or only that there is nothing.</returns>
    public static Resolver? Of(MapValue? dns) => dns is null ? null
        : new Resolver(dns.Texts("nameservers"), dns.Texts("search")) is
            { Nameservers.IsEmpty: true, Search.IsEmpty: true } ? null
        : new(dns.Texts("nameservers"), dns.Texts("search"));
}

/// <param name="Path">The file that is Loam's, or has Loam's lines.</param>
public sealed record ResolverChange(
    NamesBy Manager, string Path, HostFile Before, HostFile After);

/// <summary>One of the name servers must answer.</summary>
/// <param name="Name">What is asked for.</param>
public sealed record ResolverProbe(ImmutableArray<string> Nameservers, string Name);
