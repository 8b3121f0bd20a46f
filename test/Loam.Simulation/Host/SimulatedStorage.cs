using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Storage;

namespace Loam.Simulation.Host;

/// <summary>Directories, images and mounts in memory. A file system holds what was written into it
/// wherever it is attached, and a mount covers what was there.</summary>
public sealed partial class SimulatedStorage : IStorageHost, IDirectories
{
    /// <param name="Files">Names of what lies in it.</param>
    private sealed record Place(int Mode, DirectoryOwner Owner, SortedSet<string> Files);

    private sealed record Image(long Size, Place Root);

    private readonly SortedDictionary<string, Place> _directories = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Image> _images = new(StringComparer.Ordinal);
    private readonly List<(HostMount Mount, Place Root)> _mounts = [];
    private int _device;

    /// <summary>Hooks before and after each call, given its name.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Hook of calls that cannot be late or lost.</summary>
    public Action<string> Check { get; set; } = _ => { };

    /// <summary>Nothing lies in a directory besides what is seen here.</summary>
    public Func<string, bool> IsFree { get; set; } = _ => true;

    /// <summary>Is told of each image that is deleted.</summary>
    public Action<string> Deleted { get; set; } = _ => { };

    /// <summary>What a directory leads to: itself, or the image attached there.</summary>
    public string PlaceOf(string path) =>
        _mounts.LastOrDefault(m => m.Mount.Target == path).Mount?.Image ?? path;

    /// <summary>Bytes free on the disk.</summary>
    public long Room { get; set; } = 100L << 30;

    public ImmutableSortedDictionary<string, HostLack> Missing { get; set; } =
        ImmutableSortedDictionary<string, HostLack>.Empty;

    public IEnumerable<string> Images => _images.Keys;

    /// <summary>Everything but the sizes of images, as one text: growth is not taken back. Nor do
    /// directories count that a program wrote into.</summary>
    public string Snapshot() => string.Join('\n',
        [
            .. _directories.Where(d => IsFree(d.Key) && !IsCovered(d.Key))
                .Select(d => $"{d.Key} {Words(d.Value)}"),
            .. _images.Select(i => $"{i.Key}: {Words(i.Value.Root)}"),
            .. _groups.SelectMany(g => g.Value.Devices.Select(d => Line(g.Key, d))),
            .. _disks.Where(d => d.Value.Uuid is not null && !IsMember(d.Key))
                .Select(d => $"{d.Key} is prepared"),
            .. _mounts.Select(m => $"{m.Mount.Image ?? m.Mount.Source} at {m.Mount.Target}")
                .Order(StringComparer.Ordinal),
        ]);

    /// <summary>Nobody sees the directory below what is attached there.</summary>
    private bool IsCovered(string directory) => _mounts.Exists(m => m.Mount.Target == directory);

    /// <summary>Somebody writes a file, or what is attached there gets it.</summary>
    public void Write(string directory, string name) => Find(directory)!.Files.Add(name);

    public IReadOnlyCollection<string> Files(string directory) => Find(directory)?.Files ?? [];

    /// <summary>What an image holds; null: there is none.</summary>
    public IReadOnlyCollection<string>? FilesIn(string image) =>
        _images.GetValueOrDefault(image)?.Root.Files;

    public long SizeOf(string image) => _images[image].Size;

    /// <summary>Somebody attaches something by hand.</summary>
    public void PutMount(string target, string source, string type)
    {
        _directories.TryAdd(target, NewPlace());
        _mounts.Add((new(target, source, type, null), NewPlace()));
    }

    public bool IsMounted(string target) => _mounts.Exists(m => m.Mount.Target == target);

    /// <summary>The machine is started again: nothing is attached any more.</summary>
    public void Reboot() => _mounts.Clear();

    public void Chmod(string path, int mode) => Set(path, Find(path)! with { Mode = mode });

    public Task<ImmutableArray<HostMount>> MountsAsync(CancellationToken cancel)
    {
        Check("look at mounts");
        return Task.FromResult<ImmutableArray<HostMount>>([.. _mounts.Select(m => m.Mount)]);
    }

    public bool HasFile(string path) => _images.ContainsKey(path);

    public long Free(string path) => Room;

    (long Total, long Used)? IStorageHost.Room(string target) =>
        _mounts.LastOrDefault(m => m.Mount.Target == target).Mount?.Image is { } image
            ? (_images[image].Size, _images[image].Root.Files.Count << 20) : null;

    public ImmutableSortedDictionary<string, HostLack> Lacks(IEnumerable<string> types) => Missing;

    public Task MakeImageAsync(string file, DiskImage disk, CancellationToken cancel) =>
        DoAsync($"storage image {file}", () =>
        {
            if (disk.Group is { } group && FreeIn(group) < Extents(disk.Size))
            {
                throw new HostException(Fault.Exhausted, $"{group} is full.");
            }
            if (!_images.TryAdd(file, new(disk.Size, NewPlace())))
            {
                throw new HostException(Fault.Conflict, $"{file} is there already.");
            }
        });

    public Task RemoveImageAsync(string file, DiskImage disk, CancellationToken cancel) =>
        DoAsync($"storage unimage {file}", () =>
        {
            _images.Remove(file);
            Deleted(file);
        });

    public bool GrowsOnline { get; set; } = true;

    public Task GrowAsync(string file, DiskImage disk, CancellationToken cancel) =>
        DoAsync($"storage grow {file}", () =>
        {
            if (disk.Group is { } group
                && FreeIn(group) < Extents(disk.Size) - Extents(_images[file].Size))
            {
                throw new HostException(Fault.Exhausted, $"{group} is full.");
            }
            _images[file] = _images[file] with { Size = Math.Max(disk.Size, _images[file].Size) };
        });

    public string Real(string path) => path;

    public string? Absent(string path) => _directories.ContainsKey(path) ? null : path;

    public Task MountAsync(string target, MountSpec mount, CancellationToken cancel) =>
        DoAsync($"storage mount {target}", () =>
        {
            if (mount.Disk is not null && !_images.ContainsKey(mount.Source))
            {
                throw new HostException(Fault.NotFound, $"{mount.Source} is not there.");
            }
            _directories.TryAdd(target, NewPlace());
            var source = mount.Disk is null ? mount.Source
                : string.Create(CultureInfo.InvariantCulture, $"/dev/loop{_device++}");
            _mounts.Add((new(target, source, mount.Type,
                mount.Disk is null ? null : mount.Source),
                mount.Disk is null ? NewPlace() : _images[mount.Source].Root));
        });

    public Task UnmountAsync(
        string target, MountSpec mount, bool isMounted, CancellationToken cancel) =>
        !isMounted ? Task.CompletedTask : DoAsync($"storage unmount {target}", () =>
            _mounts.RemoveAt(_mounts.FindLastIndex(m => m.Mount.Target == target)));

    public void RemoveDirectories(string path, string upTo)
    {
        if (_directories.GetValueOrDefault(path) is { Files.Count: 0 } && IsFree(path))
        {
            _directories.Remove(path);
        }
    }

    public DirectoryFacts? Look(string path)
    {
        Check($"look {path}");
        return Find(path) is { } there
            ? new(there.Mode, there.Files.Count == 0 && IsFree(path), there.Owner) : null;
    }

    public DirectoryOwner? Resolve(string owner)
    {
        var parts = owner.Split(':');
        uint? Number(string text) => uint.TryParse(text, NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) ? number
            : text == "www-data" ? 33 : null;
        return Number(parts[0]) is { } user
            ? new DirectoryOwner(user, parts.Length > 1 ? Number(parts[1]) : null) : null;
    }

    public void Make(string path, int mode, string? owner)
    {
        Check($"make {path}");
        _directories.TryAdd(path, NewPlace());
        SetAccess(path, mode, owner is null ? null : Resolve(owner));
        Check($"made {path}");
    }

    public void SetAccess(string path, int? mode, DirectoryOwner? owner)
    {
        Check($"access {path}");
        var there = Find(path) ?? throw new HostException(Fault.NotFound, $"{path} is gone.");
        Set(path, there with
        {
            Mode = mode ?? there.Mode,
            Owner = owner is { } to ? new(to.User, to.Group ?? there.Owner.Group) : there.Owner,
        });
        Check($"access done {path}");
    }

    public void RemoveIfEmpty(string path)
    {
        Check($"unmake {path}");
        if (_directories.GetValueOrDefault(path) is { Files.Count: 0 } && IsFree(path))
        {
            _directories.Remove(path);
        }
        Check($"unmade {path}");
    }

    private Place? Find(string path)
    {
        var (mount, root) = _mounts.LastOrDefault(m => m.Mount.Target == path);
        return mount is null ? _directories.GetValueOrDefault(path)
            : mount.Image is { } image ? _images[image].Root : root;
    }

    private void Set(string path, Place place)
    {
        var at = _mounts.FindLastIndex(m => m.Mount.Target == path);
        if (at < 0)
        {
            _directories[path] = place;
        }
        else if (_mounts[at].Mount.Image is { } image)
        {
            _images[image] = _images[image] with { Root = place };
        }
        else
        {
            _mounts[at] = (_mounts[at].Mount, place);
        }
    }

    private async Task DoAsync(string call, Action act)
    {
        await Before(call);
        act();
        await After(call);
    }

    private static Place NewPlace() =>
        new(0b111_101_101, new(0, 0), new(StringComparer.Ordinal));

    private static string Words(Place place) => string.Create(CultureInfo.InvariantCulture,
        $"{Convert.ToString(place.Mode, 8)} {place.Owner} [{string.Join(' ', place.Files)}]");
}
