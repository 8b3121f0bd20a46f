using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Api;

/// <summary>Finds out what words cover of a state. It sees nothing else.</summary>
internal delegate Task<Scope> ScopeOf(ScopeOrder order, CancellationToken cancel);

/// <summary>A proposal in two: what its person's words cover, and what they do not, which waits for
/// an approval of its own and never approves itself (decision 0103).</summary>
/// <param name="Asked">Null: they cover nothing of it.</param>
/// <param name="Rest">Null: they cover all of it.</param>
internal sealed record Parted(ProposalOrder? Asked, ProposalOrder? Rest)
{
    public ProposalOrder First => Asked ?? Rest!;
}

/// <summary>Parts what programs propose, as a person's client parts what the mind does.</summary>
internal sealed class ProposalParting(ScopeOf scopeOf)
{
    /// <summary>Of what nobody has parted, or nobody can.</summary>
    public const string Unparted = "Nobody can say what of it was asked for.";

    /// <param name="whole">With secrets in their places; its words are in it.</param>
    /// <param name="files">In force.</param>
    public async Task<Parted> PartAsync(
        ProposalOrder whole, StateSet files, CancellationToken cancel)
    {
        whole = whole with { IsParted = true };
        var blanked = SecretHandles.Blank(files.Without(StateSet.Lock));
        var scope = whole.Said.IsEmpty ? Scope.Nothing
            : await scopeOf(new(blanked, whole.Said), cancel).ConfigureAwait(false);
        var split = ScopeSplit.Of(files, whole.Texts, scope);
        if (split.IsValid && split.OutsideTexts.IsEmpty)
        {
            return new(whole with { Unasked = [] }, null);
        }
        // Programs read it: no value that stands for a handle is told.
        var told = ScopeSplit.Of(blanked, whole.Shown, scope).Outside;
        var rest = whole with { Unasked = told.IsEmpty ? [Unparted] : told };
        return !split.IsValid || split.InsideTexts.IsEmpty ? new(null, rest)
            : new(whole with { Texts = split.InsideTexts, Unasked = [] },
                rest with { Texts = Whole(split) });
    }

    /// <summary>All files that it changes: it may be approved before the other part, and then
    /// brings that along.</summary>
    private static ImmutableSortedDictionary<string, string> Whole(ScopeSplit split) =>
        split.Whole.ChangedFrom(split.Before).ToImmutableSortedDictionary(
            f => f, f => split.Whole[f] ?? "", StringComparer.Ordinal);
}
