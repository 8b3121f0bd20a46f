using System.Collections.Immutable;
using System.Text.Json.Serialization;
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

    /// <summary>The texts as they were written, with handles where secrets stand: what is said of
    /// them is said of these. Known to the daemon alone.</summary>
    [JsonIgnore]
    public ImmutableSortedDictionary<string, string> Shown
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty;
        init;
    }

    /// <summary>What its words cover was found out. Known to the daemon alone.</summary>
    [JsonIgnore]
    public bool IsParted { get; init; }

    /// <summary>What the person said whose wish it serves, oldest first: what the daemon heard, or
    /// what whoever proposes says that it was.</summary>
    public ImmutableArray<string> Said
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What of it those words do not cover, one sentence each, by code. By the daemon's
    /// record, whatever a client writes here.</summary>
    public ImmutableArray<string> Unasked
    {
        get => field.IsDefault ? [] : field;
        init;
    }

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
        : Said.Any(s => s is null) || Said.Sum(s => (long)s.Length) > Limits.SaidLetters
            ? "What was said is too long."
        : BaseGeneration < 0 ? "Its generation is below zero." : null;
}

/// <summary>A proposal that waits for somebody to ask for its plan.</summary>
/// <param name="Until">When it is forgotten.</param>
public sealed record Proposed(string Id, ProposalOrder Order, DateTimeOffset At,
    DateTimeOffset Until)
{
    public ProposalFate Fate { get; init; } = ProposalFate.Waiting;
}

/// <summary>How far a proposal has come.</summary>
public enum ProposalStage
{
    /// <summary>It waits for somebody to approve or decline it.</summary>
    Open,
    /// <summary>It was approved, and its change waits for its turn or is under way.</summary>
    Approved,
    Applied,
    /// <summary>It failed and everything is as before.</summary>
    RolledBack,
    /// <summary>It failed and not everything could be taken back.</summary>
    Incomplete,
    Declined,
}

/// <summary>What became of a proposal.</summary>
/// <param name="Who">Who approved or declined it last.</param>
public sealed record ProposalFate(ProposalStage Stage, string? Who, DateTimeOffset? At)
{
    public static readonly ProposalFate Waiting = new(ProposalStage.Open, null, null);

    /// <summary>How it was approved, as <see cref="Approving.Approval.How"/> has it.</summary>
    public string? How { get; init; }

    /// <summary>In force afterwards.</summary>
    public int? Generation { get; init; }

    /// <summary>Why it failed or was declined, in a sentence.</summary>
    public string? Why { get; init; }

    public string? Remedy { get; init; }

    /// <summary>Nothing more comes of it by itself.</summary>
    public bool IsOver => Stage is not (ProposalStage.Open or ProposalStage.Approved);
}

/// <summary>What whoever proposed hears.</summary>
/// <param name="Id">Null: it has errors and was not kept.</param>
/// <param name="Findings">Errors and warnings of the texts, with those of the other files.</param>
public sealed record ProposalAnswer(string? Id, ImmutableArray<Diagnostic> Findings);
