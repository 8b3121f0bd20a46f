using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What is not there yet: apps of the catalogue and images.</summary>
internal sealed partial class Resolver
{
    /// <summary>Services one turn makes at most; what they need comes on top.</summary>
    private const int MostMade = 12;

    /// <summary>Targets that are to be made, because nothing of that kind is there or another
    /// one is wanted.</summary>
    private List<Target> Creations(Clause clause, out List<Target> others)
    {
        others = [];
        var made = new List<Target>();
        if (!MayCreate(clause))
        {
            others.AddRange(clause.Targets);
            return made;
        }
        // "A render queue: image IMAGE": of what kind it is, the image says better.
        var image = clause.Attributes.Exists(a => a is ImageAttribute);
        foreach (var target in clause.Targets.Where(t => !image || t.Named(Known.App) is not null
            || t.Named(Known.Role) is null || Targets.Candidates(t).Count > 0))
        {
            var makeable = target.Chosen.IsEmpty && IsMakeable(target)
                && !target.IsOrigin && target.Named(Known.Service) is null;
            var there = target.Chosen.IsEmpty ? Targets.Candidates(target) : target.Chosen;
            // An app that is there under another name is still the one that is meant, but
            // "install X" next to a service that only works with X is not.
            var isNew = target.Named(Known.App) is { } app && makeable
                && there.All(n => _draft.AppOf(n)?.Name != app
                    || (IsMade(clause, target) && IsPrivate(n, app)));
            var more = clause.Attributes.Exists(
                a => a is LimitAttribute { Limit: LimitKind.Replicas, Amount.Value: not 0 });
            var another = target.IsAnother && IsMakeable(target) && !more;
            if (another || isNew || (makeable && there.Count == 0))
            {
                made.Add(target);
            }
            else
            {
                others.Add(target);
            }
        }
        DropPurposes(made, others, clause);
        made.RemoveAll(t => made.Count > 1 && IsReplaced(clause, t));
        return made;
    }

    /// <summary>"Add postgres", "we need a mariadb for the time tracker".</summary>
    private static bool IsMade(Clause clause, Target target) => clause.Verb == "create"
        || clause.Verb is "have" or "" && clause.Lexemes.ToList() is var all
            && all.FindIndex(l => l.IsMention && l.Text == target.Text) is > 0 and var at
            && all[at - 1].Text is "a" or "an" && clause.Question is null;

    /// <summary>"Valkey instead of redis": the one that is not to be made.</summary>
    private static bool IsReplaced(Clause clause, Target target)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsMention && l.Text == target.Text);
        while (--at > 0 && clause[at].Readings[0].Part == Part.Noise && !clause[at].IsMention)
        {
        }
        return at > 0 && clause[at].IsGlue("insteadof");
    }

    /// <summary>"A mailer from IMAGE, it needs redis": what is there is waited for.</summary>
    private bool Needed(Clause clause, List<Target> others)
    {
        var needs = clause.Lexemes.Any(l => l.IsVerb("have") || l.IsVerb("depend")
            || l.IsVerb("connect") || l.IsGlue("with") || l.Text.Split(' ')[0] is "uses" or "using"
                or "talks" or "wants" or "requires" or "requiring" or "needing");
        var on = others.Where(t => t.Reference is null
            && Targets.Candidates(t).Count == 1).ToList();
        if (!needs || on.Count == 0 || !others.TrueForAll(t => on.Contains(t)
            || t.Reference is "it" or "them" or "first"))
        {
            return false;
        }
        clause.Attributes.Add(new DependsAttribute(on));
        return true;
    }

    /// <summary>"IMAGE, reachable only from here": the verb says more of what shall run.</summary>
    private bool Furnishes(Clause clause, ImageReference image) =>
        clause.Verb is "publish" or "unpublish" or "limit" or "mount" or "connect" or "depend"
            or "probe"
        && !_draft.State.Services.Values.Any(s => s.Image.Name == image.Name)
        && clause.Lexemes.ToList() is var all && all.FindIndex(l => l.Is(Part.Image))
            is var at and >= 0 && all.FindIndex(l => l.IsVerb(clause.Verb)) > at;

    /// <summary>It works for another service only: nextcloud-db is not "the" MariaDB.</summary>
    private bool IsPrivate(string service, string app) =>
        !service.Contains(app, StringComparison.Ordinal)
        && _draft.State.Services.Values.Any(s => s.DependsOn.Contains(service));

    private bool MayCreate(Clause clause) => clause.Verb switch
    {
        // "postgres, published on 5432" of what is not there yet.
        "publish" or "unpublish" or "limit"
            when session.BaseState.Services.IsEmpty
                && (clause.Verb == "unpublish" || !clause.Wants)
            && clause.Targets.Exists(t => t.Named(Known.App) is not null) => true,
        "create" or "have" or "start" or "watch" => true,
        "publish" or "unpublish" or "connect" or "mount" or "limit" or "depend" => clause.Wants
            || IsFurnished(clause),
        // "scale it", "redis: 512MB" change what is there; "set up" is said with an app.
        "set" => Takes(clause),
        "" => !clause.Corrects || clause.Attributes.Count == 0,
        _ => false,
    };

    /// <summary>"Take caddy", of what is not there.</summary>
    private bool Takes(Clause clause) => clause.Lexemes.Any(l => l.IsVerb("set")
            && l.Text is "take" or "bring")
        && clause.Targets.Count > 0 && clause.Targets.TrueForAll(t => t.Reference is null
            && t.Named(Known.App) is not null && Targets.Candidates(t).Count == 0);

    /// <summary>"Hedgedoc, hung on front": what shall be there is said first, how after it.
    /// </summary>
    private static bool IsFurnished(Clause clause)
    {
        var verb = clause.Lexemes.ToList().FindIndex(l => l.IsVerb(clause.Verb)
            || clause.Verb == "unpublish" && l.IsVerb("publish"));
        var thing = clause.Lexemes.ToList().FindIndex(l => l.IsMention);
        var form = verb < 0 ? "" : clause[verb].Text.Split(' ')[0];
        return thing >= 0 && thing < verb && (form.EndsWith("ed", StringComparison.Ordinal)
            || form.EndsWith("ing", StringComparison.Ordinal) || form is "hung" or "bound"
                or "reachable" or "available" or "accessible" or "plugged");
    }

    /// <summary>"Redis for caching" and "a database, MariaDB if possible" name one thing, not
    /// two.</summary>
    private void DropPurposes(List<Target> made, List<Target> others, Clause clause)
    {
        var apps = turn.SelectMany(c => c.Targets).Concat(clause.Targets)
            .Select(t => t.Named(Known.App)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        made.RemoveAll(t => t.Named(Known.App) is null && (apps.Any(a =>
                AppCatalog.Named(a)?.Roles.Contains(t.Named(Known.Role)!) == true)
            || (t.IsPurpose && made.Any(o => !o.IsPurpose))));
        if (made.Count > 0)
        {
            others.RemoveAll(t => t.IsPurpose || t.Reference is not null);
        }
    }

    private IEnumerable<Reply> Create(Clause clause, List<Target> creations)
    {
        if (Made.Count + creations.Count > MostMade)
        {
            yield return TooMany(Made.Count + creations.Count);
            yield break;
        }
        if ((Either(clause, creations) ?? OtherDatabase(clause, creations)) is { } either)
        {
            yield return either;
            yield break;
        }
        if (clause.Verb == "unpublish" && !clause.Attributes.Exists(a => a is PortAttribute))
        {
            clause.Attributes.Add(new PortAttribute(null, null, "", false, null, null)
            {
                Off = true,
            });
        }
        foreach (var target in creations)
        {
            if (Brought(target) is { } brought)
            {
                Made.Add(brought);
                Touched.Add(brought);
                if (target.Version is { } version)
                {
                    yield return ServiceEdits.Apply(
                        _draft, brought, new VersionAttribute(version), clause, Targets);
                }
                continue;
            }
            var reply = CreateOne(clause, target, out var name);
            if (name is null)
            {
                yield return reply;
                yield break;
            }
            Made.Add(name);
            Touched.Add(name);
            var each = creations.Count == 1 || clause.Lexemes.Any(l => l.IsGlue("each"))
                || target == creations[^1];
            foreach (var said in each ? Furnished(clause, name, reply) : [reply])
            {
                yield return said;
            }
        }
    }

    /// <summary>"Ghost with its mysql": ghost has brought it along already.</summary>
    private string? Brought(Target target) => target.IsAnother
        || target.Named(Known.App) is not { } app ? null
        : _draft.State.Services.Keys.FirstOrDefault(s => _draft.AppOf(s)?.Name == app
            && !Made.Contains(s) && !session.BaseState.Services.ContainsKey(s)
            && _draft.State.Services.Values.Any(o => Made.Contains(o.Name)
                && o.DependsOn.Contains(s)));

    private static Reply TooMany(int wanted) =>
        Reply.Refuse($"Those are {wanted} new services, and I make at most {MostMade} at once: "
            + "say the first of them, and then the others.");

    /// <summary>In a stack, what stands in front starts after what it stands in front of.
    /// </summary>
    public void Order()
    {
        var stack = turn.Any(c => c.Lexemes.Any(l => l.IsGlue("stack")));
        var front = Made.Find(m => _draft.AppOf(m)?.Network is not null);
        if (!stack || front is null || !_draft.State.Services[front].DependsOn.IsEmpty)
        {
            return;
        }
        foreach (var behind in Made.Where(m => m != front))
        {
            _draft.Append(ServicesFile.File, Draft.Path(front, "depends_on"),
                Core.StateFiles.Editing.EditValue.Of(behind));
        }
    }

    /// <summary>A new service with what the clause says of it; its ports are told once, as they
    /// are in the end.</summary>
    private List<Reply> Furnished(Clause clause, string name, Reply made)
    {
        var ports = clause.Attributes.Exists(a => a is PortAttribute { First: not null });
        var further = Attributes(clause, [name], duringCreation: true).ToList();
        // "…, don't start it yet"
        if (clause is { Verb: "start", Negated: true })
        {
            further.Add(LifeEdits.Stop(_draft, _draft.State.Services[name]));
        }
        if (further.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
        {
            return further;
        }
        var published = further.Where(r => r.Text.StartsWith("publish ",
            StringComparison.Ordinal)).ToList();
        further.RemoveAll(r => r.Kind == ReplyKind.Same || published.Contains(r));
        var said = NewService.Said(_draft, name);
        further.Insert(0, published.Aggregate(
            made with { Text = said.Text, Notes = ports ? [] : made.Notes },
            (all, r) => r.Notes.Aggregate(all.With(r.Risk), (to, note) => to.Note(note))));
        return further;
    }

    private Reply CreateOne(Clause clause, Target target, out string? name)
    {
        name = null;
        var app = target.Named(Known.App) is { } known ? AppCatalog.Named(known) : null;
        if (app is null)
        {
            var role = target.Named(Known.Role) ?? target.Text;
            var apps = AppCatalog.Find(role);
            if (apps.Length > 1 && !apps[0].DefaultFor.Contains(role))
            {
                return WhichApp(clause, target, role, apps);
            }
            app = apps[0];
        }
        var called = clause.Attributes.OfType<NameAttribute>().FirstOrDefault()?.Name;
        if (called is not null && _draft.State.Services.ContainsKey(called))
        {
            return Reply.Ask($"There is already a service {called}. What shall the new one be "
                + "called?", []);
        }
        name = called ?? FreeName(app.Name);
        var image = clause.Attributes.OfType<ImageAttribute>().FirstOrDefault()?.Image;
        var version = target.Version ?? image?.Tag
            ?? clause.Attributes.OfType<VersionAttribute>().FirstOrDefault()?.Version;
        var reference = image is not null && AppCatalog.ByImage(image) == app ? image.Short
            : version is null ? app.Image.Short
            : Images.WithVersion(app.Image.Short, app.Image.Tag, version);
        return NewService.Add(_draft, app, name, reference, Network(app), publish: true);
    }

    private string FreeName(string name)
    {
        var free = name;
        for (var number = 2; _draft.State.Services.ContainsKey(free); number++)
        {
            free = $"{name}-{number}";
        }
        return free;
    }

    /// <summary>New services join the one network everything is on; a stack gets its own.
    /// </summary>
    private string? Network(App? app)
    {
        var before = session.BaseState;
        if (before.Networks.Count == 1 && !before.Services.IsEmpty
            && before.Services.Values.All(s => s.Networks.Contains(before.Networks.Keys.First())))
        {
            return before.Networks.Keys.First();
        }
        var made = turn.Where(MayCreate).SelectMany(c => c.Targets).Where(IsMakeable)
            .Select(t => t.Named(Known.App)).OfType<string>().Distinct().Count();
        if (made > 1 && before.Services.IsEmpty)
        {
            return "app";
        }
        var joined = _draft.State.Networks.Count == 1 && before.Networks.IsEmpty
            ? _draft.State.Networks.Keys.First() : null;
        return joined ?? (before.Services.IsEmpty ? app?.Network : null);
    }

    /// <summary>"Use ghcr.io/acme/api:3.0 for the api": another image of the same.</summary>
    private bool IsOwn(Clause clause, ImageReference image, List<Target> others) =>
        (clause.Verb is "have" or "set" && others is [{ IsPurpose: true }]
            // "Deploy the api with ghcr.io/acme/api:2.4"
            || clause.Verb == "create" && others is [{ Reference: null, IsAnother: false }]
                && !clause.Attributes.Exists(a => a is NameAttribute))
        && others is [var only] && Targets.Candidates(only) is [var name]
        && _draft.State.Services.TryGetValue(name, out var service)
        && (service.Image.Name == image.Name || image.Product == name);

    /// <summary>"1 GB together": how it is shared out nobody said.</summary>
    private static Reply? InAll(Clause clause, List<string> names) => names.Count > 1
        && clause.Attributes.Exists(a => a is LimitAttribute { Amount.Kind: AmountKind.Absolute })
        && clause.Lexemes.Any(l => l.Text is "together" or "in total" or "altogether" or "combined"
            or "all together" or "in all" or "in sum" or "between them")
        ? Reply.Ask($"How much shall each of {Wording.List(names)} get?", []) : null;

    /// <summary>An image that is to run as something new.</summary>
    private bool Runs(Clause clause, ImageReference image, List<Target> others) =>
        clause.Verb is "create" or "start" or "have" or "" && !IsOwn(clause, image, others)
        && (Needed(clause, others) || others.TrueForAll(t => t.Reference is "it")
            || clause.Verb == "create" && others.TrueForAll(t => t.Reference is null
                && IsOfOther(t, image))
            || clause.Attributes.OfType<NameAttribute>().Any());

    /// <summary>"Run a mosquitto exporter, image sapcc/mosquitto-exporter:0.8": what is named by
    /// that only stands beside it.</summary>
    private bool IsOfOther(Target target, ImageReference image) =>
        Targets.Candidates(target) is [var name]
        && _draft.State.Services.TryGetValue(name, out var service)
        && service.Image.Product != image.Product && image.Product != name
        && image.Product.Split('-').Contains(target.Text);

    private IEnumerable<Reply> CreateFromImage(Clause clause, ImageReference image)
    {
        var name = clause.Attributes.OfType<NameAttribute>().FirstOrDefault()?.Name
            ?? FreeName(Parsing.Attributes.NameReader.AsLabel(image.Product));
        if (_draft.State.Services.ContainsKey(name))
        {
            return [Reply.Ask($"There is already a service {name}. What shall the new one be "
                + "called?", [FreeName(name)])];
        }
        if (Made.Count == MostMade)
        {
            return [TooMany(MostMade + 1)];
        }
        Made.Add(name);
        Touched.Add(name);
        var app = AppCatalog.ByImage(image);
        var first = app is not null && image.Registry == "docker.io"
            ? NewService.Add(_draft, app, name,
                image.TagIsImplied ? app.Image.Short : image.Short, Network(app), publish: true)
            : NewService.Add(_draft, image, name, Network(null));
        return Furnished(clause, name, first);
    }

    private static Reply WhichApp(
        Clause clause, Target target, string role, IReadOnlyList<App> apps) =>
        Reply.Ask($"Which {role} shall it be: {Wording.List(apps.Select(a => a.Title), "or")}?",
            apps.Select(a => a.Title), answer =>
            {
                var chosen = answer.Targets.Select(t => t.Named(Known.App)).OfType<string>()
                    .FirstOrDefault(a => AppCatalog.Named(a) is not null);
                chosen ??= answer.Lexemes.Any(l => l.Is(Part.Reference, "first")
                    || l.IsGlue("yes")) ? apps[0].Name : null;
                var index = clause.Targets.IndexOf(target);
                if (chosen is null || index < 0)
                {
                    return false;
                }
                clause.Targets[index] = target with
                {
                    Namings = [new(Known.App, chosen)],
                    Version = answer.Targets.FirstOrDefault()?.Version,
                };
                return true;
            });

    private static Reply WhichImage(Clause clause)
    {
        var name = clause.Attributes.OfType<NameAttribute>().FirstOrDefault()?.Name ?? "it";
        return Reply.Ask($"Which image or app shall {name} run? Name an app such as nginx, or an "
            + "image such as ghcr.io/owner/name:1.0.", [], answer =>
            {
                var image = answer.Attributes.OfType<ImageAttribute>().FirstOrDefault();
                if (image is not null)
                {
                    clause.Attributes.Add(image);
                    return true;
                }
                clause.Targets.AddRange(answer.Targets.Where(IsMakeable));
                return answer.Targets.Any(IsMakeable);
            });
    }
}
