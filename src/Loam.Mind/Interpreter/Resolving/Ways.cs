using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Resolving;

/// <param name="Clauses">The turn as it was read.</param>
internal sealed record Way(TurnResult Result, List<Clause> Clauses);

/// <summary>The ways to read one turn: where it is cut, and to whom each clause belongs. The
/// likeliest is tried first; others are tried where it came to nothing, or leaves something
/// unexplained that another accounts for. Whichever is taken, the session is as it left it.
/// </summary>
internal sealed class Ways(
    Session session, IReadOnlyList<Sentence> sentences, IReadOnlyList<List<int>> starts)
{
    /// <summary>What speaks against another way must be less by this, or it is not tried.
    /// </summary>
    private const double Margin = 0.15;

    /// <summary>What may speak against another way at most.</summary>
    private const double MostAgainst = 0.5;

    /// <summary>Other ways that are tried at most.</summary>
    private const int MostTried = 4;

    private const int MostClauses = 5;
    private const int NotUnderstood = 1;

    /// <summary>Nobody could tell of which service it was.</summary>
    private const double Untargeted = 0.5;

    private readonly Moment _start = session.Remember();

    public static List<Clause> Read(List<Clause> clauses, Session session)
    {
        for (var at = 0; at < clauses.Count; at++)
        {
            ClauseReader.Read(clauses[at], new(session, clauses[..at]));
        }
        return clauses;
    }

    /// <param name="plain">The turn cut by its verbs, already read.</param>
    /// <param name="answers">A question was open, which it may complete.</param>
    public Way Best(List<Clause> plain, bool answers = false)
    {
        if (!answers && new LeafSwap(session, sentences, _start).OfPath() is { } moved)
        {
            return moved;
        }
        var best = Whole(plain);
        return answers || !Gist.IsWanted(best.Result) ? best
            : new Gist(session, sentences, _start).Of(best)
                ?? new LeafSwap(session, sentences, _start).Of() ?? best;
    }

    /// <summary>Everything that was said is taken as wished.</summary>
    public Way Whole(List<Clause> plain)
    {
        var best = Surer(plain);
        return best.Result.Outcome == Outcome.Question || IsNotUnderstood(best.Result)
            || best.Result is { Outcome: Outcome.NoChange or Outcome.Refusal,
                Confidence: < Restating.Sure }
            || best.Result is { Outcome: Outcome.Proposal, Confidence: < Restating.Sure }
                && best.Clauses.Exists(c => c.Question is null && Account.IsStrange(c))
            ? Otherwise(best) : best;
    }

    public static bool IsNotUnderstood(TurnResult result) => result.Outcome == Outcome.Refusal
        && result.Message == Refusals.NotUnderstood;

    private Way Run(List<Clause> clauses) =>
        new(new TurnRun(session, clauses, trusted: false).Go(), clauses);

    /// <summary>Null: the files would not be valid.</summary>
    private Way? Tried(List<Clause> clauses)
    {
        var before = session.Draft.Files;
        try
        {
            return Run(clauses);
        }
        catch (Exception fault) when (fault is InvalidDraftException or EditException)
        {
            session.Draft.Restore(before);
            return null;
        }
    }

    /// <summary>A turn can be cut in two ways: what comes to a proposal, and leaves less over, is
    /// what was meant.</summary>
    private Way Surer(List<Clause> plain)
    {
        // First of all, so that no other way can use up what it costs.
        var first = Tried(plain);
        var failed = first is null || first.Result.Outcome == Outcome.Question
            || IsNotUnderstood(first.Result) || Refusals.IsOfShell(first.Result.Message);
        var after = session.Remember();
        session.Recall(_start);
        var cutting = new Cutting(sentences, starts, session);
        var other = session.Effort.Within(() => cutting.Other(failed: false)
            ?? (failed ? cutting.Other(failed: true) : null));
        if (other is null || first is { Result.Outcome: Outcome.Answer }
            || (first is { Result: { Outcome: Outcome.Proposal, Confidence: > 0.95 } }
                && other.Gains < 0.2)
            || (first is { Result: { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure } }
                && other.Joins))
        {
            session.Recall(after);
            return first ?? Run(plain);
        }
        if (session.Effort.Within(() => Tried(Read(other.Clauses, session))) is { } second
            && (first is null || IsSurer(second.Result, first.Result, other.Gains)))
        {
            return second;
        }
        session.Recall(after);
        return first ?? Run(plain);
    }

    private static bool IsSurer(TurnResult second, TurnResult first, double gains) =>
        second.Outcome switch
        {
            Outcome.Proposal => second.Confidence >= Restating.Sure
                && (first.Outcome != Outcome.Proposal
                    || second.Confidence + gains > first.Confidence + 0.05),
            Outcome.Question => IsNotUnderstood(first),
            _ => false,
        };

    /// <summary>One clause read by somebody else than the likeliest, where that accounts for more
    /// and comes to a proposal.</summary>
    private Way Otherwise(Way best)
    {
        var after = session.Remember();
        if (session.Effort.Within(() => Another(best)) is { } another)
        {
            return another;
        }
        session.Recall(after);
        return best;
    }

    private Way? Another(Way best)
    {
        session.Recall(_start);
        var first = Read(Uncut(), session);
        var costs = first.ConvertAll(c => Account.Cost(c, session));
        var cost = costs.Sum() + (IsNotUnderstood(best.Result) ? NotUnderstood : 0)
            + (best.Result.LacksTarget ? Untargeted : 0);
        var others = first.Count > MostClauses ? [] : Others(first, costs)
            .Where(o => o.Cost < Math.Min(MostAgainst, cost - Margin)).OrderBy(o => o.Cost)
            .Take(MostTried).ToList();
        foreach (var other in others)
        {
            session.Recall(_start);
            if (Tried(Cut(other.Choices)) is { Result: { Outcome: Outcome.Proposal,
                Confidence: >= Restating.Sure } } way)
            {
                return way;
            }
        }
        return Told(first, costs);
    }

    /// <summary>"The site is gone, remove wordpress and its database": where the turn makes no
    /// sense as wishes alone, a clause of it only tells something.</summary>
    private Way? Told(List<Clause> first, List<double> costs)
    {
        var told = Enumerable.Range(0, first.Count)
            .Where(at => Circumstances.MayTell(first[at])).Take(MostTried).ToList();
        if (first.Count is < 2 or > MostClauses || told.Count == first.Count)
        {
            return null;
        }
        foreach (var at in told)
        {
            // What is left must be understood without it.
            if (costs.Sum() - costs[at] > MostAgainst)
            {
                continue;
            }
            session.Recall(_start);
            var cut = Read(Uncut(), session);
            cut[at].IsTold = true;
            if (Tried(cut) is { Result: { Outcome: Outcome.Proposal,
                Confidence: >= Restating.Sure } } way)
            {
                return way;
            }
        }
        return null;
    }

    private List<(double Cost, int[] Choices)> Others(List<Clause> first, List<double> costs)
    {
        var others = new List<(double Cost, int[] Choices)>();
        // Several may be misread at once: each as it costs least.
        var (all, sum, changed) = (new int[first.Count], costs.Sum(), 0);
        for (var at = 0; at < first.Count; at++)
        {
            var (best, least) = (0, costs[at] - Margin);
            for (var choice = 1; choice < first[at].Owners!.Count; choice++)
            {
                // Nobody takes a clause without a word that is its own.
                if (first[at].Owners![choice] is { } subject
                    && !first[at].Lexemes.Any(subject.Words.Owns))
                {
                    continue;
                }
                var clause = Uncut()[at];
                (clause.Owners, clause.Choice) = (first[at].Owners, choice);
                ClauseReader.Read(clause, new(session, first[..at]));
                var cost = Account.Cost(clause, session);
                var choices = new int[first.Count];
                choices[at] = choice;
                others.Add((costs.Sum() - costs[at] + cost, choices));
                (best, least) = cost < least ? (choice, cost) : (best, least);
            }
            all[at] = best;
            sum += best > 0 ? least - costs[at] : 0;
            changed += best > 0 ? 1 : 0;
        }
        return changed > 1 ? [(sum, all), .. others] : others;
    }

    private List<Clause> Cut(int[] choices)
    {
        var cut = Uncut();
        for (var at = 0; at < cut.Count; at++)
        {
            cut[at].Choice = choices[at];
        }
        return Read(cut, session);
    }

    /// <summary>The clauses before anybody read them.</summary>
    private List<Clause> Uncut() =>
        [.. sentences.Zip(starts, ClauseSplitter.Clauses).SelectMany(c => c)];
}
