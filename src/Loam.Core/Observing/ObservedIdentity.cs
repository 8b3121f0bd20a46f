using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>What the machine is called and which time zone it is in.</summary>
/// <param name="OtherNames">Names that /etc/hosts gives an address in lines that are not Loam's.
/// </param>
/// <param name="Zones">Time zones that this machine knows.</param>
public sealed record ObservedIdentity(
    HostnameState Hostname, ImmutableHashSet<string> OtherNames, TimezoneState Timezone,
    ImmutableSortedSet<string> Zones);
