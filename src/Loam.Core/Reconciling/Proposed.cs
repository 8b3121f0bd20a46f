using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>Texts that somebody who may not act would like to be in force. All of it is a claim:
/// nothing follows from it but what a person then asks for.</summary>
/// <param name="By">Who thought of it: a provider and model, or a program.</param>
/// <param name="Words">What it says of it, for people; shown apart from the plan.</param>
/// <param name="Texts">Full new texts by file.</param>
/// <param name="BaseGeneration">The generation they were made from.</param>
public sealed record ProposalOrder(string By, string Words,
    ImmutableSortedDictionary<string, string> Texts, int BaseGeneration)
{
    private const int LongestBy = 100, MostFiles = 6;

    /// <summary>Who it is for: the person who asked; null: nobody in particular.</summary>
    public string? For { get; init; }

    /// <summary>What the answer cost, in millionths of a US dollar; null: unknown.</summary>
    public long? Cost { get; init; }

    /// <summary>Why it is no proposal at all; null: it may be read.</summary>
    public string? Fault() =>
        By is null or "" || By.Length > LongestBy ? "It does not say who it is by."
        : Words is null || Words.Length > Limits.AnswerWords ? "Its words are too long."
        : Texts is null || Texts.IsEmpty || Texts.Count > MostFiles
            ? "It has no files, or too many."
        : Texts.Keys.FirstOrDefault(f => FileKinds.Of(f) is null) is { }
            ? "It has a file that is none of the six state files."
        : Texts.Values.Any(t => t is null || t.Length > Limits.StateFileBytes)
            ? "A file of it is too large."
        : For is { Length: > LongestBy } ? "Whom it is for is too long."
        : BaseGeneration < 0 ? "Its generation is below zero." : null;
}

/// <summary>A proposal that waits for somebody to ask for its plan.</summary>
/// <param name="Until">When it is forgotten.</param>
public sealed record Proposed(string Id, ProposalOrder Order, DateTimeOffset At,
    DateTimeOffset Until);

/// <summary>What whoever proposed hears.</summary>
/// <param name="Id">Null: it has errors and was not kept.</param>
/// <param name="Findings">Errors and warnings of the texts, with those of the other files.</param>
public sealed record ProposalAnswer(string? Id, ImmutableArray<Diagnostic> Findings);
