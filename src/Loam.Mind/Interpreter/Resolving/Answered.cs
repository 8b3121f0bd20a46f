using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>A turn that answers a question, and says more behind the answer.</summary>
internal static class Answered
{
    /// <summary>Runs what waited for the answer, and what else was said.</summary>
    /// <param name="pending">What waited; the answer is in it.</param>
    /// <param name="rest">The clauses after the answer.</param>
    public static TurnResult With(Pending pending, List<Clause> rest, Session session)
    {
        var result = new TurnRun(session, pending.Clauses, trusted: true).Go();
        // "The worker. Three of them": the answer to what would be asked next.
        if (session.Pending is { } next
            && rest.Find(c => c.Verb.Length == 0 && next.Fill(c)) is { } second)
        {
            session.Pending = null;
            rest.Remove(second);
            result = new TurnRun(session, next.Clauses, trusted: true).Go();
        }
        return Further(result, rest, session);
    }

    /// <summary>"Gitea. And put the api on two copies": what is wished besides the answer.
    /// </summary>
    private static TurnResult Further(TurnResult done, List<Clause> rest, Session session)
    {
        rest.RemoveAll(c => c.Question is not null || c.Verb.Length == 0
            && c.Attributes.Count == 0);
        if (rest.Count == 0 || done.Outcome is not (Outcome.Proposal or Outcome.NoChange)
            || session.Pending is not null)
        {
            return done;
        }
        var before = session.Remember();
        var more = new TurnRun(session, rest, trusted: false).Go();
        if (more is not { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure })
        {
            session.Recall(before);
            return done;
        }
        if (done.Outcome != Outcome.Proposal)
        {
            return more;
        }
        session.Before.Pop();
        return more with { Message = $"{done.Message} {more.Message}" };
    }
}
