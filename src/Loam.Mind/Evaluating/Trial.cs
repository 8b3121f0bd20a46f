using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Context;
using Loam.Mind.Evaluating.Judging;
using Loam.Mind.Gateway;
using Loam.Mind.Thinking;

namespace Loam.Mind.Evaluating;

/// <summary>What came of the turns of one case.</summary>
/// <param name="Kind">Of the last turn.</param>
/// <param name="Files">All that changed, over all turns.</param>
/// <param name="Cost">Micro-US-dollars of all turns; null: unknown.</param>
public sealed record TrialResult(ThoughtKind Kind, string Words,
    ImmutableSortedDictionary<string, string> Files, string? By, long? Cost);

/// <summary>Says the turns of a case to models, the way that a person's go. The machine is none:
/// what a turn proposes is taken over before the next one, and nothing is kept. Of what it is sent,
/// the machine's settings keep back what they would of its own.</summary>
/// <param name="settings">The machine's.</param>
public sealed class Trial(ModelGateway gateway, PrivateAsking asking, LlmSettings settings)
{
    private static readonly HostFacts s_host = new("machine", "Debian GNU/Linux 13", "6.12", 4,
        8L << 30, 4L << 30, 200L << 30, 100L << 30, Judge.Now, "Etc/UTC", "");

    /// <param name="nonce">A new mark for each request.</param>
    /// <param name="maySend">A person has said that it may leave the machine.</param>
    /// <exception cref="ModelException">No model answers.</exception>
    public async Task<TrialResult> RunAsync(StateSet files, IReadOnlyList<string> turns,
        Func<string> nonce, bool maySend, CancellationToken cancel)
    {
        var (now, history) = (files, ImmutableArray<SaidTurn>.Empty);
        var result = new TrialResult(
            ThoughtKind.Failed, "", Changed(files, files), null, 0);
        foreach (var turn in turns)
        {
            var view = View(now);
            StateSet? proposed = null;
            var deliberation = new Deliberation(gateway, asking, settings, (answer, by, cost, _) =>
            {
                var order = new ProposalOrder(by, answer.Words, answer.Files, view.Generation);
                var (kept, findings) = ProposalCheck.Read(order, now);
                proposed = kept is null ? null : kept.Texts.Aggregate(now, (set, text) =>
                    text.Value.Length == 0 ? set.Without(text.Key)
                        : set.With(text.Key, text.Value));
                return Task.FromResult(new ProposalAnswer(kept is null ? null : "trial", findings));
            });
            var thought = await deliberation.RunAsync(
                new(view, history, [], turn, nonce()) { Privacy = settings.Privacy }, maySend,
                _ => Task.CompletedTask, cancel).ConfigureAwait(false);
            history = [.. history, new(true, turn), new(false, thought.Words)];
            now = thought.Kind == ThoughtKind.Proposed ? proposed ?? now : now;
            result = new(thought.Kind, thought.Words, Changed(files, now), thought.By,
                result.Cost + thought.Cost);
        }
        return result;
    }

    private static ImmutableSortedDictionary<string, string> Changed(StateSet from, StateSet to) =>
        to.ChangedFrom(from).ToImmutableSortedDictionary(f => f, f => to[f] ?? "",
            StringComparer.Ordinal);

    private static MachineView View(StateSet files) => MachineView.Of(1, files,
        new("machine", "0", "Docker", 1, null, null, null, null, [], [], [], []), [], s_host, [],
        []);
}
