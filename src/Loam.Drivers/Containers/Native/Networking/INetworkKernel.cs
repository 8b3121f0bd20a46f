using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Links, addresses and namespaces of the kernel, as far as networks of containers need
/// them. Every call can be repeated, and what is gone already is taken away. Tests have one that
/// dies between two calls.</summary>
/// <remarks>Each throws <see cref="HostException"/> and nothing else.</remarks>
public interface INetworkKernel
{
    /// <summary>The folder of namespaces becomes a mount of its own that is passed on to the
    /// mount namespaces of others, such as an engine's.</summary>
    void Prepare(string folder);

    /// <summary>Those of the host.</summary>
    IReadOnlyList<string> Links();

    /// <summary>Ranges of IPv4 addresses that the host reaches, but for everything.</summary>
    IReadOnlyList<Subnet> Routes();

    /// <summary>A bridge with its address, up.</summary>
    void MakeBridge(string name, string address);

    /// <summary>Takes a link of the host away, with its other end.</summary>
    void DropLink(string name);

    /// <summary>A network namespace that lasts as long as the path, with its loop up.</summary>
    void OpenSpace(string path);

    void CloseSpace(string path);

    /// <summary>Paths below a folder that are namespaces.</summary>
    IReadOnlySet<string> Spaces(string folder);

    /// <summary>A cable from a bridge of the host into a namespace, with an address there.
    /// </summary>
    void Plug(Cable cable);

    /// <summary>Who sends datagrams to one of these addresses, or to one of these ports of the host
    /// and was led nowhere, is led anew.</summary>
    void ForgetFlows(IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports);

    /// <summary>Whether the host passes on packets of others.</summary>
    bool Forwards { get; }

    /// <summary>From now on it does.</summary>
    void Forward();
}

/// <param name="Link">The end at the host.</param>
/// <param name="Space">Path of the namespace.</param>
/// <param name="Inner">The end there.</param>
/// <param name="Address">With the length of its prefix.</param>
/// <param name="Gateway">The way to everywhere; null: there is none over this cable.</param>
public sealed record Cable(
    string Link, string Bridge, string Space, string Inner, string Address, string? Gateway);
