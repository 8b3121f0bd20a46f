using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>Asks what somebody's words cover.</summary>
/// <param name="State">The approved texts, with handles where secrets stand.</param>
/// <param name="Said">Oldest first.</param>
public sealed record ScopeOrder(StateSet State, ImmutableArray<string> Said);
