using System.Net;
using System.Net.NetworkInformation;
using Loam.Drivers.Firewall;

namespace Loam.Drivers.Bans;

/// <summary>Addresses that are never shut out: this machine's own, and those of its containers.
/// </summary>
public static class OwnAddresses
{
    /// <returns>Why not, for people; null: it may be.</returns>
    public static string? Why(IPAddress address)
    {
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
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
        foreach (var link in Interfaces())
        {
            var isEngines = EngineBridges.IsEngines(link.Name);
            foreach (var own in link.GetIPProperties().UnicastAddresses)
            {
                if (own.Address.Equals(bare))
                {
                    return "this machine itself";
                }
                if (isEngines && own.Address.AddressFamily == bare.AddressFamily
                    && new IPNetwork(Base(own.Address, own.PrefixLength), own.PrefixLength)
                        .Contains(bare))
                {
                    return "a container of this machine";
                }
            }
        }
        return null;
    }

    private static IPAddress Base(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new(bytes);
    }

    private static NetworkInterface[] Interfaces()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
