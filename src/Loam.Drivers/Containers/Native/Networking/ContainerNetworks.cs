using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Firewall;

namespace Loam.Drivers.Containers.Native.Networking;

/// <param name="Records">File of what should be; null: it is kept in memory only.</param>
/// <param name="Spaces">Folder of the containers' network namespaces, gone after a restart of the
/// machine.</param>
public sealed record NetworkPlaces(string? Records, string Spaces);

/// <param name="Address">In that network.</param>
public sealed record Attachment(string Address, ImmutableArray<string> Aliases);

/// <summary>Networks, ports and names of containers, by the engine's names, without knowing what
/// runs in them. What should be is written down first, then the kernel is made so: every call can
/// be repeated, and mends what one before it left half done.</summary>
/// <remarks>Each call throws <see cref="HostException"/> and nothing else.</remarks>
/// <param name="instance">Begins the names of everything in the kernel.</param>
/// <param name="pass">Has other engines' walls let packets of these networks through; false: no
/// more.</param>
public sealed partial class ContainerNetworks(string instance, NetworkPlaces places,
    INetworkKernel kernel, Func<string, INftables> nft, Func<bool, CancellationToken, Task> pass)
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly NetworkLedger _ledger = new(places.Records);
    private readonly NetworkRules _rules = new(instance);
    private readonly string _cables = "lv" + NetworkBridge.Prefix(instance)[2..];

    /// <summary>Containers that have a namespace; null: not looked at yet.</summary>
    private ImmutableHashSet<string>? _open;

    private IReadOnlySet<string> _well = ImmutableHashSet<string>.Empty;
    private ImmutableHashSet<string> _leaving = [];
    private ImmutableArray<string> _upstreams = [];

    /// <summary>What was last written into nftables; null: not known, empty: nothing.</summary>
    private string? _written;
    private INftables? _nft;

    /// <summary>Those of this machine.</summary>
    /// <param name="data">Folder that lasts.</param>
    /// <param name="run">Folder that is gone after a restart of the machine.</param>
    public static ContainerNetworks OfThisHost(string instance, string data, string run) => new(
        instance, new(Path.Combine(data, "networks.json"), Path.Combine(run, "netns")),
        new NetworkKernel(null), table => new Nftables { Table = table },
        new EnginePass(NetworkBridge.Prefix(instance)).SetAsync);

    /// <summary>What containers may ask for by name.</summary>
    public NameBoard Names { get; } = new();

    /// <summary>Before the engine is started, which otherwise does not see the namespaces that are
    /// made later.</summary>
    public void Prepare() => kernel.Prepare(places.Spaces);

    /// <summary>Everything as recorded, after a restart of the daemon or the machine; what is ours
    /// and recorded nowhere is taken away. One that cannot be mended leaves the others be.
    /// </summary>
    /// <returns>What went wrong.</returns>
    public Task<IReadOnlyList<HostException>> RestoreAsync(CancellationToken cancel) =>
        InTurnAsync(async () =>
        {
            (_open, _written) = (null, null);
            var faults = new List<HostException>();
            foreach (var part in Parts())
            {
                try
                {
                    part();
                }
                catch (HostException fault)
                {
                    faults.Add(fault);
                }
            }
            try
            {
                await SettleAsync(cancel);
            }
            catch (HostException fault)
            {
                faults.Add(fault);
            }
            return (IReadOnlyList<HostException>)faults;
        }, cancel);

    private IEnumerable<Action> Parts()
    {
        var records = _ledger.Records;
        foreach (var stray in Open.Where(o => !records.Containers.ContainsKey(o)))
        {
            yield return () =>
            {
                kernel.CloseSpace(SpaceOf(stray));
                _open = Open.Remove(stray);
            };
        }
        var wanted = records.Networks.Keys.Select(BridgeOf).Concat(
            Open.SelectMany(c => records.Of(c).Attachments.Select(a => CableOf(c, a.Network))))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var stray in kernel.Links().Where(l => IsOurs(l) && !wanted.Contains(l))
            .OrderByDescending(l => l.StartsWith(_cables, StringComparison.Ordinal)))
        {
            yield return () => kernel.DropLink(stray);
        }
        foreach (var network in records.Networks.Keys)
        {
            yield return () => MakeBridge(network);
        }
        foreach (var container in Open)
        {
            yield return () => PlugAll(container);
        }
    }

    /// <summary>Path of the namespace that a container has while it is open.</summary>
    public string SpaceOf(string container) => Path.Combine(places.Spaces, container);

    /// <summary>Makes a container's namespace anew, connected to every network it is recorded in.
    /// Before each start; nothing may run in it before <see cref="AdmitAsync"/>.</summary>
    /// <returns>The namespace's path.</returns>
    /// <exception cref="HostException">Conflict: an open container of another service has one of
    /// its ports.</exception>
    public Task<string> OpenAsync(string container, CancellationToken cancel) =>
        InTurnAsync(() =>
        {
            Invariant.Require(Path.GetFileName(container) == container && container is not
                ("" or "." or ".."), $"{container} is a name for a file");
            RefuseTaken(container);
            if (!_ledger.Records.Containers.ContainsKey(container))
            {
                _ledger.Put(_ledger.Records.With(container, MemberRecord.Empty));
            }
            // Of a start that was cut off.
            DropSpace(container);
            kernel.OpenSpace(SpaceOf(container));
            _open = Open.Add(container);
            _leaving = _leaving.Remove(container);
            foreach (var attachment in _ledger.Records.Of(container).Attachments)
            {
                MakeBridge(attachment.Network);
            }
            PlugAll(container);
            return Task.FromResult(SpaceOf(container));
        }, cancel);

    /// <summary>Has rules, ports and names count in a container that was opened: once for all that
    /// were opened meanwhile.</summary>
    public Task AdmitAsync(string container, CancellationToken cancel) => InTurnAsync(async () =>
    {
        await SettleAsync(cancel);
        ForgetFlows(container, []);
        return true;
    }, cancel);

    /// <summary>After a container has ended: addresses, names and ports stay its own for the next
    /// start. Gone is success.</summary>
    public Task CloseAsync(string container, CancellationToken cancel) =>
        InTurnAsync(() => CloseInTurnAsync(container, cancel), cancel);

    /// <summary>After a container was removed. Gone is success.</summary>
    public Task ForgetAsync(string container, CancellationToken cancel) => InTurnAsync(async () =>
    {
        await CloseInTurnAsync(container, cancel);
        if (_ledger.Records.Containers.ContainsKey(container))
        {
            _ledger.Drop(_ledger.Records with
            {
                Containers = _ledger.Records.Containers.Remove(container),
            });
        }
        return true;
    }, cancel);

    /// <summary>Containers that were removed while they could not be forgotten.</summary>
    /// <param name="there">Those that there are.</param>
    public async Task ForgetOthersAsync(IReadOnlySet<string> there, CancellationToken cancel)
    {
        foreach (var gone in _ledger.Records.Containers.Keys.Where(c => !there.Contains(c)))
        {
            await ForgetAsync(gone, cancel);
        }
    }

    /// <summary>Has the host's ports lead to the container while it is open; replaces what was
    /// recorded. Ports without one of the host's are left out.</summary>
    /// <param name="service">Its containers share the ports, and those that are well are chosen
    /// in turn.</param>
    /// <exception cref="HostException">Unsupported: an address of v6. Conflict: an open container
    /// of another service has one of the ports.</exception>
    public Task PublishAsync(string container, string service, ImmutableArray<Port> ports,
        CancellationToken cancel) => InTurnAsync(async () =>
        {
            Record(Published(_ledger.Records, container, service, ports));
            if (Open.Contains(container))
            {
                RefuseTaken(container);
                await SettleAsync(cancel);
            }
            return true;
        }, cancel);

    /// <summary>Before a container is told to end: nobody new is led to it where another is open.
    /// </summary>
    public Task LeaveAsync(string container, CancellationToken cancel) => InTurnAsync(async () =>
    {
        if (Open.Contains(container))
        {
            _leaving = _leaving.Add(container);
            await SettleAsync(cancel);
        }
        return true;
    }, cancel);

    /// <summary>Which containers are known to be well: ports and names lead to those of a service,
    /// and to all of them where none is. Connections that are established stay where they are.
    /// </summary>
    public Task SetHealthyAsync(IReadOnlySet<string> containers, CancellationToken cancel) =>
        InTurnAsync(async () =>
        {
            var well = containers.Where(_ledger.Records.Containers.ContainsKey)
                .ToHashSet(StringComparer.Ordinal);
            if (!well.SetEquals(_well))
            {
                _well = well;
                await SettleAsync(cancel);
            }
            return true;
        }, cancel);

    /// <summary>Whom the process that answers containers may ask.</summary>
    /// <param name="servers">Addresses of the host's name servers, as <see cref="IPAddress"/>
    /// writes them.</param>
    public Task SetUpstreamsAsync(ImmutableArray<string> servers, CancellationToken cancel) =>
        InTurnAsync(async () =>
        {
            if (!servers.SequenceEqual(_upstreams))
            {
                _upstreams = servers;
                await SettleAsync(cancel);
            }
            return true;
        }, cancel);

    /// <summary>The table of nftables is there again where another program took it away.</summary>
    public Task FollowAsync(CancellationToken cancel) => InTurnAsync(async () =>
    {
        if (_written is null)
        {
            // The last time they could not be written.
            await SettleAsync(cancel);
        }
        else if (_written is { Length: > 0 } body
            && (await Nft.HeadAsync(cancel)).Comment != _rules.Comment(body))
        {
            _written = null;
            await SettleAsync(cancel);
        }
        return true;
    }, cancel);

    private ImmutableHashSet<string> Open => _open ??=
        [.. kernel.Spaces(places.Spaces).Select(p => Path.GetFileName(p))];

    private INftables Nft => _nft ??= nft(_rules.Table);

    private async Task<bool> CloseInTurnAsync(string container, CancellationToken cancel)
    {
        _open = Open.Remove(container);
        _leaving = _leaving.Remove(container);
        await SettleAsync(cancel);
        ForgetFlows(container, [.. _ledger.Records.Of(container).Attachments.Select(
            a => a.Address)]);
        DropSpace(container);
        return true;
    }

    /// <summary>The cables first: a namespace that goes takes them along later, and slowly.
    /// </summary>
    private void DropSpace(string container)
    {
        foreach (var attachment in _ledger.Records.Of(container).Attachments)
        {
            kernel.DropLink(CableOf(container, attachment.Network));
        }
        kernel.CloseSpace(SpaceOf(container));
    }

    private void ForgetFlows(string container, IReadOnlyCollection<string> addresses)
    {
        var ports = _ledger.Records.Of(container).Ports.Where(p => p.Protocol == "udp")
            .Select(p => p.Host!.Value).ToList();
        if (ports.Count > 0)
        {
            kernel.ForgetFlows(addresses, ports);
        }
    }

    private void RefuseTaken(string container)
    {
        if (NetworkRules.Taken(_ledger.Records, Open, container) is var (port, service))
        {
            throw new HostException(Fault.Conflict,
                $"Port {(port.Address == "0.0.0.0" ? "" : port.Address + ":")}{port.Host} is taken "
                + $"on this host: it leads to {service} already.",
                "Give one of the two another host port.");
        }
    }

    private void MakeBridge(string network)
    {
        var subnet = Subnet.Parse(_ledger.Records.Networks[network].Subnet);
        kernel.MakeBridge(BridgeOf(network), $"{subnet.Gateway}/{subnet.Length}");
    }

    private void PlugAll(string container)
    {
        var records = _ledger.Records;
        var way = records.Reachable(container)?.Network;
        foreach (var attachment in records.Of(container).Attachments)
        {
            var subnet = Subnet.Parse(records.Networks[attachment.Network].Subnet);
            kernel.Plug(new(CableOf(container, attachment.Network), BridgeOf(attachment.Network),
                SpaceOf(container), attachment.Inner, $"{attachment.Address}/{subnet.Length}",
                attachment.Network == way ? subnet.Gateway : null));
        }
    }

    /// <summary>Rules and names as they should be now; nothing happens where they are.</summary>
    private async Task SettleAsync(CancellationToken cancel)
    {
        var isForwarding = PrepareForwarding();
        var standings = new Standings(Open, _well, _leaving);
        var body = _rules.Body(_ledger.Records, standings, _upstreams) ?? "";
        if (body != _written)
        {
            var isFirst = _written is null or "";
            _written = null;
            await Nft.RunAsync(body.Length == 0 ? _rules.Clear : _rules.Script(body), cancel);
            if (isFirst || body.Length == 0)
            {
                await pass(body.Length > 0, cancel);
            }
            _written = body;
        }
        if (isForwarding)
        {
            kernel.Forward();
        }
        Names.Put(NameTable.Of(_ledger.Records, BridgeOf, standings));
    }

    /// <summary>Before forwarding is on, it is known between which links there was none.</summary>
    /// <returns>True: it is to be switched on.</returns>
    private bool PrepareForwarding()
    {
        var records = _ledger.Records;
        if (!Open.Any(c => records.Reachable(c) is not null))
        {
            return false;
        }
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        if (kernel.Forwards)
        {
            if (records.Guard is { } old && old.Boot != boot)
            {
                // Somebody else has switched it on this time.
                _ledger.Drop(records with { Guard = null });
            }
            return false;
        }
        _ledger.Put(records with
        {
            Guard = new(boot, [.. kernel.Links().Where(l => !IsOurs(l) && l != "lo"
                && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@'))]),
        });
        return true;
    }

    private string BridgeOf(string network) => NetworkBridge.Name(instance, network);

    private string CableOf(string container, string network) => _cables
        + Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes($"{container}/{network}")))[..8];

    private bool IsOurs(string link) => link.StartsWith(_cables, StringComparison.Ordinal)
        || link.StartsWith(NetworkBridge.Prefix(instance), StringComparison.Ordinal);

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
