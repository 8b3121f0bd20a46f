using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>This file: what takes the last turn back and says it otherwise.</summary>
internal sealed partial class TurnRun
{
    /// <summary>"No wait, the api": the same wish, of something else that is there.</summary>
    private bool IsOtherTarget(Clause clause) => clauses.Exists(c => c.Corrects)
        && clause is { Verb: "", Attributes.Count: 0, Question: null, Targets.Count: > 0,
            Subject: null }
        && clause.Targets.TrueForAll(t => t.Named(Known.Service) is { } name
            && session.BaseState.Services.ContainsKey(name));

    /// <summary>"A wiki" / "bookstack": the one that was meant by its purpose.</summary>
    private bool IsRatherThat(Clause? clause) => clause is { Verb: "", Attributes.Count: 0,
            Targets: [{ } target] } && clauses.Count == 1
        && !clause.Lexemes.Any(l => l.IsGlue("and") || l.IsGlue("also"))
        && Core.Catalog.AppCatalog.Named(target.Named(Known.App)!) is { } app
        && session.LastWishes.Exists(w => w.Targets.Exists(t => t.Named(Known.App) is null
            && t.Named(Known.Role) is { } role && app.Roles.Contains(role)));

    /// <summary>"No, caddy instead": the last turn's app goes, and what was said of it is said
    /// of the new one.</summary>
    private void Correct()
    {
        // "Remove ben // no, only lock him": he is there again.
        if (session.Before.Count > 0 && session.About is { Subject: Subjects.People.PeopleSubject }
                about && clauses is [{ Corrects: true } again]
            && again.Attributes.OfType<Subjects.People.UserAttribute>().ToList() is
                [{ Users.Count: 0, Names.Count: 0 } user]
            && about.Names.All(n => session.Draft.State.Resources.Keys.All(id => id.Name != n)))
        {
            user.Users.AddRange(about.Names);
            Pop();
            return;
        }
        if (clauses.Find(IsOtherTarget) is { } other
            && session.LastWishes is [{ Subject: null }]
            && session.Before.Count > 0)
        {
            var wish = session.LastWishes[0];
            Pop();
            other.Verb = wish.Verb;
            other.Attributes.AddRange(wish.Attributes);
            return;
        }
        var correction = clauses.Find(c => c.Verb is "" or "have" or "set" or "create"
            && c.Subject is null && c.Targets.Exists(t => t.Named(Known.App) is { } app
                && !session.LastMade.Contains(app) && t.Named(Known.Service) is null));
        var says = clauses.Exists(c => c.Corrects) || IsRatherThat(correction);
        if (correction is null || !says || session.LastMade.Count == 0
            || session.Before.Count == 0)
        {
            return;
        }
        var earlier = session.LastWishes.Find(w => w.Targets.Exists(
            t => t.Named(Known.App) is not null || t.Named(Known.Role) is not null));
        Pop();
        correction.Verb = "create";
        if (correction.Attributes.Count == 0 && earlier is not null)
        {
            correction.Attributes.AddRange(earlier.Attributes.Where(
                a => a is PortAttribute or LimitAttribute or NameAttribute));
        }
        // "valkey instead of redis" names the old one too.
        correction.Targets.RemoveAll(t => t.Named(Known.Service) is not null);
    }
}
