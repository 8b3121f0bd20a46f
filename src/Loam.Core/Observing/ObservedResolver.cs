using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>How the machine resolves names.</summary>
/// <param name="Path">The file that is Loam's, or would be.</param>
/// <param name="There">What stands there.</param>
/// <param name="Former">What stood in /etc/resolv.conf before Loam wrote it; null: not known.
/// </param>
/// <param name="Trouble">Why it cannot be changed, as a sentence; null: it can.</param>
public sealed record ObservedResolver(
    NamesBy Manager, string Path, HostFile There, HostFile? Former, string? Trouble);
