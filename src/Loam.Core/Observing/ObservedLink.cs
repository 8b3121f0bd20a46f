using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>An interface of the machine.</summary>
/// <param name="Path">Of the file that is Loam's, or would be; empty: none is needed.</param>
/// <param name="ByHand">A file of somebody else's that configures it; null: none.</param>
/// <param name="HasLease">It has an address that does not last.</param>
public sealed record ObservedLink(
    string Name, LinksBy Manager, string Path, LinkState Now, string? ByHand, bool HasLease);
