using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Drivers.Network;

/// <summary>Puts an interface into a state, and finds who is in charge of it. Knows nothing of
/// plans, so that the process that takes changes back can use it too.</summary>
/// <param name="leases">Null: nobody here can go on asking for a lease; one that is put back lasts
/// as long as it was lent.</param>
public sealed class InterfaceSetup(
    IHostTree tree, ILinks links, IPrograms programs, Leases? leases = null)
{
    private const uint OwnerOnly = 0b110_000_000, ForAll = 0b110_100_100;

    /// <summary>Removing one address may take others of its network along.</summary>
    private const int Rounds = 4;

    public static InterfaceSetup OfThisHost { get; } =
        new(new HostTree("/"), new KernelLinks(), new HostPrograms());

    public ILinks Links => links;

    /// <summary>What Loam was lent for an interface.</summary>
    internal Lease? LeaseOf(string name) => leases?.Of(name);

    /// <summary>Nobody but Loam configures it.</summary>
    public bool IsKernels(string name) => PlaceOf(name).Manager == LinksBy.Kernel;

    internal InterfacePlace PlaceOf(string name) => Places()(name);

    /// <summary>Who is in charge of one interface after the other, by one look at the files: a
    /// host with containers has many.</summary>
    internal Func<string, InterfacePlace> Places()
    {
        var look = new ReadOnce(tree);
        return name => InterfacePlace.Find(look, programs, name);
    }

    /// <param name="path">Empty: there is none.</param>
    internal HostFile FileAt(string path) => path.Length > 0 ? tree.Look(path) : HostFile.Absent;

    public async Task ApplyAsync(InterfaceChange change, CancellationToken cancel)
    {
        var (name, file) = (change.Name, change.After.File);
        if (change.Path.Length > 0)
        {
            if (change.Manager == LinksBy.Ifupdown && !tree.Look(change.Path).IsAbsent)
            {
                // It takes down what its file says now.
                await programs.RunAsync("ifdown", ["--force", name], cancel);
            }
            if (tree.Look(change.Path) != file)
            {
                // Anybody's secrets may stand in NetworkManager's files, which it insists on.
                tree.Put(change.Path, file,
                    change.Manager == LinksBy.NetworkManager ? OwnerOnly : ForAll);
            }
            await TellAsync(change, cancel);
        }
        var isLent = change.Manager == LinksBy.Kernel && change.After.Owned is { IsDhcp: true };
        if (isLent)
        {
            await LendAsync(name, change.After.Lease, cancel);
        }
        else if (change.Manager == LinksBy.Kernel)
        {
            leases?.End(name);
        }
        if (file.IsAbsent || change.Manager == LinksBy.Ifupdown)
        {
            Match(change, isLent);
        }
    }

    /// <param name="former">What it is put back to; null: a new one is asked for.</param>
    private Task LendAsync(string name, Lease? former, CancellationToken cancel)
    {
        if (leases is not null && former is null)
        {
            return leases.TakeAsync(name, cancel);
        }
        if (leases is not null)
        {
            leases.Restore(name, former!);
        }
        else if (former is not null)
        {
            PutBack(name, former);
        }
        return Task.CompletedTask;
    }

    private void PutBack(string name, Lease lease) =>
        Leases.PutBack(links, name, lease, TimeProvider.System.GetUtcNow());

    private async Task TellAsync(InterfaceChange change, CancellationToken cancel)
    {
        var (name, isThere) = (change.Name, !change.After.File.IsAbsent);
        switch (change.Manager)
        {
            case LinksBy.Networkd:
                await programs.RunAsync("networkctl", ["reload"], cancel);
                await programs.RunAsync("networkctl", ["reconfigure", name], cancel);
                break;
            case LinksBy.NetworkManager:
                await programs.RunAsync("nmcli", ["connection", "reload"], cancel);
                if (isThere)
                {
                    await programs.RunAsync("nmcli", ["connection", "up", $"loam-{name}"], cancel);
                }
                break;
            case LinksBy.Ifupdown when isThere:
                await programs.RunAsync("ifup", ["--force", name], cancel);
                break;
        }
    }

    /// <summary>Adds before it takes away, so that there is always a way in.</summary>
    private void Match(InterfaceChange change, bool isLent)
    {
        var (name, wanted) = (change.Name, change.After);
        var lease = isLent ? LeaseOf(name) ?? wanted.Lease : null;
        var gateways = wanted.Gateways.Union(lease?.Gateways ?? []).ToList();
        // What was lent to somebody else stays.
        var wasLent = change.Manager == LinksBy.Kernel && !isLent
            && change.Before.Owned is { IsDhcp: true };
        links.Raise(name);
        for (var round = 0; round < Rounds; round++)
        {
            var now = links.List().FirstOrDefault(l => l.Name == name)
                ?? throw new HostException(Fault.NotFound,
                    $"There is no interface {name} any more.", "Plan anew.");
            var missing = wanted.Addresses.Except(now.Addresses).ToList();
            var ways = gateways.Except(now.Gateways).ToList();
            var extra = now.Addresses.Except(wanted.Addresses).Concat(now.Leased.Where(
                a => wasLent && !a.Contains(':', StringComparison.Ordinal))).ToList();
            var wrong = now.Gateways.Except(gateways).ToList();
            var isGone = lease is not null && !now.Leased.Contains(lease.Address);
            if (missing.Count + ways.Count + extra.Count + wrong.Count == 0 && !isGone)
            {
                return;
            }
            if (isGone)
            {
                PutBack(name, lease!);
            }
            missing.ForEach(a => links.AddAddress(name, a));
            wrong.ForEach(g => links.RemoveGateway(name, g));
            ways.ForEach(g => links.AddGateway(name, g, isLent));
            extra.ForEach(a => links.RemoveAddress(name, a));
        }
    }
}
