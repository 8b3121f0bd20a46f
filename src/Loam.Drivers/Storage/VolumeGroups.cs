using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <summary>Declared volume groups. A device is known by what LVM calls it once it is in, since the
/// kernel may call it otherwise after the next start.</summary>
internal sealed class VolumeGroups(IStorageHost host, StorageLedger ledger)
{
    /// <param name="looks">Also at what is on disks that are in no group.</param>
    public ObservedGroup See(VolumeGroup wanted, HostGroups there, bool looks)
    {
        var group = there.Group(wanted.Name);
        var members = Members(group, wanted.Name, wanted.Devices);
        var seen = new ObservedGroup(wanted.Name, group is not null,
            [.. wanted.Devices.Select(d => looks ? See(d, members.GetValueOrDefault(d), there)
                : new(d, IsMember: false, 0, null))])
        {
            Doubles = there.Doubles(wanted.Name),
            IsKnown = ledger.Groups.GetValueOrDefault(wanted.Name) is { } known
                && wanted.Devices.All(known.Devices.ContainsKey),
            IsTaken = group is null && host.HasFile($"/dev/{wanted.Name}"),
        };
        return group is null ? seen : seen with
        {
            Extent = group.Extent,
            Free = group.Free,
            Others = [.. group.Devices.Except(members.Values).Select(d => d.Path)],
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
        if (!there.Doubles(change.Name).IsEmpty)
        {
            throw new HostException(Fault.Conflict,
                $"There are two volume groups {change.Name}.", "Plan anew.");
        }
        var group = there.Group(change.Name);
        var members = Members(group, change.Name, change.After);
        var lacking = change.After.Where(d => !members.ContainsKey(d)).ToList();
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
            // So that whatever happens it is known which were there before.
            Note(change.Name, members);
            await host.ExtendGroupAsync(change.Name, taken, cancel);
        }
        group = (await host.GroupsAsync(cancel)).Group(change.Name);
        members = Members(group, change.Name, change.After);
        Note(change.Name, members);
        if (change.After.FirstOrDefault(d => !members.ContainsKey(d)) is { } lost)
        {
            throw new HostException(Fault.Unavailable,
                $"{lost} was taken into the volume group {change.Name}, and is not there.",
                "The kernel's log (dmesg) may say why.");
        }
    }

    private void Note(string group, Dictionary<string, HostDevice> members) =>
        ledger.PutGroup(group, new(members.ToImmutableSortedDictionary(
            d => d.Key, d => d.Value.Uuid, StringComparer.Ordinal)));

    /// <summary>A disk on which something is by now stays, and so does one that was there before,
    /// whatever the kernel calls it now.</summary>
    private async Task TakeBackAsync(GroupChange change, long plan, CancellationToken cancel)
    {
        var group = (await host.GroupsAsync(cancel)).Group(change.Name);
        var members = Members(group, change.Name, change.Before);
        var stay = change.After.Select(d => Noted(change.Name, d)
            ?? members.GetValueOrDefault(d)?.Uuid).ToHashSet();
        var go = change.Before.Except(change.After).Select(d => Noted(change.Name, d)).Concat(
            members.Values.Select(d => d.Uuid)).Where(u => u is not null && !stay.Contains(u))
            .ToHashSet();
        if (group is not null && !change.After.IsEmpty)
        {
            foreach (var device in group.Devices.Where(d => !d.IsUsed && go.Contains(d.Uuid)))
            {
                await host.ReduceGroupAsync(change.Name, device.Path, cancel);
            }
        }
        else if (group is { Volumes.IsEmpty: true } && group.Plan == plan)
        {
            await host.RemoveGroupAsync(change.Name, cancel);
        }
        var there = await host.GroupsAsync(cancel);
        foreach (var device in there.Unused.Where(u => !stay.Contains(u.Uuid) && (
            go.Contains(u.Uuid)
            || change.Before.Except(change.After).Any(d => host.IsSame(d, u.Path)))))
        {
            await host.ClearAsync(device.Path, cancel);
        }
        if (there.Group(change.Name) is null)
        {
            ledger.ForgetGroup(change.Name);
        }
        else
        {
            Note(change.Name, Members(there.Group(change.Name), change.Name, change.After));
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
        var isEmpty = holds == HostDevice.Held && Has(there.Unused);
        return new(device, false, bytes, isEmpty ? null
            : there.Groups.FirstOrDefault(g => Has(g.Devices)) is { } other
                ? $"it is in the volume group {other.Name}" : holds);

        bool Has(ImmutableArray<HostDevice> devices) =>
            devices.Any(d => host.IsSame(d.Path, device));
    }

    /// <summary>Each device that a group has, by the name it is declared by: by where it is, and
    /// of those that are left by what was noted. None counts for two.</summary>
    private Dictionary<string, HostDevice> Members(
        HostGroup? group, string name, ImmutableArray<string> declared)
    {
        var members = new Dictionary<string, HostDevice>(StringComparer.Ordinal);
        List<HostDevice> left = [.. group?.Devices ?? []];
        Match((device, d) => host.IsSame(device, d.Path));
        Match((device, d) => d.Uuid == Noted(name, device));
        return members;

        void Match(Func<string, HostDevice, bool> isIt)
        {
            foreach (var device in declared.Where(d => !members.ContainsKey(d)))
            {
                if (left.Find(d => isIt(device, d)) is { } found)
                {
                    members[device] = found;
                    left.Remove(found);
                }
            }
        }
    }

    private string? Noted(string group, string device) =>
        ledger.Groups.GetValueOrDefault(group)?.Devices.GetValueOrDefault(device);
}
