using Loam.Core.Catalog;
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
        if (clause is not { Verb: "remove" or "have" or "depend" or "start", Attributes.Count: 0,
                Targets: [var one, var other] }
            || clause.Verb != "remove" && !clause.Negated
            || Targets.Candidates(one) is not [var who] || Targets.Candidates(other) is not [var on]
            || !_draft.State.Services[who].DependsOn.Contains(on)
            || !clause.Lexemes.SkipWhile(l => !l.IsMention).Skip(1).TakeWhile(
                l => !l.IsMention).Any(l => l.Is(Part.Verb) && l.Text.Split(' ')[^1] is "need"
                or "needs" or "require" or "use" or "uses" or "want" or "depend"))
        {
            return null;
        }
        Touched.Add(who);
        WiringEdits.RemoveDependency(_draft, who, on);
        return Reply.Done($"no longer let {who} wait for {on}");
    }

    /// <summary>"The api doesn't need redis any more. Remove it": only says what; in the clause
    /// after it that is what goes.</summary>
    private bool IsUnneeded(Clause clause)
    {
        if (clause is { Verb: "remove" or "stop", Attributes.Count: 0, Targets: [] or
            [{ Reference: "it" }] } && turn.ToList().IndexOf(clause) is > 0 and var place
            && Unneeded.Of(turn[place - 1]) is { } unneeded)
        {
            clause.Targets.Clear();
            clause.Targets.Add(unneeded);
        }
        return clause is { Negated: true, Attributes.Count: 0 } && turn.Count > 1
            && Unneeded.Of(clause) is not null;
    }

    /// <summary>"Remove redis from the dependencies of the api": neither of them goes.</summary>
    private Reply? OfDependencies(Clause clause)
    {
        var between = clause.Lexemes.SkipWhile(l => !l.IsMention).Skip(1)
            .TakeWhile(l => !l.IsMention).Any(l => l.IsGlue("from"));
        // "The dependency of nginx on the api"
        if (!between && clause is { Verb: "remove", Attributes.Count: 0, Targets: [var waits,
                var needed] } && clause.Lexemes.Any(l => l.IsField("depends"))
            && Targets.Candidates(waits) is [var one] && Targets.Candidates(needed) is [var two]
            && _draft.State.Services[one].DependsOn.Contains(two))
        {
            clause.Explains();
            Touched.Add(one);
            WiringEdits.RemoveDependency(_draft, one, two);
            return Reply.Done($"no longer let {one} wait for {two}");
        }
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
        // "Point the api at another database: URL=…" says why, where something exact is named.
        var others = targets.Where(t => exact.Count > 0 && t.Named(Known.Service) is null
            && turn.Any(c => c.Attributes.OfType<VariableAttribute>().Any()
                && IsOther(c, t))).ToList();
        return [.. targets.Except(others).Where(t => t.Reference is not null
            || t.Named(Known.Service) is not null
            || Targets.Candidates(t) is not { Count: > 1 } all || !all.Any(exact.Contains))];
    }

    /// <summary>"Another database", "a different one": none that is here.</summary>
    private static bool IsOther(Clause clause, Target target)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.Text == target.Text);
        return at > 0 && clause[at - 1].Text.Split(' ')[^1] is "different" or "another" or "other"
            or "new";
    }

    /// <summary>"Everything that belongs to gitea": gitea, and what works for it alone. Everything
    /// beside something named is asked about; null: nothing is in doubt.</summary>
    private Reply? Everything(Clause clause, List<Target> others)
    {
        var named = others.FindAll(t => t.Reference is null or "it" or "them");
        if (clause.Verb is not ("remove" or "stop" or "restart") || named.Count == 0
            || clause.Except.Count > 0 || others.RemoveAll(t => t.Reference is "all") == 0)
        {
            return null;
        }
        var names = named.SelectMany(t => Targets.Resolve(t, clause).Names)
            .ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0 || !clause.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "related"
            or "belongs" or "belonging" or "belong" or "associated" or "connected" or "around"
            or "about" or "of" or "concerning" or "regarding" or "needs" or "uses")))
        {
            return Reply.Ask($"Shall I {clause.Verb} everything, or {Wording.List(names, "or")} "
                + "alone?", [$"{clause.Verb} {Wording.List(names)}"]);
        }
        foreach (var needed in names.SelectMany(n => _draft.State.Services[n].DependsOn).ToList())
        {
            if (_draft.State.Services.Values.Where(s => s.DependsOn.Contains(needed))
                .All(s => names.Contains(s.Name)))
            {
                others.Add(new(needed, [new(Known.Service, needed)], null, false, null));
            }
        }
        clause.Explains();
        return null;
    }

    /// <summary>What shall be left alone; "except nextcloud and its database": whatever it works
    /// with, too.</summary>
    private HashSet<string> Excepted(Clause clause)
    {
        var except = clause.Except.Concat(turn.Where(c => c.Negated && c != clause
                && c.Attributes.Count == 0 && Unneeded.Of(c) is null).SelectMany(c => c.Targets))
            .SelectMany(Targets.Candidates).ToHashSet(StringComparer.Ordinal);
        if (clause.Except.Exists(t => t.Named(Known.Role) is not null)
            || clause.Except.Count > 0 && clause.Lexemes.Any(l => l.Text is "its" or "their"))
        {
            except.UnionWith(except.ToList().SelectMany(
                e => _draft.State.Services[e].DependsOn));
        }
        return except;
    }

    /// <summary>"Another one, called cache2": one more of what was spoken of last.</summary>
    private void Another(Clause clause)
    {
        // "A second worker called worker-2": from the same image.
        if (clause.Verb is "create" or "have" or "start" or "" or "set" or "depend" or "connect"
                or "publish" or "limit"
            && clause.Attributes.Exists(a => a is NameAttribute)
            && clause.Targets.FindAll(t => t.Reference is not "it") is
                [{ IsAnother: true, Reference: null } one]
            && Targets.Candidates(one) is [var twin] && _draft.AppOf(twin) is null
            && _draft.State.Services[twin].Image is var image
            && clause.Attributes.OfType<ImageAttribute>().All(i => i.Image == image
                || i.Image.TagIsImplied && i.Image.Product == twin))
        {
            clause.Attributes.RemoveAll(a => a is ImageAttribute);
            clause.Attributes.Add(new ImageAttribute(image));
            clause.Targets.Clear();
            clause.Verb = "create";
        }
        // "Give nginx a twin called nginx-b": what the catalogue knows is made as new.
        else if (clause.Verb == "set" && clause.Attributes.Exists(a => a is NameAttribute)
            && clause.Targets is [{ IsAnother: true, Reference: null } known] && IsMakeable(known))
        {
            clause.Verb = "create";
        }
        if (clause.Attributes.Exists(a => a is NameAttribute)
            && clause.Targets is [{ Reference: "it", IsAnother: true } or { Reference: "second" }]
            && Focus is [.., var last] && _draft.AppOf(last) is { } app)
        {
            clause.Targets[0] = new(app.Name, [new(Known.App, app.Name)], null, false, null)
            {
                IsAnother = true,
            };
            clause.Verb = "create";
        }
    }

    /// <summary>"All services in app": those on that network.</summary>
    private void Within(Clause clause)
    {
        var all = clause.Targets.FindIndex(t => t.Reference == "all");
        var on = clause.Attributes.OfType<NetworkAttribute>().FirstOrDefault();
        var said = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Reference, "all"));
        if (all < 0 || on?.Name is not { } network || clause.Attributes.Count < 2
            || clause.Next(said) is not (>= 0 and var link) || clause.Next(link) < 0
            && !clause.Lexemes.Skip(link + 1).Take(2).Any(l => l.Named(Known.Network) == network)
            || !(clause[link].IsGlue("in") || clause[link].IsGlue("on")))
        {
            return;
        }
        clause.Attributes.Remove(on);
        clause.Targets[all] = clause.Targets[all] with
        {
            Chosen = [.. _draft.State.Services.Values.Where(s => s.Networks.Contains(network))
                .Select(s => s.Name)],
        };
    }

    /// <summary>"With a 20 GB volume": the one its data are in.</summary>
    private Reply Stored(Clause clause, string name, Amount size)
    {
        var volumes = _draft.State.Services[name].Volumes.Select(v => v.Source)
            .Where(_draft.State.Volumes.ContainsKey).Distinct().ToList();
        var volume = volumes.Count == 1 || _draft.AppOf(name) is not null && Made.Contains(name)
            ? volumes.FirstOrDefault() : null;
        return volume is not null
            ? new Subjects.Storage.VolumeEdits(Subjects.Storage.StorageSubject.Instance, session)
                .Resize(clause, volume, new() { Volumes = [volume] }, size)
            : volumes.Count == 0
                ? Reply.Ask($"{name} keeps nothing in a volume. At which path are its data?", [])
                : Reply.Ask($"Which volume of {name} do you mean: "
                    + $"{Wording.List(volumes, "or")}?", volumes);
    }

    /// <summary>"Home assistant's broker gets 128 MB" is about what it waits for; what nobody
    /// knows of it is not itself.</summary>
    private Reply? Belonging(Clause clause, List<string> names)
    {
        if (names is not [var name] || !clause.Attributes.Exists(a => a is LimitAttribute)
            || Owned(clause) is not (>= 0 and var at) || !clause[at].Is(Part.Unknown)
            || clause[at].Corrected || at + 1 >= clause.Count || !clause[at + 1].Is(Part.Verb))
        {
            return null;
        }
        var word = clause[at].Text;
        clause.Use(at);
        if (_draft.State.Services[name].DependsOn.Where(d => _draft.State.Services.TryGetValue(d,
                out var needed) && AppCatalog.ByImage(needed.Image)?.Roles.Any(
                    r => r.Split(' ').Contains(word)) == true).ToList() is [var other])
        {
            names[0] = other;
            return null;
        }
        return Reply.Ask($"I don't know \"{word}\" of {name}. Which service shall get that?",
            [name]);
    }
}
