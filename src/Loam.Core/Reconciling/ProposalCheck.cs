using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>Reads a proposal of somebody who saw handles in place of secrets. Pure: nothing is
/// kept, asked for or looked at.</summary>
public static class ProposalCheck
{
    /// <summary>What is said is said of the texts with handles: nothing that was put back is
    /// told.</summary>
    /// <param name="files">In force, with their secrets.</param>
    /// <returns>The order with what its handles stand for; null: the findings say why not.
    /// </returns>
    public static (ProposalOrder? Kept, ImmutableArray<Diagnostic> Findings) Read(
        ProposalOrder order, StateSet files)
    {
        var found = new DiagnosticBag();
        var blanked = SecretHandles.Blank(files);
        var shown = order.Texts.Aggregate(blanked, (all, text) =>
            text.Value.Length == 0 ? all.Without(text.Key) : all.With(text.Key, text.Value));
        SecretHandles.Check(shown, blanked, found);
        found.AddRange(StateReader.Read(shown).Findings);
        if (found.HasErrors)
        {
            return (null, [.. found.ToList()]);
        }
        var whole = SecretHandles.Restore(shown, files, found);
        if (whole is not null && StateReader.Read(whole).State is null)
        {
            found.Error(Codes.AnswerSecret, null,
                "With its secrets put back it is not valid.", "Leave handles where they were.");
        }
        return (found.HasErrors || whole is null ? null : order with
        {
            Shown = order.Texts,
            Texts = order.Texts.ToImmutableSortedDictionary(
                t => t.Key, t => whole[t.Key] ?? "", StringComparer.Ordinal),
        }, [.. found.ToList()]);
    }
}
