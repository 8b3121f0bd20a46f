using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers.Native.Networking;

/// <param name="Hosts">Text of /etc/hosts.</param>
/// <param name="ResolvConf">Text of /etc/resolv.conf.</param>
public sealed record ContainerFiles(string Hosts, string ResolvConf);

/// <summary>Networks, and who is in them.</summary>
public sealed partial class ContainerNetworks
{
    /// <summary>A resolver reads no more.</summary>
    private const int MostServers = 3;

    /// <param name="of">An instance; null: whoever's.</param>
    public Task<ImmutableArray<ObservedNetwork>> ListAsync(string? of, CancellationToken cancel) =>
        InTurnAsync(() => Task.FromResult<ImmutableArray<ObservedNetwork>>(
        [
            .. _ledger.Records.Networks
                .Where(n => of is null
                    || n.Value.Labels.GetValueOrDefault(EngineLabels.Instance) == of)
                .Select(n => new ObservedNetwork(
                    n.Key, n.Key, n.Value.Declared, n.Value.Revision, n.Value.Internal)),
        ]), cancel);

    /// <param name="subnet">In CIDR; null: one that no route of the host touches.</param>
    /// <exception cref="HostException">Conflict: the name exists, or the range is in use.
    /// </exception>
    public Task CreateAsync(NetworkSpec network, string? subnet,
        IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        InTurnAsync(() =>
        {
            var before = _ledger.Records;
            if (before.Networks.ContainsKey(network.Name))
            {
                throw new HostException(Fault.Conflict,
                    $"There is a network {network.Name} already.", "Plan anew.");
            }
            var range = RangeFor(subnet);
            _ledger.Put(before with
            {
                Networks = before.Networks.SetItem(network.Name, new(network.Declared,
                    network.Revision, network.Internal, range.ToString(),
                    EngineLabels.Of(network, labels))),
            });
            try
            {
                // Rules and names come with the first container: before, nobody is in it.
                MakeBridge(network.Name);
            }
            catch (HostException)
            {
                _ledger.Put(before);
                throw;
            }
            return Task.FromResult(true);
        }, cancel);

    /// <summary>Containers that are not open are taken out of it. Gone is success.</summary>
    /// <exception cref="HostException">Conflict: an open container is in it.</exception>
    public Task RemoveAsync(string id, CancellationToken cancel) => InTurnAsync(async () =>
    {
        var records = _ledger.Records;
        var members = records.Containers.Where(
            c => c.Value.Attachments.Any(a => a.Network == id)).ToList();
        if (members.FirstOrDefault(m => Open.Contains(m.Key)) is { Key: { } user })
        {
            throw new HostException(Fault.Conflict, $"Network {id} is in use by {user}.",
                "Stop the containers in it first.");
        }
        if (records.Networks.ContainsKey(id))
        {
            _ledger.Put(members.Aggregate(records, (all, m) => all.With(m.Key, Without(
                m.Value, id))) with { Networks = records.Networks.Remove(id) });
            await SettleAsync(cancel);
        }
        kernel.DropLink(BridgeOf(id));
        return true;
    }, cancel);

    /// <summary>Gives a container an address and names in a network. Connected already with these
    /// names is success.</summary>
    /// <exception cref="HostException">NotFound: there is no such network. Conflict: connected with
    /// other names. Exhausted: no address is free.</exception>
    public Task ConnectAsync(string network, string container, ImmutableArray<string> aliases,
        CancellationToken cancel) => InTurnAsync(async () =>
        {
            Record(Connected(_ledger.Records, network, container, aliases));
            if (Open.Contains(container))
            {
                MakeBridge(network);
                PlugAll(container);
                await SettleAsync(cancel);
            }
            return true;
        }, cancel);

    /// <summary>A container that is not open yet: its networks and its ports, in one record.
    /// </summary>
    /// <exception cref="HostException">As of <see cref="ConnectAsync"/> and
    /// <see cref="PublishAsync"/>.</exception>
    public Task JoinAsync(string container, string service, ImmutableArray<Port> ports,
        ImmutableArray<NetworkUse> uses, CancellationToken cancel) => InTurnAsync(() =>
        {
            Record(Published(uses.Aggregate(_ledger.Records, (records, use) => Connected(
                records, use.Network, container, use.Aliases)), container, service, ports));
            return Task.FromResult(true);
        }, cancel);

    /// <summary>Not connected, or gone altogether, is success.</summary>
    public Task DisconnectAsync(string network, string container, CancellationToken cancel) =>
        InTurnAsync(async () =>
        {
            var records = _ledger.Records;
            if (records.Of(container).Attachments.Any(a => a.Network == network))
            {
                _ledger.Put(records.With(container, Without(records.Of(container), network)));
            }
            kernel.DropLink(CableOf(container, network));
            if (Open.Contains(container))
            {
                // The way out may have gone with it.
                PlugAll(container);
                await SettleAsync(cancel);
            }
            return true;
        }, cancel);

    /// <summary>Networks of a container, also of one that is not open.</summary>
    public ImmutableSortedDictionary<string, Attachment> Of(string container) =>
        _ledger.Records.Of(container).Attachments.ToImmutableSortedDictionary(
            a => a.Network, a => new Attachment(a.Address, a.Aliases), StringComparer.Ordinal);

    /// <summary>In the first network that is not internal, else in the first; null: in none.
    /// </summary>
    public string? FirstAddress(string container) => (_ledger.Records.Reachable(container)
        ?? _ledger.Records.Of(container).Attachments.FirstOrDefault())?.Address;

    /// <summary>Files by which a container resolves names, for its networks of the moment.
    /// </summary>
    public ContainerFiles FilesOf(string container, string hostname)
    {
        var records = _ledger.Records;
        var attachments = records.Of(container).Attachments;
        var hosts = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost "
            + "ip6-loopback\n");
        foreach (var attachment in attachments)
        {
            hosts.Append(CultureInfo.InvariantCulture, $"{attachment.Address}\t{hostname}\n");
        }
        var way = records.Reachable(container);
        var servers = attachments.OrderByDescending(a => a == way).Take(MostServers).Select(a =>
            $"nameserver {Subnet.Parse(records.Networks[a.Network].Subnet).Gateway}\n");
        return new(hosts.ToString(), string.Concat(servers) + "options ndots:0\n");
    }

    private Subnet RangeFor(string? subnet)
    {
        var own = _ledger.Records.Networks.Values.Select(n => Subnet.Parse(n.Subnet)).ToList();
        if (subnet is null)
        {
            return Subnet.Choose([.. own, .. kernel.Routes()],
                Convert.ToInt32(NetworkBridge.Prefix(instance)[2..6], 16));
        }
        var range = Subnet.Parse(subnet);
        return own.Any(range.Overlaps) ? throw new HostException(Fault.Conflict,
            $"Another network has addresses of {subnet}.", "Choose another range.") : range;
    }

    /// <summary>What has not changed is not written again.</summary>
    private void Record(NetworkRecords records)
    {
        if (!ReferenceEquals(records, _ledger.Records))
        {
            _ledger.Put(records);
        }
    }

    private static NetworkRecords Connected(NetworkRecords records, string network,
        string container, ImmutableArray<string> aliases)
    {
        if (!records.Networks.TryGetValue(network, out var there))
        {
            throw new HostException(
                Fault.NotFound, $"There is no network {network}.", "Plan anew.");
        }
        var record = records.Of(container);
        if (record.Attachments.FirstOrDefault(a => a.Network == network) is not { } has)
        {
            return records.With(container, record with
            {
                Attachments = record.Attachments.Add(new(network,
                    FreeAddress(records, network, there), FreeInner(record), aliases)),
            });
        }
        return aliases.All(has.Aliases.Contains) ? records
            : throw new HostException(Fault.Conflict, $"Container {container} is in network "
                + $"{network} under other names ({string.Join(", ", has.Aliases)}).",
                "Disconnect it first.");
    }

    private static NetworkRecords Published(NetworkRecords records, string container,
        string service, ImmutableArray<Port> ports)
    {
        ImmutableArray<Port> published = [.. ports.Where(p => p.Host is not null)];
        if (published.FirstOrDefault(p => !IPAddress.TryParse(p.Address, out var address)
            || address.AddressFamily != AddressFamily.InterNetwork) is { } other)
        {
            throw new HostException(Fault.Unsupported,
                $"Port {other.Host} cannot be offered at {other.Address}: networks of "
                + "containers have addresses of IPv4 only.",
                "Give the port an address of IPv4, or none.");
        }
        var record = records.Of(container);
        return record.Service == service && record.Ports.SequenceEqual(published) ? records
            : records.With(container, record with { Service = service, Ports = published });
    }

    private static string FreeAddress(
        NetworkRecords records, string network, NetworkRecord there) =>
        Subnet.Parse(there.Subnet).Free(records.Containers.Values.SelectMany(
            c => c.Attachments.Where(a => a.Network == network).Select(a => a.Address)))
        ?? throw new HostException(Fault.Exhausted,
            $"Network {network} has no free address left ({there.Subnet}).",
            "Use more than one network.");

    private static string FreeInner(MemberRecord record)
    {
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"eth{number}");
            if (record.Attachments.All(a => a.Inner != name))
            {
                return name;
            }
        }
    }

    private static MemberRecord Without(MemberRecord record, string network) => record with
    {
        Attachments = record.Attachments.RemoveAll(a => a.Network == network),
    };
}
