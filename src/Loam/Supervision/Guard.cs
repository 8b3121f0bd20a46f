using System.Collections.Immutable;
using Loam.Core.Auditing;
using Loam.Core.Catalog;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Bans;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Firewall;
using Loam.Drivers.Logins;

namespace Loam.Supervision;

/// <summary>Who comes in and who is shut out: the readers of logs and what they tell it to.
/// </summary>
internal sealed class Guard
{
    private readonly LoginWatch _host;
    private readonly ServiceLoginWatch _services;

    public Guard(IContainerEngine engine, string instance, Func<DesiredState> desired,
        InstancePaths paths, IAudit audit, EventLog events)
    {
        var time = TimeProvider.System;
        var own = new OwnAddresses(time);
        Bans = new(() => [.. desired().Bans.Values],
            new(new Nftables { Table = BanTable.Name }, instance),
            new(new(paths.BansFile), new(paths.LogPlaceFile), own.Why, own.SourceOf), audit,
            events, time);
        _host = new(() => LoginLogs.Find("/", time),
            () => desired().Bans.Values.Any(b => b.IsOfHost), Bans, audit, events, time);
        _services = new(engine, instance, desired, AppCatalog.LoginFailures, Bans.HearAsync, time);
    }

    public BanWatch Bans { get; }

    public ImmutableArray<string> Alerts() => [.. Bans.Alerts(), .. _host.Alerts()];

    public IEnumerable<Watched> Watches() =>
    [
        new("bans", Bans.RunAsync), new("logins", _host.RunAsync),
        new("logins at services", _services.RunAsync),
    ];
}
