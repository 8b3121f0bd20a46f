using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Network;

/// <summary>The machine's name and time zone, in files and in the kernel.</summary>
/// <param name="zoneChanged">Called when local time may be another one.</param>
public sealed class IdentityDriver(IHostTree tree, IHostName kernel, Action zoneChanged) : IDriver
{
    private const string NameFile = "/etc/hostname", Hosts = "/etc/hosts";
    private const string LocalTime = "/etc/localtime", ZoneFile = "/etc/timezone";
    private const string Zones = "/usr/share/zoneinfo";
    private const uint ForAll = 0b110_100_100;

    private readonly Lock _gate = new();
    private ImmutableSortedSet<string> _zones = [];
    private HostFile? _localTime;

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.SetHostname, ActionKind.SetTimezone };

    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        lock (_gate)
        {
            var (name, zone) = (SeeName(out var others), SeeZone());
            if (_localTime is not null && _localTime != zone.LocalTime)
            {
                // Somebody else changed it.
                zoneChanged();
            }
            _localTime = zone.LocalTime;
            if (_zones.IsEmpty)
            {
                _zones = KnownZones();
            }
            return Task.FromResult(soFar with { Identity = new(name, others, zone, _zones) });
        }
    }

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        lock (_gate)
        {
            switch (action)
            {
                case { Kind: ActionKind.SetHostname, Hostname: { } change }:
                    SetName(change.After);
                    break;
                case { Kind: ActionKind.SetTimezone, Timezone: { } change }:
                    SetZone(change.After);
                    break;
                default:
                    throw new InvariantException($"the identity driver does not {action.Kind}");
            }
        }
        return Task.CompletedTask;
    }

    private HostnameState SeeName(out ImmutableHashSet<string> others)
    {
        var hosts = tree.Look(Hosts).Text;
        others = HostsFile.OtherNames(hosts);
        return new(kernel.Get(), tree.Look(NameFile).Text, HostsFile.OurLine(hosts));
    }

    private TimezoneState SeeZone() => new(tree.Look(LocalTime), tree.Look(ZoneFile).Text);

    /// <summary>It can be looked up under the new name before it is called that.</summary>
    private void SetName(HostnameState wanted)
    {
        var hosts = tree.Look(Hosts).Text;
        if (HostsFile.OurLine(hosts) != wanted.Hosts)
        {
            tree.Put(Hosts, HostFile.Of(HostsFile.With(hosts, wanted.Hosts)), ForAll);
        }
        Put(NameFile, HostFile.Of(wanted.File));
        if (kernel.Get() != wanted.Kernel)
        {
            kernel.Set(wanted.Kernel);
        }
    }

    private void SetZone(TimezoneState wanted)
    {
        Put(LocalTime, wanted.LocalTime);
        Put(ZoneFile, HostFile.Of(wanted.File));
        _localTime = wanted.LocalTime;
        zoneChanged();
    }

    private void Put(string path, HostFile file)
    {
        if (tree.Look(path) != file)
        {
            tree.Put(path, file, ForAll);
        }
    }

    /// <summary>Names of zones begin with a capital letter, those of the other files there do not.
    /// </summary>
    private ImmutableSortedSet<string> KnownZones() => tree.List(Zones)
        .Where(z => char.IsAsciiLetterUpper(z[0]))
        .ToImmutableSortedSet(StringComparer.Ordinal);
}
