using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Mind.Scoping;

/// <summary>What a person's words may change (decision 18). It sees the words and the approved
/// state files, and nothing that was observed; of the state only what the words name counts. More
/// words never make it narrower.</summary>
public static class ScopeReader
{
    /// <summary>Characters of one turn that are looked at.</summary>
    private const int LongestTurn = 4000;

    private const string Restarted = "restarted_at";

    /// <param name="state">The approved texts before anything is changed.</param>
    /// <param name="turns">What the person said, oldest first.</param>
    public static Scope Read(StateSet state, IReadOnlyList<string> turns)
    {
        if (StateReader.Read(state).State is not { } before)
        {
            return Scope.Nothing;
        }
        var spoken = turns.Select(OwnWords).Where(t => t.Length > 0).ToList();
        var scope = Scope.Nothing;
        var said = new SaidThings(before);
        foreach (var turn in spoken)
        {
            scope = scope.And(said.Hear(turn));
        }
        var exact = Exact(state, before, spoken);
        return scope with
        {
            // When a restart is marked is not said.
            Exact = [.. exact.Where(e => e.Field != Restarted)],
            Grants = scope.Grants.Union(exact.Where(e => e.Field == Restarted)
                .Select(e => new ScopeGrant(e.Id, ScopeTopic.Restart))),
        };
    }

    /// <summary>What was pasted is not what the person says: lines marked as quoted, and what
    /// stands between fences. What is pasted may have fences in it: all from the first to the last
    /// counts as such.</summary>
    public static string OwnWords(string turn)
    {
        var lines = turn.Split('\n').Select(l => l.Trim()).ToList();
        var first = lines.FindIndex(IsFence);
        var last = lines.FindLastIndex(IsFence);
        // One that nobody closes reaches to the end.
        last = last == first ? lines.Count - 1 : last;
        var words = string.Join('\n', lines.Where((line, at) =>
            (first < 0 || at < first || at > last) && !line.StartsWith('>'))).Trim();
        return words.Length > LongestTurn ? words[..LongestTurn] : words;
    }

    private static bool IsFence(string line) =>
        line.StartsWith("```", StringComparison.Ordinal)
        || line.StartsWith("~~~", StringComparison.Ordinal);

    /// <summary>What the words come to without any model, after each turn.</summary>
    private static ImmutableHashSet<SaidEdit> Exact(
        StateSet state, DesiredState before, IReadOnlyList<string> turns)
    {
        var exact = ImmutableHashSet.CreateBuilder<SaidEdit>();
        var conversation = new Conversation(state, DateTimeOffset.UnixEpoch);
        foreach (var turn in turns)
        {
            var proposal = conversation.Say(turn);
            if (proposal.Outcome != Outcome.Proposal || proposal.Files.IsEmpty)
            {
                continue;
            }
            var texts = proposal.Files.Aggregate(state, (files, file) => file.Value.Length == 0
                ? files.Without(file.Key) : files.With(file.Key, file.Value));
            if (StateReader.Read(texts).State is { } after)
            {
                exact.UnionWith(FieldEdits.Between(before, after).Select(e => e.Said));
            }
        }
        return exact.ToImmutable();
    }
}
