using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Mind.Answers;

public enum RepairVerdict
{
    /// <summary>The answer can be used.</summary>
    Use,
    /// <summary>It goes back to the model, with <see cref="RepairStep.Text"/>.</summary>
    Again,
    /// <summary>No more: <see cref="RepairStep.Text"/> is for the person.</summary>
    GiveUp,
}

/// <param name="Next">The rounds after this one.</param>
/// <param name="Files">Again: files to show to the model that it was not shown.</param>
public sealed record RepairStep(
    RepairVerdict Verdict, RepairRounds Next, string Text, ImmutableArray<string> Files);

/// <summary>How often an answer went back. A model that gives the same answer again is not asked a
/// third time.</summary>
public sealed record RepairRounds
{
    public static readonly RepairRounds None = new();

    private RepairRounds()
    {
    }

    /// <summary>How often it went back.</summary>
    public int Count { get; private init; }

    private string? Last { get; init; }

    /// <summary>What to do with an answer. Pure: the same rounds and answer give the same step.
    /// </summary>
    public RepairStep After(CheckedAnswer answer)
    {
        if (answer.IsUsable)
        {
            return new(RepairVerdict.Use, this, "", []);
        }
        var json = answer.Json;
        var digest = Digests.Of(json + string.Concat(answer.Answer.Files.Select(
            f => $"\0{f.Key}\0{f.Value}")) + "\0" + answer.Answer.Words);
        if (Count == Limits.RepairRounds || digest == Last)
        {
            return new(RepairVerdict.GiveUp, this, Failure(answer), []);
        }
        var next = new RepairRounds { Count = Count + 1, Last = digest };
        return new(RepairVerdict.Again, next,
            $"Your answer cannot be used. What is wrong with it, as JSON:\n{json}\n"
            + "Mend all of it and answer again as a whole, in the same form. Change nothing else.",
            [
                .. answer.Findings.Where(f => f.Code == Codes.AnswerLoses && f.At is not null)
                    .Select(f => f.At!.File).Distinct(),
            ]);
    }

    /// <summary>One or two sentences for the person.</summary>
    private string Failure(CheckedAnswer answer)
    {
        var first = answer.Findings.FirstOrDefault(f => f.IsError);
        var tries = Count + 1;
        return $"The model gave no answer that can be used, in {tries} "
            + $"{(tries == 1 ? "try" : "tries")}; nothing was changed."
            + (first is null ? "" : $" The last one: {first.Message}");
    }
}
