using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>One app in the place of another, and apps that are made for one that is there.
/// </summary>
internal sealed partial class Resolver
{
    /// <summary>"Valkey instead of redis".</summary>
    private void Instead(Clause clause)
    {
        if (clause.Verb is "have" or "set" or "create" or ""
            && clause.Targets is [{ } wanted, { } instead] && wanted.Named(Known.App) is not null
            && clause.Lexemes.Any(l => l.IsGlue("insteadof"))
            && Targets.Candidates(instead).Count == 1)
        {
            clause.Targets.Reverse();
            clause.Verb = "replace";
        }
        // "Valkey instead of redis", and there is no redis.
        else if (clause.Verb is "have" or "set" or "create" or ""
            && clause.Lexemes.Any(l => l.IsGlue("insteadof"))
            && clause.Targets is [{ } meant, { } spurned] && meant.Named(Known.App) is not null
            && spurned.Named(Known.App) is not null && Targets.Candidates(spurned).Count == 0)
        {
            clause.Targets.Remove(spurned);
        }
    }

    /// <summary>"replace redis with valkey"; null when nothing new is named.</summary>
    private List<Reply>? Replacement(Clause clause)
    {
        if (clause.Targets is not [var old, var made] || made.Named(Known.App) is null
            || Targets.Candidates(made).Count > 0)
        {
            return null;
        }
        var found = Targets.Resolve(old, clause);
        if (found.Problem is not null || found.Names.Count != 1)
        {
            return [found.Problem ?? Missing(clause, old)];
        }
        var oldData = !_draft.State.Services[found.Names[0]].Volumes.IsEmpty
            || _draft.AppOf(found.Names[0])?.HasData == true;
        var removed = LifeEdits.Remove(_draft, _draft.State.Services[found.Names[0]],
            found.Names, session.BaseState);
        clause.Targets.Remove(old);
        var created = Create(clause, [made]).ToList();
        created.Add(removed);
        if (oldData)
        {
            created[0] = created[0].Note(
                $"{made.Text} does not take {found.Names[0]}'s data over.");
        }
        return created;
    }

    /// <summary>"Switch web from nginx to caddy": it stays what it is called.</summary>
    private List<Reply>? Switched(Clause clause)
    {
        if (clause.Targets.Count is not (2 or 3) || clause.Attributes.Count > 0)
        {
            return null;
        }
        var made = clause.Targets[^1];
        var old = clause.Targets[^2];
        var froms = clause.Lexemes.Any(l => l.IsGlue("from") || l.Text.EndsWith(" from",
            StringComparison.Ordinal)) || !clause.AsksMark && AreAlike(old, made);
        if (!froms || !clause.Lexemes.Any(l => l.IsGlue("to"))
            || made.Named(Known.App) is not { } known || Targets.Candidates(made).Count > 0
            || old.Named(Known.App) is not { } former)
        {
            return null;
        }
        var keeps = clause.Targets.Count == 3 ? clause.Targets[0].Named(Known.Service) : null;
        if (keeps is null || !_draft.State.Services.ContainsKey(keeps)
            || _draft.AppOf(keeps)?.Name != former)
        {
            clause.Targets.RemoveRange(0, clause.Targets.Count - 2);
            clause.Verb = "replace";
            return Replacement(clause);
        }
        Touched.Add(keeps);
        return [ServiceEdits.Apply(_draft, keeps,
            new ImageAttribute(AppCatalog.Named(known)!.Image), clause, Targets)];
    }

    /// <summary>"Switch redis to valkey": two that do the same work.</summary>
    private static bool AreAlike(Target old, Target made) =>
        old.Named(Known.App) is { } one && made.Named(Known.App) is { } other && one != other
        && AppCatalog.Named(one)!.Roles.Intersect(AppCatalog.Named(other)!.Roles).Any();

    /// <summary>"Give nextcloud a redis": what is not there yet, or one of its own, is made for
    /// it.</summary>
    private IEnumerable<Reply>? Given(Clause clause)
    {
        if (clause is not { Verb: "set" or "have", Attributes.Count: 0, Negated: false,
                Targets: [{ } whom, { } gift] }
            || whom.Named(Known.Service) is not { } service || gift.Named(Known.App) is null
            || clause.Lexemes.ToList().FindIndex(l => l.IsMention && l.Text == gift.Text)
                is not (> 0 and var at))
        {
            return null;
        }
        var own = clause[at - 1].Text is "its own" or "own" or "another" or "a second";
        if (!own && (clause[at - 1].Text is not ("a" or "an")
            || gift.Named(Known.Service) is not null || Targets.Candidates(gift).Count > 0))
        {
            return null;
        }
        var made = own ? gift with { IsAnother = true } : gift;
        clause.Targets.Clear();
        clause.Targets.Add(made);
        clause.Verb = "create";
        return Create(clause, [made]).ToList() is [var first, .. var rest]
            ? [first with { Text = $"{first.Text} for {service}" }, .. rest] : null;
    }
}
