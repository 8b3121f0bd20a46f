using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Storage;

namespace Loam.Simulation.Host;

/// <summary>Disks and volume groups in memory. Nothing but what is empty may be taken, and nothing
/// that is in use may go.</summary>
public sealed partial class SimulatedStorage
{
    private const long Extent = 4 << 20;

    /// <param name="Holds">What is on it; null: nothing.</param>
    /// <param name="Uuid">Null: it is no physical volume.</param>
    private sealed record Disk(long Bytes, string? Holds, string? Uuid);

    private sealed record Group(long Plan, ImmutableArray<string> Devices);

    private readonly SortedDictionary<string, Disk> _disks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private int _uuid;
    private int _starts;

    /// <summary>A group of the same name, on a disk from another machine.</summary>
    private readonly List<HostGroup> _doubles = [];

    public void PutDisk(string path, long bytes, string? holds = null, string? uuid = null) =>
        _disks[path] = new(bytes, holds, uuid);

    public void PutDouble(string name, string path) => _doubles.Add(new(name, $"other-{name}",
        Extent, 0, [new(path, $"other-{path}", true)],
        ImmutableSortedDictionary<string, long>.Empty));

    public string? Holds(string path) => _disks[path].Holds;

    public IReadOnlyCollection<string> GroupNames => _groups.Keys;

    /// <summary>The kernel finds disks in another order.</summary>
    public void Swap(string path, string other)
    {
        _starts++;
        (_disks[path], _disks[other]) = (_disks[other], _disks[path]);
        foreach (var (name, group) in _groups.ToList())
        {
            _groups[name] = group with
            {
                Devices = [.. group.Devices.Select(d => d == path ? other : d == other ? path : d)],
            };
        }
    }

    public Task<HostGroups> GroupsAsync(CancellationToken cancel)
    {
        Check("look at groups");
        return Task.FromResult(new HostGroups(
            [
                .. _groups.Select(g => new HostGroup(g.Key, $"group-{g.Key}", Extent,
                    FreeIn(g.Key), [.. g.Value.Devices.Select(
                        d => new HostDevice(d, _disks[d].Uuid!, IsUsed(g.Key, d)))],
                    _images.Where(i => i.Key.StartsWith($"/dev/{g.Key}/", StringComparison.Ordinal))
                        .ToImmutableSortedDictionary(i => Path.GetFileName(i.Key),
                            i => i.Value.Size, StringComparer.Ordinal)) { Plan = g.Value.Plan }),
                .. _doubles,
            ],
            [
                .. _disks.Where(d => d.Value.Uuid is not null && !IsMember(d.Key))
                    .Select(d => new HostDevice(d.Key, d.Value.Uuid!, false)),
            ]));
    }

    /// <summary>Only a start of the machine gives disks other names.</summary>
    public string DiskList => string.Create(
        CultureInfo.InvariantCulture, $"{_starts} {string.Join(' ', _disks.Keys)}");

    public bool IsSame(string device, string other) => device == other;

    public (long Bytes, string? Holds) Content(string device) =>
        _disks.GetValueOrDefault(device) is not { } disk ? (0, "it is not there")
            : (disk.Bytes, disk.Holds ?? (disk.Uuid is null ? null : HostDevice.Held));

    public Task MakeGroupAsync(string name, IReadOnlyList<string> devices, long plan,
        CancellationToken cancel) => DoAsync($"storage group {name}", () =>
        {
            Take(devices);
            _groups.Add(name, new(plan, [.. devices]));
        });

    public Task ExtendGroupAsync(string name, IReadOnlyList<string> devices,
        CancellationToken cancel) => DoAsync($"storage extend {name}", () =>
        {
            Take(devices);
            _groups[name] = _groups[name] with
            {
                Devices = [.. _groups[name].Devices, .. devices],
            };
        });

    public Task ReduceGroupAsync(string name, string device, CancellationToken cancel) =>
        DoAsync($"storage reduce {name}", () =>
        {
            if (IsUsed(name, device) || _groups[name].Devices.Length == 1)
            {
                throw new HostException(Fault.Conflict, $"{device} is in use.");
            }
            _groups[name] = _groups[name] with
            {
                Devices = _groups[name].Devices.Remove(device),
            };
        });

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        DoAsync($"storage ungroup {name}", () =>
        {
            if (_images.Keys.Any(i => i.StartsWith($"/dev/{name}/", StringComparison.Ordinal)))
            {
                throw new HostException(Fault.Conflict, $"{name} has volumes.");
            }
            _groups.Remove(name);
        });

    public Task ClearAsync(string device, CancellationToken cancel) =>
        DoAsync($"storage clear {device}", () =>
        {
            if (IsMember(device))
            {
                throw new HostException(Fault.Conflict, $"{device} is in use.");
            }
            _disks[device] = _disks[device] with { Uuid = null };
        });

    private void Take(IEnumerable<string> devices)
    {
        foreach (var device in devices)
        {
            if (_disks[device].Holds is not null || IsMember(device))
            {
                throw new HostException(Fault.Conflict, $"{device} is not empty.");
            }
            _disks[device] = _disks[device] with
            {
                Uuid = _disks[device].Uuid
                    ?? string.Create(CultureInfo.InvariantCulture, $"uuid-{++_uuid}"),
            };
        }
    }

    private bool IsMember(string disk) => _groups.Values.Any(g => g.Devices.Contains(disk));

    /// <summary>Disks fill one after the other.</summary>
    private bool IsUsed(string group, string disk) => _groups[group].Devices
        .TakeWhile(d => d != disk).Sum(ExtentsOf) < TakenOf(group);

    /// <summary>Of the lines of a snapshot those of disks with data.</summary>
    public IEnumerable<string> Filled => _groups.SelectMany(g => g.Value.Devices
        .Where(d => IsUsed(g.Key, d)).Select(d => Line(g.Key, d)));

    private static string Line(string group, string disk) => $"volume group {group}: {disk}";

    private long FreeIn(string group) => _groups[group].Devices.Sum(ExtentsOf)
        - TakenOf(group);

    private long TakenOf(string group) => _images
        .Where(i => i.Key.StartsWith($"/dev/{group}/", StringComparison.Ordinal))
        .Sum(i => Extents(i.Value.Size));

    private long ExtentsOf(string device) => (_disks[device].Bytes - (1 << 20)) / Extent;

    private static long Extents(long bytes) => (bytes + Extent - 1) / Extent;
}
