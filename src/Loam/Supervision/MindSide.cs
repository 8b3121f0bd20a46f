using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Loam.Api;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Messages;
using Loam.Drivers.Metrics;

namespace Loam.Supervision;

/// <summary>What the daemon does for its mind, which may do nothing itself.</summary>
internal sealed class MindSide(Machine machine, InstancePaths paths, string instance,
    ISecretVault vault, EventLog events, TimeProvider time) : IMindSide, IDisposable
{
    private readonly EndpointDoors _doors = new(paths.MindDoors, ConfinedUser.Mind.Of(instance));
    private readonly LlmEnvironment _environment =
        LlmEnvironment.Of(Environment.GetEnvironmentVariable);

    public string Socket => paths.MindDaemonSocket;

    public string PeoplesSocket => paths.MindSocket;

    public uint User { get; } = ConfinedUser.Mind.Of(instance);

    public bool HasModels => !Held.Models.IsEmpty;

    public async Task<MachineView> ViewAsync(
        IEnumerable<LogExcerpt> logs, CancellationToken cancel)
    {
        var status = await machine.StatusAsync(cancel).ConfigureAwait(false);
        var seen = await machine.InventoryAsync(cancel).ConfigureAwait(false);
        var (generation, files) = await machine.CurrentAsync(cancel).ConfigureAwait(false);
        var secrets = SecretHiding.Known(machine.Desired, vault);
        return MachineView.Of(generation, files, status, events.Kept(),
            HostFactsReader.Read(paths.DataDir, time), logs,
            seen.Users.Where(u => u.IsPerson()).Select(u => u.Name)
                .Concat(machine.Desired.Users.Keys))
            .Hiding(text => SecretHiding.Hide(text, secrets));
    }

    /// <summary>Doors lead where the state says, as soon as it says so.</summary>
    private Watched DoorWatch => new("the ways to models", async stop =>
    {
        Lead();
        await foreach (var happened in events.ReadAsync(true, stop).ConfigureAwait(false))
        {
            if (happened.Type is "reconcile.completed")
            {
                Lead();
            }
        }
    });

    public MindModels Models()
    {
        var held = Held;
        var secrets = machine.Desired.Secrets;
        return new(machine.Desired.Settings.Llm, _environment,
            held.Models.Select(m => m.ApiKeySecret).OfType<string>().Distinct()
                .Where(secrets.ContainsKey)
                .ToImmutableSortedDictionary(n => n, n => vault.Reveal(secrets[n].Value)),
            Lead(), paths.ModelSocket);
    }

    public IEnumerable<Watched> Watches => [Watch, DoorWatch, ModelWatch];

    /// <summary>Starts the mind when somebody speaks to it.</summary>
    private Watched Watch => new("the mind",
        new MindWatch(paths, Environment.ProcessPath!, User, events, time).RunAsync);

    /// <summary>Starts the model host when somebody asks a model of this machine.</summary>
    private Watched ModelWatch => new("the model host", new ModelWatch(paths,
        Environment.ProcessPath!, ConfinedUser.ModelHost.Of(instance), () => Held, events, time)
        .RunAsync);

    /// <summary>With its folders and their owners in place. What keeps them from it is told, and
    /// keeps nothing else from its work.</summary>
    /// <returns>Null: it cannot be spoken to.</returns>
    public static MindSide? Open(Machine machine, InstancePaths paths, string instance,
        ISecretVault vault, EventLog events, TimeProvider time)
    {
        try
        {
            ConfinedFolders.Prepare(
                paths.MindDoors, paths.MindDir, ConfinedUser.Mind.Of(instance));
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), MindWatch.Failed)
            {
                Message = $"The mind cannot be started: {fault.Message}",
            });
        }
        return Directory.Exists(paths.MindDoors)
            ? new(machine, paths, instance, vault, events, time) : null;
    }

    public void Dispose() => _doors.Dispose();

    private ImmutableSortedDictionary<string, string> Lead()
    {
        var held = Held;
        try
        {
            return _doors.Lead(held.Models.Where(m => m.IsHere || held.CloudEnabled)
                .Select(m => m.Endpoint is { } url ? new DnsEndPoint(url.Host, url.Port)
                    : (EndPoint)new UnixDomainSocketEndPoint(paths.ModelSocket)).Distinct());
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new HostException(Fault.Unavailable,
                $"The ways to models cannot be opened: {e.Message}");
        }
    }

    private LlmSettings Held => _environment.Over(machine.Desired.Settings.Llm);
}
