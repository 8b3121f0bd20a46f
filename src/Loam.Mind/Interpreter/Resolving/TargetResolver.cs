using System.Collections.Immutable;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <param name="Names">Services meant; empty with a problem, or when nothing of that name is
/// there.</param>
internal sealed record Resolved(IReadOnlyList<string> Names, Reply? Problem)
{
    public static readonly Resolved None = new([], null);
}

/// <summary>Finds the services that words mean, in the state and in what was said before.
/// </summary>
/// <param name="focus">Services the conversation was about last.</param>
internal sealed class TargetResolver(DesiredState state, IReadOnlyList<string> focus)
{
    public DesiredState State { get; } = state;

    public Resolved Resolve(Target target, Clause clause)
    {
        if (!target.Chosen.IsEmpty)
        {
            return new([.. target.Chosen.Where(State.Services.ContainsKey)], null);
        }
        if (target.Reference is { } reference)
        {
            return Refer(reference, target, clause);
        }
        var found = Candidates(target);
        if (found.Count <= 1 || target.Plural || HasEach(clause))
        {
            return new(found, null);
        }
        if (clause.Except.Count == 0 && found.Intersect(focus).ToList() is [var recent])
        {
            return new([recent], null);
        }
        if (Described(target, clause, found) is { } described)
        {
            return new([described], null);
        }
        return new([], AskWhich(target, clause, found,
            $"Which do you mean: {Wording.List(found, "or")}?"));
    }

    /// <summary>"The legacy database": what stands before the word is part of one name only.
    /// "Gitea and its database": the one that what is named with it works with.</summary>
    private string? Described(Target target, Clause clause, IReadOnlyList<string> found)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.Text == target.Text && l.IsMention);
        for (var near = at - 1; near >= 0 && near >= at - 2; near--)
        {
            var word = clause[near].Text;
            if (clause[near].Readings[0].Part is Part.Unknown or Part.Topic or Part.Field
                && found.Where(f => PartOf(f, word)).ToList() is [var named])
            {
                clause.Use(near);
                return named;
            }
        }
        var beside = clause.Targets.Where(t => t != target && t.Reference is null)
            .SelectMany(Candidates).Except(found).SelectMany(n => State.Services[n].DependsOn)
            .ToHashSet(StringComparer.Ordinal);
        return found.Where(beside.Contains).ToList() is [var needed] ? needed : null;
    }

    /// <summary>The services that are there of which some words speak by name.</summary>
    public static IEnumerable<string> Named(DesiredState state, IEnumerable<Lexeme> said)
    {
        var targets = new TargetResolver(state, []);
        return said.Where(l => l.IsMention).SelectMany(l => targets.Candidates(
                new(l.Text, l.Namings, null, Plural: false, null)))
            .Where(state.Services.ContainsKey).Distinct();
    }

    /// <summary>Every service the words fit.</summary>
    public IReadOnlyList<string> Candidates(Target target)
    {
        var found = Named(target);
        if (target.Owner is not { } owner)
        {
            return found;
        }
        var owners = owner.Reference is not null ? focus : Candidates(owner);
        var dependencies = owners.Where(State.Services.ContainsKey)
            .SelectMany(o => State.Services[o].DependsOn).ToHashSet(StringComparer.Ordinal);
        var owned = found.Where(f => dependencies.Contains(f)
            || owners.Any(o => f != o && f.Contains(o, StringComparison.Ordinal))).ToList();
        return owned;
    }

    private IReadOnlyList<string> Named(Target target)
    {
        if (target.Named(Known.Service) is { } exact && State.Services.ContainsKey(exact)
            && !(target.Plural && target.Named(Known.Role) is not null))
        {
            return [exact];
        }
        var found = new List<string>();
        foreach (var service in State.Services.Values)
        {
            var app = AppCatalog.ByImage(service.Image);
            if (target.Namings.Any(n => n.Known switch
            {
                Known.App => app?.Name == n.Name || PartOf(service.Name, n.Name),
                Known.Role => app?.Roles.Contains(n.Name) == true
                    || n.Name.Split(' ').Any(w => PartOf(service.Name, w)),
                _ => false,
            }))
            {
                found.Add(service.Name);
            }
        }
        return Narrowed(found, target);
    }

    /// <summary>"The site" is what is published, where several could serve one.</summary>
    private List<string> Narrowed(List<string> found, Target target)
    {
        if (found.Count < 2 || target.Plural || target.Named(Known.Role) is not { } role)
        {
            return found;
        }
        var defaults = found.Where(f => AppCatalog.ByImage(State.Services[f].Image) is { } app
            && app.DefaultFor.Contains(role)).ToList();
        return defaults.Count == 1 && role is not ("database" or "db") ? defaults : found;
    }

    private static bool PartOf(string service, string word) =>
        word.Length > 1 && service.Split('-').Contains(word);

    private static bool HasEach(Clause clause) =>
        clause.Lexemes.Any(l => l.IsGlue("each"));

    private Resolved Refer(string reference, Target target, Clause clause)
    {
        var known = focus.Where(State.Services.ContainsKey).ToList();
        switch (reference)
        {
            case "all" when State.Services.IsEmpty:
                return new([], Reply.Same("There are no services here."));
            case "all":
                return new([.. State.Services.Keys], null);
            case "other" when known.Count > 0:
                return Other(known, target, clause);
            case "them" when known.Count > 0:
                return new(known, null);
            case "it" when known.Count == 1:
                return new(known, null);
            case "it" when known.Count > 1:
                return new([], AskWhich(target, clause, known,
                    $"Which do you mean: {Wording.List(known, "or")}?"));
            case "first" or "former" when known.Count > 0:
                return new([known[0]], null);
            case "second" when known.Count > 1:
                return new([target.Text.StartsWith("the l", StringComparison.Ordinal)
                    ? known[^1] : known[1]], null);
        }
        return State.Services.Count == 1 ? new([State.Services.Keys.First()], null)
            : new([], WhichService(clause, target));
    }

    /// <summary>"The other one" is of the same kind as the one spoken of; "the others" are all.
    /// </summary>
    private Resolved Other(List<string> known, Target target, Clause clause)
    {
        var others = State.Services.Keys.Except(known).ToList();
        if (others.Count < 2 || target.Text.EndsWith('s')
            || target.Text is "the rest" or "everything else")
        {
            return new(others, null);
        }
        var roles = known.Select(k => AppCatalog.ByImage(State.Services[k].Image)).OfType<App>()
            .ToList();
        var alike = others.Where(o => AppCatalog.ByImage(State.Services[o].Image) is { } app
            && roles.Contains(app)).ToList();
        alike = alike.Count > 0 ? alike : [.. others.Where(o =>
            AppCatalog.ByImage(State.Services[o].Image) is { } app
            && roles.Exists(r => r.Roles.Intersect(app.Roles).Any()))];
        alike = alike.Count > 0 ? alike : others;
        return alike is [var only] ? new([only], null) : new([], AskWhich(target, clause, alike,
            $"Which other one do you mean: {Wording.List(alike.Take(10), "or")}?"));
    }

    /// <summary>Asks for the service when none was named.</summary>
    public Reply WhichService(Clause clause, Target? target)
    {
        var names = State.Services.Keys.ToList();
        if (names.Count == 0)
        {
            return Reply.Ask("There are no services yet. What shall I set up?",
                ["a web server", "a PostgreSQL database"]);
        }
        var question = $"Which service do you mean: {Wording.List(names.Take(10), "or")}?";
        return AskWhich(target, clause, names, question) with { IsAimless = true };
    }

    /// <summary>Asks which of some services is meant.</summary>
    /// <summary>Where something waits for "it", that is not itself.</summary>
    public TargetResolver Without(string name) => new(State, [.. focus.Where(f => f != name)]);

    public static Reply WhichOf(IReadOnlyList<string> names, Clause clause) => AskWhich(null,
        clause, names, $"Which service do you mean: {Wording.List(names, "or")}?");

    private static Reply AskWhich(
        Target? target, Clause clause, IReadOnlyList<string> names, string question) =>
        Reply.Ask(question, names, answer =>
        {
            var chosen = Chosen(names, answer);
            if (chosen.IsEmpty)
            {
                return false;
            }
            var put = (target ?? new Target("", [], null, false, null)) with { Chosen = chosen };
            var index = target is null ? -1 : clause.Targets.IndexOf(target);
            if (index >= 0)
            {
                clause.Targets[index] = put;
            }
            else
            {
                ReplaceInAttributes(clause, target, put);
            }
            return true;
        });

    private static void ReplaceInAttributes(Clause clause, Target? target, Target put)
    {
        for (var at = 0; at < clause.Attributes.Count; at++)
        {
            if (clause.Attributes[at] is DependsAttribute depends && target is not null
                && depends.On.Contains(target))
            {
                clause.Attributes[at] = new DependsAttribute(
                    [.. depends.On.Select(t => t == target ? put : t)]);
                return;
            }
        }
        clause.Targets.Add(put);
    }

    /// <summary>The names an answer picks out: by name, by part of a name, by "both", by "the
    /// first".</summary>
    private static ImmutableArray<string> Chosen(IReadOnlyList<string> names, Clause answer)
    {
        var chosen = new List<string>();
        // "Not gitea's, nextcloud's"
        var not = answer.Lexemes.Take(2).Any(l => l.IsGlue("not"))
            ? answer.Lexemes.ToList().FindIndex(l => l.IsGlue("comma") || l.IsGlue("but")) : -1;
        for (var at = not + 1; at < answer.Count; at++)
        {
            var lexeme = answer[at];
            if (chosen.Count > 0 && IsTold(answer, at))
            {
                break;
            }
            switch (lexeme.Key(Part.Reference))
            {
                case "them" or "all":
                    return [.. names];
                case "first" or "former":
                    return [names[0]];
                case "second" when names.Count > 1:
                    return [names[^1]];
            }
            var words = lexeme.Text.Split(' ', '-');
            var exact = names.Where(n => n == lexeme.Named(Known.Service)
                || n == lexeme.Text).ToList();
            chosen.AddRange(exact.Count > 0 ? exact
                : names.Where(n => lexeme.Readings[0].Part is Part.Mention
                        or Part.Unknown
                    && words.All(w => PartOf(n, w) || PartOf(n, w == "database" ? "db" : w))));
        }
        return [.. chosen.Distinct()];
    }

    /// <summary>"Nextcloud's, gitea is doing fine", "the blog's, not stats": what follows says
    /// which is not meant.</summary>
    private static bool IsTold(Clause answer, int at) => (answer[at].IsGlue("comma")
            || answer[at].IsGlue("but") || answer[at].IsGlue("not"))
        && answer.Lexemes.Skip(at).TakeWhile((l, i) => i == 0 || !l.IsGlue("comma")).Any(
            l => l.IsGlue("is") || l.IsGlue("not") || l.Is(Part.Verb));
}
