using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>What stands in the state directory and is not in force.</summary>
/// <param name="Files">Names of the files that differ.</param>
/// <param name="Problems">What is wrong with them.</param>
/// <param name="Digest">Of their texts: another one after every edit.</param>
public sealed record Edits(
    ImmutableArray<string> Files, ImmutableArray<Diagnostic> Problems, string Digest)
{
    internal static async Task<Edits> LookAsync(
        IHistory history, StateSet inForce, CancellationToken cancel)
    {
        var work = await history.ReadWorkTreeAsync(cancel);
        var files = work.ChangedFrom(inForce).Where(f => f != StateSet.Lock).ToImmutableArray();
        return files.IsEmpty ? new([], [], "")
            : new(files, [.. StateReader.Read(work).Findings.Where(f => f.IsError)],
                Digests.Of(string.Concat(files.Select(f => $"{f}\0{work[f]}\0"))));
    }
}
