using System.Collections.Immutable;
using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Facts;
using Loam.Mind.Interpreter;
using Speech = Loam.Mind.Interpreter.Interpreter;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>What came of a case.</summary>
/// <param name="Outcome">The outcome's word; null when the interpreter broke down.</param>
/// <param name="Fault">Why it is wrong; null when it is right.</param>
/// <param name="IsValid">The resulting files can be read and pass every check.</param>
/// <param name="Collateral">What changed although nobody asked for it.</param>
public sealed record Judgement(
    Case Case, string? Outcome, string? Fault, bool IsValid, ImmutableArray<string> Collateral)
{
    public bool IsRight => Fault is null;
}

/// <summary>Runs cases and judges what comes of them.</summary>
public static class Judge
{
    /// <summary>When the cases of Loam-bench are said.</summary>
    public static readonly DateTimeOffset Now = new(2025, 3, 14, 9, 26, 53, TimeSpan.Zero);

    public static Judgement Run(Case test, MachineState state)
    {
        Proposal proposal;
        try
        {
            proposal = Speech.Propose(state.Files, test.Turns, Now);
        }
        // A crash is the worst answer, and the other cases still have theirs.
        catch (Exception crash)
        {
            return new(test, null, $"crash: {crash.GetType().Name}: {crash.Message}", false, []);
        }
        return Weigh(test, state, proposal);
    }

    /// <summary>Judges a proposal, whoever made it.</summary>
    public static Judgement Weigh(Case test, MachineState state, Proposal proposal)
    {
        var outcome = ProposalJson.Word(proposal.Outcome);
        var result = new Result(state, new(Applied(state.Files, proposal)), proposal);
        if (!result.After.IsValid)
        {
            var error = result.After.Reading.Findings.First(f => f.IsError);
            return new(test, outcome, $"invalid: {error}", false, []);
        }
        if (!test.Outcomes.Contains(outcome))
        {
            return new(test, outcome, $"{outcome}: {proposal.Message}", true, []);
        }
        var isProposal = proposal.Outcome == Outcome.Proposal;
        var wrong = test.Facts.Where(f => isProposal || !f.IsAboutFiles)
            .Select(f => (Fact: f, Why: f.Wrong(result))).FirstOrDefault(f => f.Why is not null);
        ImmutableArray<string> collateral = isProposal ? [.. Collateral.Of(test, result)]
            : test.Turns.Length == 1 && proposal.Files.Count > 0
                ? [.. proposal.Files.Keys.Select(f => $"{f} changed with {outcome}")] : [];
        var fault = wrong.Fact is not null ? $"{wrong.Fact}: {wrong.Why} | {proposal.Message}"
            : collateral.IsEmpty ? null : $"collateral: {string.Join(", ", collateral)}";
        return new(test, outcome, fault, true, collateral);
    }

    public static StateSet Applied(StateSet state, Proposal proposal) =>
        proposal.Files.Aggregate(state, (files, f) => files.With(f.Key, f.Value));
}
