using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>What a machine has besides its services, for people.</summary>
/// <param name="Users">Root, and the accounts of people.</param>
/// <param name="Certificates">Those that are declared.</param>
public sealed record Inventory(
    ImmutableArray<UserStatus> Users, ImmutableArray<CertificateStatus> Certificates)
{
    internal static Inventory Of(DesiredState desired, ObservedState seen) =>
        new(UserStatus.All(desired, seen), CertificateStatus.All(desired, seen));
}
