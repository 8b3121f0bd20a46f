using System.Text.RegularExpressions;
using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter;

/// <summary>Turns that take a part of what was said back.</summary>
public sealed partial class Conversation
{
    /// <summary>"Api: 1 GB and 3 replicas", "leave the replicas".</summary>
    private Proposal? FieldsBack(string turn, Session session)
    {
        if (_said.Count == 0 || session.Pending is not null || session.Focus.Count == 0)
        {
            return null;
        }
        var now = session.Remember();
        var back = FieldBack.Apply(Lexemes(turn, session, out _), session);
        if (back.Count == 0)
        {
            return null;
        }
        session.UndoesTo(now);
        _said.Add(new(turn, now, Stands: true));
        return session.Draft.Files.ChangedFrom(_files).Any()
            ? Made(Outcome.Proposal, $"I leave {Wording.List(back)} as before; what else was said "
                + "stays.", 1, [])
            : Made(Outcome.NoChange, "Then everything stays as it is.", 1, []);
    }

    /// <summary>"Remove jellyfin", "actually only stop it": it is still there.</summary>
    private Proposal? OnlyStopped(string turn, Session session)
    {
        if (_said is not [.., { Stands: true } last] || session.Pending is not null
            || session.LastWishes is not [{ Verb: "remove", Subject: null }]
            || session.BaseState.Services.Keys.Where(
                n => !session.Draft.State.Services.ContainsKey(n)).ToList() is not [var gone])
        {
            return null;
        }
        var said = Lexemes(turn, session, out _);
        var it = said.Find(l => l.Text is "it");
        if (it is null || said.Exists(l => l.IsMention || l.IsVerb("remove") || l.IsVerb("undo"))
            || !said.Exists(l => l.IsGlue("instead") || l.IsGlue("only") || l.IsGlue("not"))
            || !said.Exists(l => l.IsVerb("stop") || l.IsVerb("restart") || l.IsVerb("start")))
        {
            return null;
        }
        var now = session.Remember();
        session.Recall(last.Before);
        var text = It().Replace(turn, gone);
        var again = session.Effort.Within(() => Attempt(text, session));
        if (again is not { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure })
        {
            session.Recall(now);
            return null;
        }
        session.UndoesTo(now);
        _said[^1] = new(text, last.Before, Stands: true);
        return again;
    }

    [GeneratedRegex(@"\bit\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex It();
}
