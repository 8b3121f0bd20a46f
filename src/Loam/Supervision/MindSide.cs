using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Supervision;

/// <summary>What the daemon does for its mind, which may do nothing itself.</summary>
internal sealed class MindSide(Machine machine, InstancePaths paths, string instance,
    EventLog events, TimeProvider time) : IMindSide, IDisposable
{
    private readonly EndpointDoors _doors = new(paths.MindDoors, MindUser.Of(instance));

    public string Socket => paths.MindDaemonSocket;

    public uint User { get; } = MindUser.Of(instance);

    public async Task<MachineView> ViewAsync(CancellationToken cancel)
    {
        var status = await machine.StatusAsync(cancel).ConfigureAwait(false);
        var (generation, files) = await machine.CurrentAsync(cancel).ConfigureAwait(false);
        return MachineView.Of(generation, files, status, events.Kept(),
            HostReading.Now(paths.DataDir, time), [], machine.Desired.Users.Keys);
    }

    public MindModels Models() => new(
        ImmutableSortedDictionary<string, string>.Empty, _doors.Lead([]));

    /// <summary>Folders, owners and the program; before anything is served there.</summary>
    public MindWatch Prepare()
    {
        ConfinedFolders.Prepare(paths.MindDoors, paths.MindDir, User);
        return new(paths, Environment.ProcessPath!, User, events, time);
    }

    public void Dispose() => _doors.Dispose();
}
