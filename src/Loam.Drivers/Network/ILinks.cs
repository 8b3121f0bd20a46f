using System.Collections.Immutable;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Network;

/// <param name="Addresses">Lasting ones beyond the link's own, with their prefix lengths.</param>
/// <param name="Leased">Those that do not last.</param>
/// <param name="Gateways">Of default routes through it.</param>
public sealed record HostLink(
    string Name, ImmutableArray<string> Addresses, ImmutableArray<string> Leased,
    ImmutableArray<string> Gateways);

/// <summary>The interfaces as the kernel has them. The simulation has its own beneath the same
/// driver.</summary>
public interface ILinks
{
    /// <summary>All but the machine's own loop.</summary>
    IReadOnlyList<HostLink> List();

    void Raise(string name);

    /// <summary>Adds an address; it may be there already.</summary>
    /// <exception cref="HostException">NotFound: no such interface. Conflict: the kernel does not
    /// take it.</exception>
    void AddAddress(string name, string address);

    /// <summary>Adds an address that ends by itself, or says how long one that is there lasts.
    /// </summary>
    /// <exception cref="HostException">NotFound: no such interface. Conflict: the kernel does not
    /// take it.</exception>
    void Lend(string name, string address, TimeSpan lasts);

    /// <summary>Takes an address away, if it is there.</summary>
    void RemoveAddress(string name, string address);

    /// <summary>Adds a default route; it may be there already.</summary>
    /// <param name="isLent">Also a gateway that is in no network of the interface's; it stands
    /// behind those that were declared, and those of other interfaces stand beside it.</param>
    /// <exception cref="HostException">Conflict: the gateway cannot be reached from an address of
    /// the interface.</exception>
    void AddGateway(string name, string gateway, bool isLent = false);

    void RemoveGateway(string name, string gateway);

    /// <summary>Whether a neighbour has answered; asks it if not.</summary>
    bool Answers(string name, string address);
}
