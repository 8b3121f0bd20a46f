using Loam.Core.Reconciling;
using Loam.Drivers.Network;

namespace Loam.Simulation.Host;

/// <summary>Interfaces in memory.</summary>
public sealed class SimulatedLinks : ILinks
{
    /// <summary>A gateway that never answers.</summary>
    public const string Silent = "10.0.0.254";

    private readonly SortedDictionary<string, Link> _links;

    public SimulatedLinks() : this(new(StringComparer.Ordinal))
    {
    }

    private SimulatedLinks(SortedDictionary<string, Link> links) => _links = links;

    private sealed record Link(
        List<string> Addresses, List<string> Gateways, List<string> Leased);

    /// <summary>Hooks at each call, and before one that changes something.</summary>
    public Action<string> Check { get; set; } = _ => { };
    public Action<string> Changing { get; set; } = _ => { };

    /// <summary>The same interfaces, without hooks.</summary>
    public SimulatedLinks Unwatched => new(_links);

    /// <summary>Somebody sets it by hand.</summary>
    public void Put(string name, string[] addresses, string[] gateways, params string[] leased) =>
        _links[name] = new([.. addresses], [.. gateways], [.. leased]);

    public IReadOnlyList<string> AddressesOf(string name) => _links[name].Addresses;

    public IReadOnlyList<string> LeasedOf(string name) => _links[name].Leased;

    /// <summary>Everything, as one text.</summary>
    public string Snapshot() => string.Join('\n', _links.Select(l =>
        $"{l.Key} {string.Join(' ', l.Value.Addresses.Order(StringComparer.Ordinal))} "
        + $"lent {string.Join(' ', l.Value.Leased.Order(StringComparer.Ordinal))} "
        + $"via {string.Join(' ', l.Value.Gateways.Order(StringComparer.Ordinal))}"));

    public IReadOnlyList<HostLink> List()
    {
        Check("look at links");
        return [.. _links.Select(l => new HostLink(
            l.Key, [.. l.Value.Addresses], [.. l.Value.Leased], [.. l.Value.Gateways]))];
    }

    public void Raise(string name) => Change($"link up {name}", () => _ = Find(name));

    public void AddAddress(string name, string address) => Change($"link address {name}", () =>
    {
        if (!Find(name).Addresses.Contains(address))
        {
            Find(name).Addresses.Add(address);
        }
    });

    public void Lend(string name, string address, TimeSpan lasts) =>
        Change($"link address {name}", () =>
        {
            if (!Find(name).Leased.Contains(address))
            {
                Find(name).Leased.Add(address);
            }
        });

    public void RemoveAddress(string name, string address) => Change($"link address {name}", () =>
    {
        Find(name).Addresses.Remove(address);
        Find(name).Leased.Remove(address);
    });

    public void AddGateway(string name, string gateway, bool isLent = false) => Change(
        $"link gateway {name}", () =>
    {
        if (Find(name).Addresses.Count + Find(name).Leased.Count == 0)
        {
            throw new HostException(Fault.Conflict,
                $"The gateway {gateway} cannot be reached from an address of {name}.");
        }
        if (!Find(name).Gateways.Contains(gateway))
        {
            Find(name).Gateways.Add(gateway);
        }
    });

    public void RemoveGateway(string name, string gateway) =>
        Change($"link gateway {name}", () => Find(name).Gateways.Remove(gateway));

    public bool Answers(string name, string address)
    {
        Check($"ask {address}");
        return address != Silent;
    }

    private Link Find(string name) =>
        _links.TryGetValue(name, out var link) ? link : throw new HostException(
            Fault.NotFound, $"There is no interface {name} any more.");

    private void Change(string call, Action act)
    {
        Check(call);
        Changing(call);
        act();
        Check($"{call} done");
    }
}
