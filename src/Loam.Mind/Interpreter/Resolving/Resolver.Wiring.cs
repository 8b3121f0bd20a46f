using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>Which services belong together: what one waits for, what is meant with another.
/// </summary>
internal sealed partial class Resolver
{
    /// <summary>"The api no longer needs redis" is about the api, where it waits for redis.
    /// </summary>
    private Reply? NoLonger(Clause clause)
    {
        if (clause is not { Verb: "remove" or "have" or "depend", Attributes.Count: 0,
                Targets: [var one, var other] }
            || clause.Verb != "remove" && !clause.Negated
            || Targets.Candidates(one) is not [var who] || Targets.Candidates(other) is not [var on]
            || !_draft.State.Services[who].DependsOn.Contains(on)
            || !clause.Lexemes.Any(l => l.Is(Part.Verb) && l.Text.Split(' ')[^1] is "need"
                or "needs" or "require" or "use" or "want" or "depend"))
        {
            return null;
        }
        Touched.Add(who);
        WiringEdits.RemoveDependency(_draft, who, on);
        return Reply.Done($"no longer let {who} wait for {on}");
    }

    /// <summary>"Remove redis from the dependencies of the api": neither of them goes.</summary>
    private Reply? OfDependencies(Clause clause)
    {
        var between = clause.Lexemes.SkipWhile(l => !l.IsMention).Skip(1)
            .TakeWhile(l => !l.IsMention).Any(l => l.IsGlue("from"));
        if (clause is not { Verb: "remove", Attributes.Count: 0, Targets: [var gone, var whose] }
            || !between || Targets.Candidates(gone) is not [var on]
            || Targets.Candidates(whose) is not [var who])
        {
            return null;
        }
        Touched.Add(who);
        if (!_draft.State.Services[who].DependsOn.Contains(on))
        {
            return Reply.Ask($"{who} does not wait for {on}. What of {on} shall go from {who}?",
                []);
        }
        clause.Explains();
        WiringEdits.RemoveDependency(_draft, who, on);
        return Reply.Done($"no longer let {who} wait for {on}");
    }

    /// <summary>"The monitoring, prometheus and grafana": what is named exactly says what the
    /// general word means.</summary>
    private List<Target> Unexplained(List<Target> targets)
    {
        var exact = targets.Where(t => t.Reference is null && Targets.Candidates(t).Count == 1)
            .SelectMany(Targets.Candidates).ToHashSet(StringComparer.Ordinal);
        return [.. targets.Where(t => t.Reference is not null || t.Named(Known.Service) is not null
            || Targets.Candidates(t) is not { Count: > 1 } all || !all.Any(exact.Contains))];
    }

    /// <summary>What shall be left alone; "except nextcloud and its database": whatever it works
    /// with, too.</summary>
    private HashSet<string> Excepted(Clause clause)
    {
        var except = clause.Except.Concat(turn.Where(c => c.Negated && c != clause
                && c.Attributes.Count == 0).SelectMany(c => c.Targets))
            .SelectMany(Targets.Candidates).ToHashSet(StringComparer.Ordinal);
        if (clause.Except.Exists(t => t.Named(Known.Role) is not null)
            || clause.Except.Count > 0 && clause.Lexemes.Any(l => l.Text is "its" or "their"))
        {
            except.UnionWith(except.ToList().SelectMany(
                e => _draft.State.Services[e].DependsOn));
        }
        return except;
    }
}
