using System.Collections.Immutable;
using System.Globalization;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Backups;
using Loam.Drivers.Certificates;
using Loam.Drivers.Containers;
using Loam.Drivers.Firewall;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;
using Loam.Drivers.Storage;
using Loam.Drivers.Users;
using Loam.Simulation.Host;

namespace Loam.Simulation.Running;

/// <summary>One simulated host with a machine on it. The host outlives the machine's process:
/// engine, directories, journal and history stay when it dies.</summary>
internal sealed class World
{
    public const string Instance = "11111111-2222-3333-4444-555555555555";

    private readonly SecretMemory _vault = new();

    public ISecretVault Vault => _vault;

    private readonly FirewallMemory _firewallMemory = new(null);
    private readonly NetworkLedger _networkLedger = new(null);
    private int _sealed;

    public World(ulong seed)
    {
        Chance = new(seed);
        Time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Engine = new(Time);
        Journal = new();
        History = new(Time);
        Watch = new(this);
        Faults = new(this);
        Audit = new(Faults.Check);
        Data = new(Faults.Check, Watch.Violation);
        Engine.Data = Data;
        Storage = new()
        {
            Before = Faults.BeforeCallAsync, After = Faults.AfterCallAsync, Check = Faults.Check,
            IsFree = Data.IsEmpty, Deleted = Data.Forget,
        };
        Data.PlaceOf = Storage.PlaceOf;
        Deadman = new(this);
        Nftables = new() { Before = BeforeFirewallAsync, After = Faults.AfterCallAsync };
        Accounts = new()
        {
            Before = Faults.BeforeCallAsync, After = Faults.AfterCallAsync,
        };
        Certificates = new(Time)
        {
            Before = Faults.BeforeCallAsync, After = Faults.AfterCallAsync,
        };
        Tree = new() { Check = Faults.Check, Changing = Watch.BeforeCall };
        HostName = new() { Check = Faults.Check, Changing = Watch.BeforeCall };
        Links = new() { Check = AtLinks, Changing = Watch.BeforeCall };
        Dhcp = Clients();
        Programs = new() { Before = Faults.BeforeCallAsync, After = Faults.AfterCallAsync };
        Publish();
        Engine.Before = Faults.BeforeCallAsync;
        Engine.After = Faults.AfterCallAsync;
        Engine.Times = Faults.TimesOf;
        Journal.Hook = Faults.AtRecord;
        History.Hook = Faults.Check;
        Boot();
    }

    public Chance Chance { get; }
    public VirtualTime Time { get; }
    public SimulatedEngine Engine { get; }
    public SimulatedJournal Journal { get; private set; }
    public SimulatedHistory History { get; }
    public Watch Watch { get; }
    public Faults Faults { get; }
    public Machine Machine { get; private set; } = null!;
    public EventLog Events { get; private set; } = null!;
    public SimulatedNftables Nftables { get; }
    public SimulatedDeadman Deadman { get; }
    public SimulatedAccounts Accounts { get; }
    public SimulatedCertificates Certificates { get; }
    public UserLedger UserLedger { get; } = new(null);

    public SimulatedTree Tree { get; }
    public SimulatedHostName HostName { get; }
    public SimulatedPrograms Programs { get; }
    public SimulatedLinks Links { get; }

    /// <summary>What the DHCP server of this world lends; null: there is none.</summary>
    public Func<string, Lease?> DhcpServer { get; set; } = _ => null;

    public SimulatedDhcp Dhcp { get; private set; }
    public LeaseStore Leases { get; } = new(null);
    public NetworkLedger NetworkLedger => _networkLedger;

    public SimulatedAudit Audit { get; }

    public SimulatedData Data { get; }

    /// <summary>TCP connections of the host, as the machine sees them.</summary>
    public HashSet<string> Connections { get; } = [];

    public SimulatedStorage Storage { get; }
    public StorageLedger StorageLedger { get; } = new(null);

    /// <summary>What somebody wrote to be mounted at every start.</summary>
    public string? Fstab { get; set; }

    public PlanningContext Context { get; } = new(Instance, "/var/lib/loam/volumes")
    {
        DataMajor = image => image.Tag,
        DumpOf = _ => SimulatedData.Way,
    };

    /// <summary>A new process on the same host.</summary>
    public void Boot()
    {
        Journal = Journal.Restart();
        Events = new(Time);
        Dhcp = Clients();
        var health = new HealthBoard();
        var images = new ImageDriver(Engine, _ => null);
        var containers = new ContainerDriver(
            Engine, Instance, new SimulatedProber(Engine), _vault, health, Time);
        var parts = new MachineParts
        {
            Context = Context,
            Drivers = [containers, new NetworkDriver(Engine, Instance), images,
                new VolumeDriver(Storage),
                new StorageDriver(Storage, Storage, StorageLedger, "/var/lib/loam/volumes"),
                new DataMoving(Engine, Data, new SimulatedProber(Engine), Time),
                new FirewallDriver(Nftables, Instance, _firewallMemory, () => [], Deadman),
                new CertificateDriver(Certificates,
                    new Dictionary<CertificateProvider, ICertificateIssuer>
                    {
                        [CertificateProvider.Own] = Certificates,
                    }),
                new UserDriver(Accounts, UserLedger),
                new IdentityDriver(Tree, HostName, () => { }),
                new ResolverDriver(Tree, Programs,
                    new SimulatedDns { Before = Faults.BeforeCallAsync }, _networkLedger),
                new InterfaceDriver(
                    new(Tree, Links, Programs, new(Links, Dhcp, Leases, Time)), _networkLedger,
                    Deadman, Time)],
            Journal = Journal,
            History = History,
            Images = new RegistryView(this),
            Time = Time,
            Events = Events,
            Health = health,
            Usage = new(_ => null, Time),
            SealFresh = wanted => $"encrypted:v1:{Convert.ToBase64String(new byte[] { 1,
                (byte)wanted.Length,
                (byte)++_sealed })}",
            PortsTaken = _ => [],
            Listening = () => [],
            Deadman = Deadman,
            Audit = Audit,
            Connections = () => Connections.ToHashSet(StringComparer.Ordinal),
            Adopt = (_, _, _) => throw new InvariantException("nothing is adopted here"),
            AdoptMount = new MountAdoption(Storage, StorageLedger, () => Fstab).ReadAsync,
            RetireAsync = new Retiring(Engine, Instance, images, _vault).RunAsync,
            Host = () => "simulated",
            Version = "0",
            Engine = "simulated",
        };
        Machine = new(parts);
    }

    private async Task BeforeFirewallAsync(string call)
    {
        await Faults.BeforeCallAsync(call);
        Deadman.Look();
    }

    private SimulatedDhcp Clients() => new()
    {
        Server = name => DhcpServer(name), Check = Faults.Check,
    };

    private void AtLinks(string call)
    {
        Faults.Check(call);
        Deadman.Look();
    }

    private void Publish()
    {
        foreach (var (name, behaviour) in new (string, SimulatedBehaviour)[]
        {
            (Scenario.Good, SimulatedBehaviour.Well),
            (Scenario.Slow, SimulatedBehaviour.Well with
            {
                HealthyAfter = TimeSpan.FromSeconds(2),
            }),
            (Scenario.Silent, SimulatedBehaviour.NeverHealthy),
            (Scenario.Crashing, SimulatedBehaviour.Crashes),
            (Scenario.OneShot, SimulatedBehaviour.Well with
            {
                StopsAfter = TimeSpan.FromSeconds(12),
            }),
        })
        {
            for (var tag = 1; tag <= 3; tag++)
            {
                Engine.Publish(string.Create(CultureInfo.InvariantCulture, $"{name}:{tag}"),
                    behaviour, 5_000_000);
            }
        }
        People.Settle(this);
        Identity.Settle(this);
        Naming.Settle(this);
        Linking.Settle(this);
        Disks.Settle(this);
        Engine.AddForeign("shop", running: true, ImmutableSortedDictionary<string, string>.Empty,
            9000);
        Engine.AddForeign("old", running: false, ImmutableSortedDictionary<string, string>.Empty);
    }

    /// <summary>The registry as the machine asks it.</summary>
    private sealed class RegistryView(World world) : IImageResolver
    {
        public async Task<ResolvedImage> ResolveAsync(
            ImageReference image, Settings settings, CancellationToken cancel)
        {
            await world.Faults.BeforeCallAsync($"resolve {image}");
            var digest = world.Engine.PublishedDigest(image) ?? throw new HostException(
                Fault.NotFound, $"No registry knows {image}.");
            return new(image.Name, digest, false, 5_000_000);
        }
    }

    private sealed class SecretMemory : ISecretVault
    {
        public string Reveal(string sealedValue)
        {
            Invariant.Require(sealedValue.StartsWith("encrypted:v1:", StringComparison.Ordinal),
                "a secret reached the driver without a value");
            return "plain";
        }

        public ImmutableArray<BindMount> Place(string container,
            ImmutableArray<SecretFile> files, Func<string, string> reveal) =>
            [.. files.Select(f => new BindMount($"/run/secrets/{container}/{f.Secret}", f.Target,
                true))];

        public void Discard(string container)
        {
        }
    }
}
