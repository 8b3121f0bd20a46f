using System.Collections.Immutable;

namespace Loam.Core.Resources;

/// <param name="Uid">The number it had: another account of that name is another account.</param>
/// <param name="IsCreated">Loam made it; otherwise it was there before.</param>
/// <param name="Given">Groups that Loam put it in.</param>
public sealed record OwnedUser(int Uid, bool IsCreated, ImmutableArray<string> Given);

/// <summary>Accounts and groups that Loam made or changes.</summary>
public sealed record OwnedAccounts(
    ImmutableSortedDictionary<string, OwnedUser> Users, ImmutableSortedSet<string> Groups);
