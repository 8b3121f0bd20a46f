using System.Net;
using System.Net.NetworkInformation;
using Loam.Core;
using Loam.Core.Bans;
using Loam.Drivers.Firewall;

namespace Loam.Drivers.Bans;

/// <summary>Addresses that are never shut out: this machine's own, and those of its containers.
/// </summary>
public sealed class OwnAddresses(TimeProvider time)
{
    /// <summary>A flood of addresses must not mean as many looks at the machine.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Own[] _own = [];
    private long? _at;

    /// <returns>Why not, for people; null: it may be.</returns>
    public string? Why(IPAddress address)
    {
        var bare = address.Bare();
        if (IPAddress.IsLoopback(bare))
        {
            return "this machine itself";
        }
        if (bare.Equals(IPAddress.Any) || bare.Equals(IPAddress.IPv6Any)
            || bare.Equals(IPAddress.Broadcast) || bare.IsIPv6Multicast
            || bare.GetAddressBytes() is [>= 224 and <= 239, _, _, _])
        {
            return "no single machine";
        }
        foreach (var own in All())
        {
            if (IsSame(own.Address, bare))
            {
                return "this machine itself";
            }
            if (own.IsEngines && own.Address.AddressFamily == bare.AddressFamily
                && new IPNetwork(Base(own.Address, own.Prefix), own.Prefix).Contains(bare))
            {
                return "a container of this machine";
            }
        }
        return null;
    }

    /// <summary>What is shut out for an address: in a network of this machine's own only the
    /// address, since its neighbours and itself are there too.</summary>
    public string SourceOf(IPAddress address) => BanSource.NetworkOf(address) is { } network
        && All().Any(o => network.Equals(BanSource.NetworkOf(o.Address)))
            ? BanSource.Alone(address) : BanSource.Of(address);

    /// <summary>The same also without the zone, which logs leave out.</summary>
    private static bool IsSame(IPAddress one, IPAddress other) =>
        one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());

    private static IPAddress Base(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new(bytes);
    }

    private Own[] All()
    {
        lock (_gate)
        {
            if (_at is not { } at || time.GetElapsedTime(at) > s_fresh)
            {
                try
                {
                    _own = [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(link =>
                        link.GetIPProperties().UnicastAddresses.Select(a => new Own(a.Address,
                            a.PrefixLength, EngineBridges.IsEngines(link.Name))))];
                }
                catch (NetworkInformationException)
                {
                    // Those that were there a moment ago.
                }
                _at = time.GetTimestamp();
            }
            return _own;
        }
    }

    private readonly record struct Own(IPAddress Address, int Prefix, bool IsEngines);
}
