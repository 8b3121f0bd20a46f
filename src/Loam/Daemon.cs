using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Loam.Api;
using Loam.Api.Tokens;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Auditing;
using Loam.Core.Catalog;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Auditing;
using Loam.Drivers.Backups;
using Loam.Drivers.Bans;
using Loam.Drivers.Certificates;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Firewall;
using Loam.Drivers.History;
using Loam.Drivers.Jobs;
using Loam.Drivers.Journal;
using Loam.Drivers.Linux;
using Loam.Drivers.Logins;
using Loam.Drivers.Messages;
using Loam.Drivers.Metrics;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;
using Loam.Drivers.Sandboxes;
using Loam.Drivers.Secrets;
using Loam.Drivers.Storage;
using Loam.Drivers.Users;
using Loam.Supervision;

namespace Loam;

/// <param name="Engine"><c>auto</c>, <c>private</c>, <c>containerd</c> or
/// <c>unix:///path</c>.</param>
/// <param name="Mirror">Mirror of Docker Hub for this instance; null: none.</param>
internal sealed record DaemonOptions(InstancePaths Paths, string Engine, string? Mirror);

/// <summary><c>loam daemon</c>: everything is put together here, by hand, read from top to
/// bottom. Never loads the mind.</summary>
internal static class Daemon
{
    private const int HttpPort = 80;

    /// <summary>Runs until SIGTERM or SIGINT. A change in hand is taken back first.</summary>
    /// <exception cref="HostException">It cannot start: the message says why and what to do.
    /// </exception>
    public static async Task<int> RunAsync(DaemonOptions options, Action<string> say)
    {
        using var stop = new CancellationTokenSource();
        using var term = OnSignal(PosixSignal.SIGTERM, stop);
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);

        var (time, paths) = (TimeProvider.System, options.Paths);
        paths.Prepare();
        using var single = InstanceLock.Take(paths);
        var instance = paths.EnsureInstanceId();
        await using var room = WaitingRoom.Open(paths.Socket, "its container engine");
        using var found = await EngineChoice.OpenAsync(options, instance, time, say, stop.Token);
        say($"engine: {found.Description}");
        room.Tell("what was left over from before");
        await ServeAsync(options, instance, found, room, say, stop.Token);
        say("stopped");
        return 0;
    }

    private static async Task ServeAsync(DaemonOptions options, string instance,
        OpenEngine found, WaitingRoom room, Action<string> say, CancellationToken stop)
    {
        var (paths, engine, time) = (options.Paths, found.Engine, TimeProvider.System);
        var key = SecretKey.LoadOrCreate(paths.KeyFile, time);
        var secrets = new SecretFiles(paths.SecretsMount);
        var vault = new SecretVault(key, secrets);
        using var journal = Journal(paths, say);
        var (history, events) = (await GitHistory.OpenAsync(paths, time, stop), new EventLog(time));
        var (health, watches) = (new HealthBoard(), new Watches(events, time));
        var prober = new Prober(engine, time);
        Machine? machine = null;
        var logins = Logins(found, () => machine!.Desired, vault);
        using var registry = new RegistryClient(options.Mirror, logins.For);
        var authority = new OwnAuthority(paths.AuthorityDir, Environment.MachineName, time);
        using var audit = AuditLog.Open(paths, () => machine!.Desired.Settings.Audit, time);
        var auditing = new AuditWatch(audit, paths.AuditDir, events, time);
        var slots = SlotWatch.Open(() => machine!, paths, audit, events, time);
        var (firewall, deadman) = Firewall(paths, instance, time);
        var (images, context) = (Images(engine, logins), Context(instance, paths, found));
        var (storage, adopting) = Storage(paths, context, new(vault, secrets));
        var fresh = new JobContainers(engine, context, vault, images, time);
        var jobs = Jobs(engine, instance, fresh, vault, () => machine!, paths, events, time);
        var containers = new ContainerDriver(engine, instance, prober, vault, health, time);
        var backups = new BackupWatch(BackupHost(engine, containers, context, paths,
            () => machine!), new(paths, secrets), vault.Reveal, events, time);
        var messages = Messages(() => machine!.Desired, vault, paths, events, time);
        var guard = new Guard(engine, instance, () => machine!.Desired, paths, audit, events);
        using var network = new MachineNetwork(paths, deadman, events, time);
        machine = new Machine(new()
        {
            Context = context, Os = () => slots?.Status, Host = () => Environment.MachineName,
            Drivers =
            [
                containers, images, firewall, storage, Certificates(paths, authority, time),
                .. Drivers(engine, instance, paths, prober, time), .. network.Drivers,
            ],
            Journal = journal, History = history, Images = new ImageLookup(registry, engine),
            Time = time, Events = events, Health = health, Audit = audit, Deadman = deadman,
            Alerts = () => [.. jobs.Alerts(), .. auditing.Alerts(), .. backups.Alerts(),
                .. messages.Alerts(), .. watches.Alerts(), .. guard.Alerts(), .. network.Alerts()],
            Backups = backups.Summary, Usage = new(Used(found.Info), time), Abilities = Abilities,
            SealFresh = vault.SealFresh, PortsTaken = PortsTaken, Engine = found.Description,
            Listening = HostPorts.OfThisHost.Listening, Connections = SshAccess.Connections,
            Adopt = new AdoptionReader(engine, vault.Seal).ReadAsync, Version = Product.Version,
            AdoptMount = adopting.ReadAsync, AdoptLink = network.Adoption.Read,
            RetireAsync = new Retiring(engine, instance, images, vault).RunAsync,
        });
        var told = await BeginAsync(found, machine, backups, fresh, jobs, vault, time, say, stop);
        using var mind = MindSide.Open(machine, paths, instance, vault, events, time);
        var web = WebSide.Open(() => machine.Desired, paths, instance, events, time);
        await using var server = await ApiServer.StartAsync(new(machine, jobs, backups, messages,
            guard.Bans, audit.Newest, key.Recipient.ToString(), () => authority.Root,
            new ServiceLogs(engine, instance).ReadAsync)
        {
            Updates = cancel => new UpdateLookup(registry).LookAsync(machine.Desired, cancel),
            Failed = Failed(events, time, say), Mind = mind, Web = web, Slots = slots,
            ScopeOf = ScopeSide.Of(paths, instance, events, time), Tell = e => events.Add(e),
            Tokens = Tokens(paths, () => machine.Desired, audit, time),
        }, room, time, stop);
        say($"listening on {paths.Socket}");
        await watches.RunAsync(
        [
            .. EngineWatches(found, paths, instance, machine, prober, health, events, time),
            .. MachineWatches(machine, paths, firewall, network, events, time, slots),
            .. guard.Watches(), .. EventWatches(auditing, messages, events, say),
            .. WorkWatches(jobs, backups, fresh, told), .. mind?.Watches ?? [], .. web?.Watch ?? [],
        ], stop);
        await EndAsync(server, machine);
    }

    private static ImageDriver Images(IContainerEngine engine, RegistryLogins logins) =>
        new(engine, logins.For);

    /// <summary>A change in hand is taken back first.</summary>
    private static async Task EndAsync(ApiServer server, Machine machine)
    {
        await server.EndChangesAsync();
        await machine.UntilIdleAsync();
    }

    /// <summary>What fails by a fault of ours ends nothing else.</summary>
    private static Action<string, Exception> Failed(
        EventLog events, TimeProvider time, Action<string> say) => (what, fault) =>
        {
            say($"{what} failed: {fault}");
            events.Add(new(0, time.GetUtcNow(), "request.failed")
            {
                Name = what, Error = $"{fault.GetType().Name}: {fault.Message}",
            });
        };

    /// <summary>Those that nobody else needs to know.</summary>
    private static IEnumerable<IDriver> Drivers(IContainerEngine engine, string instance,
        InstancePaths paths, IProber prober, TimeProvider time) =>
    [
        new NetworkDriver(engine, instance),
        new VolumeDriver(new Directories()),
        new DataMoving(engine, new DataFolders(), prober, time),
        new UserDriver(new LinuxAccounts("/"), new(paths.UsersFile)),
    ];

    private static IEnumerable<Watched> EngineWatches(OpenEngine found, InstancePaths paths,
        string instance, Machine machine, Prober prober, HealthBoard health, EventLog events,
        TimeProvider time)
    {
        var (engine, drift) = (found.Engine, new DriftWatch(machine, events, time));
        return
        [
            new("health", s => new HealthWatch(engine, instance, prober, health, events, time)
                .RunAsync(() => machine.Desired.Services, s)),
            new("the engine", new EngineWatch(engine, instance, drift.Hint, events, time).RunAsync),
            new("drift", drift.RunAsync),
            .. found.Networks is { } networks
                ? new NetworkSide(networks, paths, instance, health, events, time).Watches : [],
        ];
    }

    private static IEnumerable<Watched> MachineWatches(Machine machine, InstancePaths paths,
        FirewallDriver firewall, MachineNetwork network, EventLog events, TimeProvider time,
        SlotWatch? slots) =>
    [
        .. slots?.Watches ?? [],
        new("leases", network.FollowAsync),
        new("the firewall", new FirewallWatch(firewall.FollowAsync, events, time).RunAsync),
        new("certificates", new CertificateWatch(machine, events, time).RunAsync),
        new("edits", new EditWatch(paths, machine, events, time).RunAsync),
    ];

    private static IEnumerable<Watched> WorkWatches(JobWatch jobs, BackupWatch backups,
        JobContainers fresh, Action<LeftJob> told) =>
    [
        new("jobs", jobs.RunAsync), new("backups", backups.RunAsync),
        new("job containers", s => fresh.SweepAsync(told, s)),
    ];

    private static IEnumerable<Watched> EventWatches(AuditWatch auditing, MessageWatch messages,
        EventLog events, Action<string> say) =>
    [
        new("the audit record", auditing.RunAsync),
        new("what is told", messages.HearAsync), new("messages", messages.TellAsync),
        new("the daemon's log", new EventPrinter(
            events, Environment.GetEnvironmentVariable(LogLevels.Variable), say).RunAsync),
    ];

    /// <summary>What an earlier process left is finished or taken back, and what was approved runs.
    /// </summary>
    /// <returns>Gets jobs that an earlier process left.</returns>
    private static async Task<Action<LeftJob>> BeginAsync(OpenEngine engine, Machine machine,
        BackupWatch backups, JobContainers fresh, JobWatch jobs, SecretVault vault,
        TimeProvider time, Action<string> say, CancellationToken stop)
    {
        var found = Finding(jobs, machine, vault);
        say(await machine.StartAsync(stop) ?? "nothing was left over from before");
        backups.Recover();
        await FindJobsAsync(fresh, found, say, stop);
        await Resumption.RunAsync(machine, time, say, stop);
        engine.Keep();
        return found;
    }

    private static Action<LeftJob> Finding(JobWatch jobs, Machine machine, SecretVault vault) =>
        left => jobs.Found(left.Job, left.Started, left.Result with
        {
            Output = SecretHiding.Hide(left.Result.Output, machine.Desired, vault),
        });

    private static RegistryLogins Logins(
        OpenEngine found, Func<DesiredState> desired, SecretVault vault)
    {
        found.Declare(() => desired().Settings.Registries);
        return new(desired, vault);
    }

    private static JobWatch Jobs(IContainerEngine engine, string instance, JobContainers fresh,
        SecretVault vault, Func<Machine> machine, InstancePaths paths, EventLog events,
        TimeProvider time)
    {
        var runner = new JobRunner(engine, instance, fresh,
            new(Environment.ProcessPath!, paths.IsOwn, time), new(paths, time), vault);
        return new(() => machine().Desired.Jobs.Values,
            (job, cancel) => runner.RunAsync(job, machine().Desired, cancel),
            new(paths.JobsFile), events, time);
    }

    private static MessageWatch Messages(Func<DesiredState> desired, SecretVault vault,
        InstancePaths paths, EventLog events, TimeProvider time)
    {
        var sender = new MessageSender(
            name => vault.Reveal(desired().Secrets[name].Value),
            () => desired().Settings.Name ?? Environment.MachineName);
        return new(desired, sender.SendAsync, text => SecretHiding.Hide(text, desired(), vault),
            new(paths.MessagesFile), events, time);
    }

    /// <summary>Containers of jobs that an earlier process left behind. An engine that does not
    /// answer now keeps nothing from starting: it is done when it answers.</summary>
    private static async Task FindJobsAsync(JobContainers fresh, Action<LeftJob> found,
        Action<string> say, CancellationToken stop)
    {
        try
        {
            (await fresh.RecoverAsync(stop)).ToList().ForEach(found);
        }
        catch (HostException fault)
        {
            say($"jobs that were running are looked at later: {fault.Message}");
        }
    }

    private static BackupHost BackupHost(IContainerEngine engine, IDriver containers,
        PlanningContext context, InstancePaths paths, Func<Machine> machine) => new()
        {
            Engine = engine,
            Containers = containers,
            Context = context,
            Paths = paths,
            Desired = () => machine().Desired,
            InTurn = (what, work, cancel) => machine().HoldAsync(what, work, cancel),
        };

    private static (FirewallDriver, IDeadman) Firewall(
        InstancePaths paths, string instance, TimeProvider time)
    {
        var deadman = new Deadman(paths.DeadmanFile, Environment.ProcessPath!, time);
        return (new(new Nftables(), instance, new(paths.FirewallFile), EngineBridges.OfThisHost,
            deadman), deadman);
    }

    private static (StorageDriver, MountAdoption) Storage(
        InstancePaths paths, PlanningContext context, StorageKeys keys)
    {
        const string Fstab = "/etc/fstab";
        var host = new LinuxStorage(keys, $"loam-{context.ShortInstance}-", paths.VolumeRoot,
            paths.VolumeKeyDir);
        var ledger = new StorageLedger(paths.StorageFile);
        return (new(host, new Directories(), ledger, paths.VolumeRoot),
            new(host, ledger, () => File.Exists(Fstab) ? File.ReadAllText(Fstab) : null));
    }

    private static CertificateDriver Certificates(
        InstancePaths paths, OwnAuthority authority, TimeProvider time) =>
        new(new CertificateFolders(paths.CertificatesFile, time),
            new Dictionary<CertificateProvider, ICertificateIssuer>
            {
                [CertificateProvider.Own] = authority,
                [CertificateProvider.Acme] = new AcmeIssuer(paths.AuthorityDir,
                    new() { MaxResponseContentBufferSize = Limits.RegistryAnswerBytes },
                    new HttpAnswer(HttpPort), order => new HookAnswer(order), time),
            });

    private static TokenBook Tokens(InstancePaths paths, Func<DesiredState> desired, IAudit audit,
        TimeProvider time) => new(new(paths.TokensFile),
            name => Persons.RightsOf(name, desired().Settings.Api.Users), audit, time);

    private static PlanningContext Context(
        string instance, InstancePaths paths, OpenEngine found) =>
        new(instance, paths.VolumeRoot)
        {
            VolumePlace = paths.VolumePlace, CertificateRoot = paths.CertificateRoot,
            FileVariables = AppCatalog.FileVariables,
            DataMajor = AppCatalog.DataMajor,
            DumpOf = AppCatalog.DumpOf,
            LimitsInPlace = found.Info.Brand != EngineBrand.Podman,
            SharesPorts = found.Networks is not null,
            LoginFailures = AppCatalog.LoginFailures,
            LoginLog = () => LoginLogs.Find("/", TimeProvider.System)?.Name,
            CatalogName = image => AppCatalog.ByImage(image)?.Name,
        };

    /// <summary>Programs may come and go while it runs.</summary>
    private static PlanningContext Abilities(PlanningContext context) => context with
    {
        CanBackUp = BackupRepository.CanRun,
        CanSandbox = Sandbox.CanRun,
        CanBan = BanTable.CanRun,
        CanAskDhcp = Udhcpc.CanRun,
    };

    private static FileJournal Journal(InstancePaths paths, Action<string> say)
    {
        var journal = FileJournal.Load(paths.JournalFile);
        if (journal.Dropped is { } torn)
        {
            say(torn);
        }
        return journal;
    }

    private static Func<string, ContainerUse?> Used(EngineInfo engine) => id =>
        ContainerMetrics.OfThisHost.Read(id, engine) is { } use
            ? new(use.Cpu, use.Memory) : null;

    private static ImmutableArray<ObservedPort> PortsTaken(
        IReadOnlyCollection<(int Number, string Protocol)> wanted) =>
        [.. HostPorts.OfThisHost.Find(wanted).Select(p => p with
        {
            NextFree = HostPorts.OfThisHost.NextFree(p.Number + 1, p.Protocol),
        })];

    private static PosixSignalRegistration OnSignal(
        PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
}
