using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>Who configures an interface of the machine.</summary>
public enum LinksBy
{
    /// <summary>Nobody: Loam tells the kernel.</summary>
    Kernel,
    Networkd,
    NetworkManager,
    Ifupdown,
    /// <summary>Writes for one of the others. Loam does not write for it.</summary>
    Netplan,
}

/// <summary>An interface as it is declared.</summary>
/// <param name="Address">With its prefix length; null: by DHCP.</param>
public sealed record Interface(
    string Name, string? Address, string? Gateway, ImmutableArray<string> Dns)
{
    public static Interface Of(string name, MapValue spec) => new(
        name, spec.Text("address"), spec.Text("gateway"), spec.Texts("dns"));

    public bool IsDhcp => Address is null;
}

/// <summary>What Loam set on an interface.</summary>
/// <param name="Address">Null: it comes by DHCP.</param>
public sealed record OwnedInterface(string? Address, string? Gateway)
{
    public bool IsDhcp => Address is null;
}

/// <summary>How an interface is configured.</summary>
/// <param name="File">Loam's file for whoever is in charge.</param>
/// <param name="Addresses">Lasting addresses beyond the link's own, with prefix lengths.</param>
/// <param name="Gateways">Ways out through it.</param>
/// <param name="Owned">Null: nothing of it is Loam's.</param>
public sealed record LinkState(
    HostFile File, ImmutableArray<string> Addresses, ImmutableArray<string> Gateways,
    OwnedInterface? Owned)
{
    /// <summary>What Loam was lent by DHCP; null: nothing.</summary>
    public Lease? Lease { get; init; }

    /// <summary>The whole of it as one text, for digests. A lease that is renewed is the same.
    /// </summary>
    public string Canonical() => $"{File} [{string.Join(' ', Addresses)}] "
        + $"[{string.Join(' ', Gateways)}] {Owned}"
        + (Lease is null ? "" : $" {Lease.Address} {string.Join(' ', Lease.Gateways)}");
}

/// <param name="Path">Of Loam's file; empty: there is none.</param>
public sealed record InterfaceChange(
    string Name, LinksBy Manager, string Path, LinkState Before, LinkState After);

/// <summary>What must be there after a change.</summary>
/// <param name="Address">Null: any.</param>
/// <param name="Gateway">It must answer; null: none is asked.</param>
public sealed record InterfaceProbe(string Name, string? Address, string? Gateway);
