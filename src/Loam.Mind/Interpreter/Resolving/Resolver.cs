using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>Fourth stage: decides what a clause wishes in this state and conversation, and hands
/// it to the edits.</summary>
internal sealed class Resolver(Session session, IReadOnlyList<Clause> turn)
{
    private readonly Draft _draft = session.Draft;

    /// <summary>Services this turn is about.</summary>
    public List<string> Touched { get; } = [];

    /// <summary>Services this turn made.</summary>
    public List<string> Made { get; } = [];

    private IReadOnlyList<string> Focus => Touched.Count > 0 ? Touched : session.Focus;
    private TargetResolver Targets => new(_draft.State, Focus);

    public IEnumerable<Reply> Resolve(Clause clause)
    {
        if (clause.Negated && clause.Attributes.Count == 0)
        {
            return [LeaveAlone(clause)];
        }
        if (clause.Attributes.OfType<BackupAttribute>().Any())
        {
            return Backup(clause);
        }
        if (clause.Verb is "restore" or "revert")
        {
            return [Reply.Answer("`loam history` lists the generations, and `loam revert N` plans "
                + "the way back to one of them.")];
        }
        if (clause.Verb == "replace")
        {
            if (Replacement(clause) is { } replaced)
            {
                return replaced;
            }
            clause.Verb = "set";
        }
        Revised(clause);
        var creations = Creations(clause, out var others);
        if (creations.Count > 0)
        {
            return Create(clause, creations);
        }
        return Change(clause, others);
    }

    private Reply LeaveAlone(Clause clause)
    {
        var names = clause.Targets.SelectMany(t => Targets.Candidates(t)).Distinct().ToList();
        return Reply.Same(names.Count == 0 ? "I leave everything as it is."
            : $"I leave {Wording.List(names)} as {(names.Count == 1 ? "it is" : "they are")}.");
    }

    private List<Reply> Backup(Clause clause)
    {
        var rest = clause.Attributes.Where(a => a is not BackupAttribute).ToList();
        var replies = new List<Reply>
        {
            new(ReplyKind.NotYet, "I can't set up backups yet, so that part is left out."),
        };
        clause.Attributes.Clear();
        clause.Attributes.AddRange(rest);
        if (clause.Verb != "backup" && (rest.Count > 0 || clause.Targets.Any(IsMakeable)))
        {
            replies.AddRange(Resolve(clause));
        }
        return replies;
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
        var removed = LifeEdits.Remove(_draft, _draft.State.Services[found.Names[0]],
            found.Names, session.BaseState);
        clause.Targets.Remove(old);
        var created = Create(clause, [made]).ToList();
        created.Add(removed);
        created[0] = created[0].Note($"{made.Text} does not take {found.Names[0]}'s data over.");
        return created;
    }

    private static bool IsMakeable(Target target) => target.Named(Known.App) is not null
        || target.Named(Known.Role) is not null;

    /// <summary>"make that 4", "on 8080 instead": the field is that of the turn before.</summary>
    private void Revised(Clause clause)
    {
        foreach (var bare in clause.Attributes.OfType<BareAttribute>().ToList())
        {
            var earlier = turn.TakeWhile(c => c != clause);
            var like = session.LastWishes.Concat(earlier).Reverse()
                .SelectMany(c => c.Attributes.AsEnumerable().Reverse())
                .Select(a => Like(a, bare, clause)).FirstOrDefault(a => a is not null);
            if (like is not null)
            {
                clause.Attributes[clause.Attributes.IndexOf(bare)] = like;
            }
        }
    }

    private static ClauseAttribute? Like(ClauseAttribute before, BareAttribute bare, Clause clause)
    {
        switch (before)
        {
            case LimitAttribute limit when bare.Unit == "x":
                return limit with { Amount = new(AmountKind.Factor, bare.Value, "") };
            case LimitAttribute limit when bare.Unit.Length == 0 || limit.Limit != LimitKind.Pids:
                var unit = bare.Unit.Length > 0 ? bare.Unit : limit.Amount.Unit;
                return limit with { Amount = new(AmountKind.Absolute, bare.Value, unit) };
            case PortAttribute when bare.Unit.Length == 0 && bare.Value is > 0 and < 65536:
                clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
                return new PortAttribute((int)bare.Value, null, "on", false, null, null);
            case SettingAttribute setting when bare.Unit.Length == 0:
                return setting with { Value = bare.Text };
            case VersionAttribute:
                return new VersionAttribute(bare.Text);
            default:
                return null;
        }
    }

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
        foreach (var target in clause.Targets)
        {
            var makeable = target.Chosen.IsEmpty && IsMakeable(target)
                && target.Named(Known.Service) is null;
            var there = target.Chosen.IsEmpty ? Targets.Candidates(target) : target.Chosen;
            // An app that is there under another name is still the one that is meant, but
            // "install X" next to a service that only works with X is not.
            var isNew = target.Named(Known.App) is { } app && makeable
                && there.All(n => _draft.AppOf(n)?.Name != app
                    || (clause.Verb == "create" && IsPrivate(n, app)));
            var more = clause.Attributes.Exists(
                a => a is LimitAttribute { Limit: LimitKind.Replicas });
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
        return made;
    }

    /// <summary>It works for another service only: nextcloud-db is not "the" MariaDB.</summary>
    private bool IsPrivate(string service, string app) =>
        !service.Contains(app, StringComparison.Ordinal)
        && _draft.State.Services.Values.Any(s => s.DependsOn.Contains(service));

    private static bool MayCreate(Clause clause) => clause.Verb switch
    {
        "create" or "have" or "start" or "watch" => true,
        "publish" => clause.Wants,
        // "scale it", "redis: 512MB" change what is there; "set up" is said with an app.
        "" => !clause.Corrects || clause.Attributes.Count == 0,
        _ => false,
    };

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
        foreach (var target in creations)
        {
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

    /// <summary>A new service with what the clause says of it; its ports are told once, as they
    /// are in the end.</summary>
    private List<Reply> Furnished(Clause clause, string name, Reply made)
    {
        var ports = clause.Attributes.Exists(a => a is PortAttribute { First: not null });
        var further = Attributes(clause, [name], duringCreation: true).ToList();
        if (further.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
        {
            return further;
        }
        further.RemoveAll(r => r.Kind == ReplyKind.Same
            || (r.Text.StartsWith("publish ", StringComparison.Ordinal) && r.Notes.IsEmpty));
        var said = NewService.Said(_draft, name);
        further.Insert(0, made with { Text = said.Text, Notes = ports ? [] : made.Notes });
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

    private IEnumerable<Reply> Change(Clause clause, List<Target> others)
    {
        var image = clause.Attributes.OfType<ImageAttribute>().FirstOrDefault()?.Image;
        if (image is not null && clause.Verb is "create" or "start" or "have" or ""
            && image is not null && (others.TrueForAll(t => t.Reference is "it")
                || clause.Attributes.OfType<NameAttribute>().Any()))
        {
            return CreateFromImage(clause, image);
        }
        if (clause.Verb == "create" && others.Count == 0
            && clause.Attributes.OfType<NetworkAttribute>().FirstOrDefault() is { } network
            && clause.Attributes.Count == 1)
        {
            return [WiringEdits.NewNetwork(_draft, network)];
        }
        var names = new List<string>();
        foreach (var target in others)
        {
            var found = Targets.Resolve(target, clause);
            if (found.Problem is { } problem)
            {
                return [problem];
            }
            if (found.Names.Count == 0)
            {
                return [Missing(clause, target)];
            }
            names.AddRange(found.Names.Where(n => !names.Contains(n)));
        }
        var except = clause.Except.Concat(turn.Where(c => c.Negated && c != clause
                && c.Attributes.Count == 0).SelectMany(c => c.Targets))
            .SelectMany(Targets.Candidates).ToHashSet(StringComparer.Ordinal);
        names.RemoveAll(except.Contains);
        if (names.Count == 0)
        {
            return Untargeted(clause);
        }
        Touched.AddRange(names.Where(n => !Touched.Contains(n)));
        return Act(clause, names);
    }

    private IEnumerable<Reply> CreateFromImage(Clause clause, ImageReference image)
    {
        var name = clause.Attributes.OfType<NameAttribute>().FirstOrDefault()?.Name
            ?? FreeName(Parsing.Attributes.NameReader.AsLabel(image.Product));
        if (_draft.State.Services.ContainsKey(name))
        {
            return [Reply.Ask($"There is already a service {name}. What shall the new one be "
                + "called?", [FreeName(name)])];
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

    /// <summary>Nothing of that name is there.</summary>
    private Reply Missing(Clause clause, Target target)
    {
        var names = _draft.State.Services.Keys.ToList();
        if (clause.Verb == "remove")
        {
            return Reply.Same($"There is no {target.Text} here.");
        }
        if (names.Count == 0)
        {
            return Targets.WhichService(clause, null);
        }
        var app = target.Named(Known.App) is { } known ? AppCatalog.Named(known) : null;
        var alike = app is null ? [] : names.Where(n => _draft.AppOf(n) is { } other
            && other.Roles.Intersect(app.Roles).Any()).ToList();
        return Reply.Ask($"There is no {target.Text} here. Which service do you mean: "
            + $"{Wording.List((alike.Count > 0 ? alike : names).Take(10), "or")}?",
            alike.Count > 0 ? alike : names);
    }

    private IEnumerable<Reply> Untargeted(Clause clause)
    {
        var focus = Focus.Where(_draft.State.Services.ContainsKey).ToList();
        var says = clause.Attributes.Count > 0 || clause.Verb is "restart" or "start" or "stop";
        if (clause.Attributes.OfType<PortAttribute>().FirstOrDefault() is { First: { } number }
            port && clause.Targets.Count == 0 && PortOwner(port, number) is { } owner)
        {
            Touched.Add(owner);
            return Act(clause, [owner]);
        }
        if (clause.Attributes.OfType<VariableAttribute>().FirstOrDefault() is { } variable
            && focus.Count == 0 && variable.Value is null)
        {
            focus = [.. _draft.State.Services.Values
                .Where(s => s.Environment.ContainsKey(variable.Name)).Select(s => s.Name)];
        }
        if (focus.Count > 0 && says && clause.Verb != "remove" || focus.Count == 1 && says)
        {
            Touched.AddRange(focus.Where(n => !Touched.Contains(n)));
            return Act(clause, focus);
        }
        if (_draft.State.Services.Count == 1 && says)
        {
            Touched.Add(_draft.State.Services.Keys.First());
            return Act(clause, [_draft.State.Services.Keys.First()]);
        }
        if (clause.Verb is "create" or "have" && clause.Attributes.All(a => a is NameAttribute
            or PortAttribute or LimitAttribute))
        {
            return [WhichImage(clause)];
        }
        return clause.Verb.Length == 0 && clause.Attributes.Count == 0
            ? [new(ReplyKind.Unclear, "")] : [Targets.WhichService(clause, null)];
    }

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

    /// <summary>"Change port 80 to 81" and "stop publishing 80" say whose port by the port.
    /// </summary>
    private string? PortOwner(PortAttribute port, int number)
    {
        var hosts = new[] { number, port.Second ?? 0 };
        if (port.Link is not ("from" or "insteadof" or "to")
            && clauseIsAdding())
        {
            return null;
        }
        return _draft.State.Services.Values.FirstOrDefault(
            s => s.Ports.Any(p => p.Host is { } host && hosts.Contains(host)))?.Name;

        bool clauseIsAdding() => turn.All(c => c.Verb is not ("unpublish" or "remove"));
    }

    private IEnumerable<Reply> Act(Clause clause, List<string> names)
    {
        var services = names.Where(_draft.State.Services.ContainsKey).ToList();
        var versioned = clause.Targets.Exists(t => t.Version is not null);
        var acts = clause.Attributes.Count == 0 || clause.Verb is "restart";
        if (acts && clause.Verb is "stop" or "start" or "restart" or "remove")
        {
            foreach (var name in services)
            {
                var service = _draft.State.Services[name];
                if (clause.Verb == "restart" && services.Count > 1 && service.Replicas == 0)
                {
                    continue;
                }
                yield return clause.Verb switch
                {
                    "stop" => LifeEdits.Stop(_draft, service),
                    "start" => LifeEdits.Start(_draft, service),
                    "restart" => LifeEdits.Restart(_draft, service),
                    _ => LifeEdits.Remove(_draft, service, services, session.BaseState),
                };
            }
        }
        if (clause.Attributes.Count == 0 && !versioned && !(clause.Verb is "stop" or "start" or "restart"
            or "remove"))
        {
            yield return Bare(clause, services);
            yield break;
        }
        foreach (var reply in Attributes(clause, services, duringCreation: false))
        {
            yield return reply;
        }
    }

    /// <summary>A verb that wants more than a name.</summary>
    private Reply Bare(Clause clause, List<string> names)
    {
        var service = _draft.State.Services[names[0]];
        switch (clause.Verb)
        {
            case "create" or "have" or "":
                return clause.Verb.Length == 0 && clause.Targets.All(t => t.Reference is null)
                    ? new(ReplyKind.Unclear, "")
                    : Reply.Same($"{Wording.List(names)} {(names.Count == 1 ? "is" : "are")} "
                        + $"already there. Say \"another {names[0]}\" for a second one.");
            case "publish" or "unpublish" or "move":
                return new PortEdits(_draft, service, clause).Apply(
                    Added(clause, new(null, null, "", false, null, null)));
            case "upgrade" or "downgrade":
                return WhichVersion(clause, service);
            case "connect" when names.Count > 1:
                return ConnectAll(names);
            case "limit" or "raise" or "lower":
                return Reply.Ask($"What of {names[0]} shall I change: memory, CPU or the number "
                    + "of copies, and to how much?", ["memory 512MB", "1 core"]);
            default:
                return Reply.Ask($"What shall I change of {Wording.List(names)}?",
                    ["memory", "port", "version"]);
        }
    }

    private static PortAttribute Added(Clause clause, PortAttribute port)
    {
        clause.Attributes.Add(port);
        return port;
    }

    private static Reply WhichVersion(Clause clause, Service service)
    {
        var app = AppCatalog.ByImage(service.Image);
        var newer = app?.Majors.Where(m => m != Images.VersionOf(service.Image.Tag)).ToList() ?? [];
        return Reply.Ask($"To which version shall I take {service.Name}? It runs "
            + $"{service.Image.Tag} now; `loam update {service.Name}` fetches the newest build of "
            + "that.", newer, answer =>
            {
                var version = answer.Attributes.OfType<VersionAttribute>().FirstOrDefault()?.Version
                    ?? answer.Attributes.OfType<BareAttribute>().FirstOrDefault()?.Text;
                if (version is null)
                {
                    return false;
                }
                clause.Attributes.Add(new VersionAttribute(version));
                return true;
            });
    }

    private Reply ConnectAll(List<string> names)
    {
        var services = names.Select(n => _draft.State.Services[n]).ToList();
        var shared = services.Select(s => s.Networks.AsEnumerable())
            .Aggregate((a, b) => a.Intersect(b)).FirstOrDefault();
        if (shared is not null || services.All(s => s.Networks.IsEmpty))
        {
            return Reply.Same($"{Wording.List(names)} already reach each other by name.");
        }
        var network = services.SelectMany(s => s.Networks).First();
        foreach (var service in services.Where(s => !s.Networks.Contains(network)))
        {
            _draft.Append("services.yaml", Draft.Path(service.Name, "networks"),
                Core.StateFiles.Editing.EditValue.Of(network));
        }
        return Reply.Done($"put {Wording.List(names)} on the network {network}");
    }

    private IEnumerable<Reply> Attributes(
        Clause clause, List<string> names, bool duringCreation)
    {
        foreach (var attribute in clause.Attributes.ToList())
        {
            var consumed = duringCreation
                && attribute is (NameAttribute or ImageAttribute or VersionAttribute);
            if (consumed)
            {
                continue;
            }
            if (attribute is BareAttribute bare)
            {
                yield return Reply.Ask($"What is {bare.Text}: a port, a number of copies, a "
                    + "version or an amount of memory?",
                    [$"port {bare.Text}", $"version {bare.Text}"]);
                yield break;
            }
            foreach (var name in names.Where(_draft.State.Services.ContainsKey))
            {
                yield return ServiceEdits.Apply(_draft, name, attribute, clause, Targets);
            }
        }
        foreach (var target in clause.Targets.Where(t => t.Version is not null
            && !duringCreation))
        {
            foreach (var name in names.Where(_draft.State.Services.ContainsKey))
            {
                yield return ServiceEdits.Apply(
                    _draft, name, new VersionAttribute(target.Version!), clause, Targets);
            }
        }
    }
}
