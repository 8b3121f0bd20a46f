using System.Security.Cryptography;
using System.Text;

namespace Loam.Drivers.Containers;

/// <summary>Names of the bridges behind Loam's networks. They begin alike for one instance, so
/// that a rule can mean all of them, and follow from the network's name, so that an engine
/// cannot hold two networks of one name.</summary>
public static class NetworkBridge
{
    /// <summary>Seven characters: <c>lm1a2b-</c>.</summary>
    public static string Prefix(string instance) => $"lm{Hex(instance, 4)}-";

    /// <summary>Fifteen characters, the longest name Linux gives an interface.</summary>
    public static string Name(string instance, string network) =>
        Prefix(instance) + Hex(network, 8);

    private static string Hex(string text, int digits) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];
}
