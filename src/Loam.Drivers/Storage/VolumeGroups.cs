using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <summary>Declared volume groups. A device is known by what LVM calls it once it is in, since the
/// kernel may call it otherwise after the next start.</summary>
internal sealed class VolumeGroups(IStorageHost host, StorageLedger ledger)
{
    public ObservedGroup See(VolumeGroup wanted, HostGroups there)
    {
        var group = there.Group(wanted.Name);
        var members = wanted.Devices.Select(d => Member(group, wanted.Name, d))
            .OfType<HostDevice>().ToList();
        var seen = new ObservedGroup(wanted.Name, group is not null,
            [.. wanted.Devices.Select(d => See(d, Member(group, wanted.Name, d), there))])
        {
            IsKnown = ledger.Groups.GetValueOrDefault(wanted.Name) is { } known
                && wanted.Devices.All(known.Devices.ContainsKey),
            IsTaken = group is null && host.HasFile($"/dev/{wanted.Name}"),
        };
        return group is null ? seen : seen with
        {
            Extent = group.Extent,
            Free = group.Free,
            Others = [.. group.Devices.Except(members).Select(d => d.Path)],
            IsPartial = group.IsPartial,
            Volumes = [.. group.Volumes.Keys],
        };
    }

    /// <summary>Makes a group, or gives it more devices, or takes back what the same plan did.
    /// </summary>
    public async Task SetAsync(GroupChange change, long plan, CancellationToken cancel)
    {
        if (change.After.Length < change.Before.Length)
        {
            await TakeBackAsync(change, plan, cancel);
            return;
        }
        var there = await host.GroupsAsync(cancel);
        var group = there.Group(change.Name);
        var lacking = change.After.Where(d => Member(group, change.Name, d) is null).ToList();
        if (group is null ? !change.Before.IsEmpty : lacking.Count == change.After.Length)
        {
            throw new HostException(Fault.Conflict, group is null
                ? $"The volume group {change.Name} is gone."
                : $"There is a volume group {change.Name} already, on other disks.", "Plan anew.");
        }
        foreach (var device in lacking)
        {
            if (See(device, null, there).Holds is { } holds)
            {
                throw new HostException(Fault.Conflict, $"{device} cannot be taken: {holds}.",
                    "Take another disk.");
            }
        }
        List<string> taken = [.. lacking.Select(host.Real)];
        if (group is null)
        {
            await host.MakeGroupAsync(change.Name, taken, plan, cancel);
        }
        else if (taken.Count > 0)
        {
            await host.ExtendGroupAsync(change.Name, taken, cancel);
        }
        await NoteAsync(change, cancel);
    }

    private async Task NoteAsync(GroupChange change, CancellationToken cancel)
    {
        var group = (await host.GroupsAsync(cancel)).Group(change.Name);
        ledger.PutGroup(change.Name, new(change.After
            .Select(d => (Path: d, Device: Member(group, change.Name, d)))
            .Where(d => d.Device is not null).ToImmutableSortedDictionary(
                d => d.Path, d => d.Device!.Uuid, StringComparer.Ordinal)));
    }

    /// <summary>A disk on which something is by now stays.</summary>
    private async Task TakeBackAsync(GroupChange change, long plan, CancellationToken cancel)
    {
        var gone = change.Before.Except(change.After).ToList();
        var group = (await host.GroupsAsync(cancel)).Group(change.Name);
        if (group is not null && !change.After.IsEmpty)
        {
            foreach (var device in gone.Select(d => Member(group, change.Name, d))
                .Where(d => d is { IsUsed: false }))
            {
                await host.ReduceGroupAsync(change.Name, device!.Path, cancel);
            }
        }
        else if (group is { Volumes.IsEmpty: true } && group.Plan == plan)
        {
            await host.RemoveGroupAsync(change.Name, cancel);
        }
        var there = await host.GroupsAsync(cancel);
        foreach (var device in gone.Select(host.Real)
            .Where(d => there.Unused.Any(u => u.Path == d)))
        {
            await host.ClearAsync(device, cancel);
        }
        if (there.Group(change.Name) is null)
        {
            ledger.ForgetGroup(change.Name);
        }
        else
        {
            await NoteAsync(change, cancel);
        }
    }

    private ObservedDevice See(string device, HostDevice? member, HostGroups there)
    {
        if (member is not null)
        {
            return new(device, true, 0, null);
        }
        var path = host.Real(device);
        var (bytes, holds) = host.Content(path);
        // Prepared for a group, and taken by none.
        return new(device, false, bytes, there.Unused.Any(u => u.Path == path) ? null
            : there.Groups.FirstOrDefault(g => g.Devices.Any(d => d.Path == path)) is { } other
                ? $"it is in the volume group {other.Name}" : holds);
    }

    private HostDevice? Member(HostGroup? group, string name, string device)
    {
        var uuid = ledger.Groups.GetValueOrDefault(name)?.Devices.GetValueOrDefault(device);
        var path = host.Real(device);
        return group?.Devices.FirstOrDefault(d => d.Uuid == uuid)
            ?? group?.Devices.FirstOrDefault(d => d.Path == path);
    }
}
