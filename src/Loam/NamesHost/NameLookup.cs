using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Drivers.Containers.Native.Networking;

namespace Loam.NamesHost;

/// <summary>Who is meant by a name, for whoever asks.</summary>
internal sealed class NameLookup(NameTable table)
{
    private const string Reverse = ".in-addr.arpa";

    private readonly ImmutableArray<Subnet> _subnets =
        [.. table.Networks.Select(n => Subnet.Parse(n.Subnet))];

    private uint _turn;

    public ImmutableArray<Upstream> Upstreams => table.Upstreams;

    /// <param name="gateway">The address that was asked.</param>
    /// <param name="asker">Who asks.</param>
    /// <returns>The answer; null: the host's name servers are to be asked.</returns>
    public byte[]? Answer(DnsQuestion question, string gateway, string asker, bool isStream)
    {
        if (question.Class != DnsQuestion.Internet)
        {
            return DnsAnswer.Of(question, DnsCode.Refused);
        }
        var networks = NetworksOf(gateway, asker);
        foreach (var network in networks)
        {
            if (network.Names.TryGetValue(question.Name, out var addresses))
            {
                // Known by this type or not, the name exists.
                return DnsAnswer.Of(question, question.Type is DnsQuestion.Address
                    or DnsQuestion.Any ? InTurn(addresses) : [], isStream);
            }
        }
        if (Reversed(question.Name) is { } address
            && _subnets.Any(s => s.Contains(Subnet.Of(address, 32).First)))
        {
            var owner = networks.Select(n => n.Owners.GetValueOrDefault(address.ToString()))
                .FirstOrDefault(o => o is not null);
            return owner is null ? DnsAnswer.Of(question, DnsCode.NoSuchName)
                : question.Type is DnsQuestion.Pointer or DnsQuestion.Any
                    ? DnsAnswer.Named(question, owner) : DnsAnswer.Of(question, DnsCode.Done);
        }
        // Who reaches nothing outside gets no word out either.
        return networks.All(n => n.Internal) ? DnsAnswer.Of(question, DnsCode.Refused) : null;
    }

    /// <summary>The one that was asked, and the others that the asker is in.</summary>
    private List<NetworkNames> NetworksOf(string gateway, string asker)
    {
        var asked = table.Networks.FirstOrDefault(n => n.Gateway == gateway);
        var container = asked?.Owners.GetValueOrDefault(asker);
        return asked is null ? [] : [asked, .. table.Networks.Where(
            n => n != asked && container is not null && n.Owners.ContainsValue(container))];
    }

    /// <summary>Each time another one first.</summary>
    private ImmutableArray<string> InTurn(ImmutableArray<string> addresses)
    {
        if (addresses.Length < 2)
        {
            return addresses;
        }
        var first = (int)(Interlocked.Increment(ref _turn) % (uint)addresses.Length);
        return [.. addresses[first..], .. addresses[..first]];
    }

    private static IPAddress? Reversed(string name)
    {
        if (!name.EndsWith(Reverse, StringComparison.Ordinal))
        {
            return null;
        }
        var parts = name[..^Reverse.Length].Split('.');
        return parts.Length == 4 && parts.All(p => byte.TryParse(
            p, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? IPAddress.Parse(string.Join('.', parts.Reverse().Select(
                p => byte.Parse(p, CultureInfo.InvariantCulture)))) : null;
    }
}
