using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Where a job runs: in a service's container, or in the sandbox of the host.</summary>
internal static class JobPlaces
{
    public static void Read(Clause clause, JobWish wish)
    {
        var placed = new List<Target>();
        var loose = new List<Target>();
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (!clause.IsFree(at))
            {
                continue;
            }
            if (lexeme.Is(Part.Topic, "host") || IsHost(clause, at))
            {
                wish.OnHost = true;
                clause.Use(at);
                continue;
            }
            if (lexeme.IsMention && lexeme.Namings.Any(n => n.Known is Known.Service or Known.App
                or Known.Role))
            {
                var inside = Inside(clause, at);
                (inside ? placed : loose).Add(TargetReader.TargetAt(clause, at));
                clause.Use(at);
            }
            else if (lexeme.Readings[0].Part is Part.Unknown or Part.Quoted && wish.Image is null
                && at > 0 && Inside(clause, at) && !JobSeasons.IsMonth(lexeme)
                && (clause[at - 1].IsGlue("in") || at + 1 < clause.Count
                    && clause[at + 1].Text == "container"))
            {
                wish.Unknown = lexeme.Original;
                clause.Use(at);
            }
        }
        wish.Placed = placed.Count > 0;
        wish.Containers.AddRange(placed.Count > 0 ? placed : wish.OnHost ? [] : loose);
        if (placed.Count > 0)
        {
            wish.Unknown = null;
        }
    }

    /// <summary>The service that is meant; a question where several could be.</summary>
    public static (string? Name, Reply? Problem) Resolve(
        JobWish wish, Clause clause, Session session)
    {
        var targets = new TargetResolver(session.Draft.State, session.Focus);
        foreach (var target in wish.Containers)
        {
            var (names, problem) = targets.Resolve(target, clause);
            if (problem is { Suggestions: { } found })
            {
                return (null, Reply.Ask(problem.Text, found, answer =>
                {
                    var chosen = answer.Lexemes.SelectMany(l => found.Where(f =>
                        l.Named(Known.Service) == f || l.Text == f
                        || f.Split('-').Contains(l.Text))).FirstOrDefault();
                    if (chosen is null)
                    {
                        return false;
                    }
                    wish.Containers.Clear();
                    wish.Containers.Add(target with { Chosen = [chosen] });
                    return true;
                }));
            }
            if (names.Count > 0)
            {
                return (names[0], null);
            }
        }
        return wish.Containers is [var missing, ..] && wish.Placed
            ? (null, Reply.Refuse($"There is no {missing.Text} here to run it in."))
            : (null, null);
    }

    private static bool Inside(Clause clause, int at)
    {
        var before = clause.Next(at, -1);
        before = before > 0 && clause[before].Text == ":" ? before - 1 : before;
        return (before >= 0 && (clause[before].Text == "container"
                || clause[before].IsGlue("in") || clause[before].IsGlue("on")))
            || (at + 1 < clause.Count && clause[at + 1].Text is "container");
    }

    /// <summary>"On the host", "on this machine".</summary>
    private static bool IsHost(Clause clause, int at) => at > 0
        && clause[at].Text is "host" or "machine" or "this machine" or "server" or "this server"
            or "the server" or "my server" or "box" or "this box"
        && Enumerable.Range(Math.Max(0, at - 2), Math.Min(2, at)).Any(
            i => clause[i].IsGlue("on"));
}
