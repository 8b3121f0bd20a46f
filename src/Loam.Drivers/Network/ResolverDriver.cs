using Loam.Core;
using Loam.Core.Planning;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Network;

/// <summary>How names are resolved: one file of whoever is in charge, who is then told.</summary>
public sealed class ResolverDriver(
    IHostTree tree, IPrograms programs, IDnsProbe probe, NetworkLedger ledger) : IDriver
{
    private const uint ForAll = 0b110_100_100;
    private const int Tries = 3;

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.SetResolver, ActionKind.CheckResolver };

    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        var place = ResolverPlace.Find(tree);
        return Task.FromResult(soFar with
        {
            Resolver = new(place.Manager, place.Path, tree.Look(place.Path), ledger.ResolvConf,
                place.Trouble),
        });
    }

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel) => action switch
        {
            { Kind: ActionKind.SetResolver, Resolver: { } change } => SetAsync(change, cancel),
            { Kind: ActionKind.CheckResolver, ResolverProbe: { } wanted } =>
                CheckAsync(wanted, cancel),
            _ => throw new InvariantException($"the resolver driver does not {action.Kind}"),
        };

    private async Task SetAsync(ResolverChange change, CancellationToken cancel)
    {
        var isFile = change.Manager == NamesBy.File;
        var isOurs = ResolverText.IsOurs(change.After);
        if (isFile && isOurs && !ResolverText.IsOurs(change.Before))
        {
            ledger.KeepResolvConf(change.Before);
        }
        if (tree.Look(change.Path) != change.After)
        {
            tree.Put(change.Path, change.After, ForAll);
        }
        await TellAsync(change.Manager, cancel);
        if (isFile && !isOurs)
        {
            ledger.KeepResolvConf(null);
        }
    }

    private Task TellAsync(NamesBy manager, CancellationToken cancel) => manager switch
    {
        NamesBy.Resolved => programs.RunAsync(
            "systemctl", ["try-reload-or-restart", "systemd-resolved.service"], cancel),
        NamesBy.NetworkManager => programs.RunAsync(
            "nmcli", ["general", "reload"], cancel),
        NamesBy.Resolvconf => programs.RunAsync("resolvconf", ["-u"], cancel),
        _ => Task.CompletedTask,
    };

    private async Task CheckAsync(ResolverProbe wanted, CancellationToken cancel)
    {
        for (var i = 0; i < Tries; i++)
        {
            foreach (var server in wanted.Nameservers)
            {
                if (await probe.AnswersAsync(server, wanted.Name, cancel))
                {
                    return;
                }
            }
        }
        throw new HostException(Fault.Conflict,
            $"No name is resolved: {string.Join(" and ", wanted.Nameservers)} "
            + (wanted.Nameservers.Length == 1 ? "does" : "do")
            + $" not answer when asked for "
            + (wanted.Name == "." ? "the root." : $"{wanted.Name}."),
            "Check the addresses, and that this machine reaches them.");
    }
}
