using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <param name="Mode">Unix permission bits, with set-id and sticky.</param>
public readonly record struct DirectoryFacts(int Mode, bool IsEmpty, DirectoryOwner Owner);

/// <summary>Directories on the host. The simulation has its own beneath the same driver.
/// </summary>
public interface IDirectories
{
    /// <summary>Null when there is none.</summary>
    /// <exception cref="HostException">Something other than a directory stands there.</exception>
    DirectoryFacts? Look(string path);

    /// <summary>The numbers of an owner as it is declared; null: there is no such user or group.
    /// </summary>
    DirectoryOwner? Resolve(string owner);

    /// <summary>Makes the directory and its parents, with mode and owner.</summary>
    void Make(string path, int mode, string? owner);

    /// <summary>Changes what is given of the directory itself, and nothing below it.</summary>
    void SetAccess(string path, int? mode, DirectoryOwner? owner);

    /// <summary>Removes the directory when it is empty; otherwise does nothing.</summary>
    void RemoveIfEmpty(string path);
}

/// <summary>Volumes that are directories. Never deletes data: only a directory that is still
/// empty goes away again when a plan is taken back.</summary>
public sealed class VolumeDriver(IDirectories directories) : IDriver
{
    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.CreateVolume, ActionKind.RemoveVolume,
    };

    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        var seen = ImmutableArray.CreateBuilder<ObservedVolume>();
        foreach (var volume in soFar.Sought.Where(s => s.Group is null))
        {
            if (directories.Look(volume.Path) is { } there)
            {
                seen.Add(new(volume.Name, volume.Path, there.Mode, there.IsEmpty)
                {
                    Owner = there.Owner,
                    Wanted = volume.Owner is { } owner ? directories.Resolve(owner) : null,
                });
            }
        }
        return Task.FromResult(soFar with { Volumes = seen.ToImmutable() });
    }

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        var volume = action.Volume!;
        switch (action.Kind)
        {
            case ActionKind.CreateVolume:
                directories.Make(volume.Path, volume.Mode, volume.Owner);
                break;
            case ActionKind.RemoveVolume:
                directories.RemoveIfEmpty(volume.Path);
                break;
            default:
                throw new InvariantException($"the volume driver does not {action.Kind}");
        }
        return Task.CompletedTask;
    }
}
