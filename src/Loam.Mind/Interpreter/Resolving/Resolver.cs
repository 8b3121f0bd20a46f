using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.People;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>Fourth stage: decides what a clause wishes in this state and conversation, and hands
/// it to the edits.</summary>
internal sealed partial class Resolver(Session session, IReadOnlyList<Clause> turn)
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
        if ((NoLonger(clause) ?? OfDependencies(clause)) is { } independent)
        {
            return [independent];
        }
        if (clause is { Negated: true, Verb: "start", Attributes.Count: 0 } && Made.Count > 0
            && clause.Targets.TrueForAll(t => t.Reference is not null))
        {
            return [.. Made.Select(m => LifeEdits.Stop(_draft, _draft.State.Services[m]))];
        }
        if (IsUnneeded(clause))
        {
            return [Reply.Same("")];
        }
        if (clause.Verb == "spare" || (clause.Negated || Keeps(clause))
            && clause.Attributes.Count == 0)
        {
            return [LeaveAlone(clause)];
        }
        if (clause.Attributes.OfType<BackupAttribute>().FirstOrDefault() is { } backup)
        {
            return Backup(clause, backup);
        }
        if (clause.Attributes.OfType<SecretAttribute>().FirstOrDefault() is { } secrets)
        {
            return RemoveWithSecrets(clause, secrets);
        }
        if (clause.Attributes.OfType<ScheduleAttribute>().Any())
        {
            return [Subjects.Jobs.JobTurn.Of(clause)];
        }
        if (clause.Verb is "restore" or "revert")
        {
            return [Reply.Answer("`loam history` lists the generations, and `loam revert N` plans "
                + "the way back to one of them.")];
        }
        Within(clause);
        Instead(clause);
        if (Switched(clause) is { } switched)
        {
            return switched;
        }
        if (clause.Verb == "replace")
        {
            if (Replacement(clause) is { } replaced)
            {
                return replaced;
            }
            clause.Verb = "set";
        }
        if (OfField(clause) is { } ofField)
        {
            return ofField;
        }
        Revised(clause);
        Another(clause);
        if (Given(clause) is { } given)
        {
            return given;
        }
        var creations = Creations(clause, out var others);
        if (creations.Count > 0)
        {
            return Create(clause, creations).Concat(AlreadyThere(others));
        }
        return Change(clause, others);
    }

    /// <summary>"nginx, postgres and redis" where nginx is running: it is said.</summary>
    private IEnumerable<Reply> AlreadyThere(List<Target> others)
    {
        var names = others.Where(t => t.Named(Known.App) is not null)
            .SelectMany(Targets.Candidates).Distinct().Except(Made)
            .Where(session.BaseState.Services.ContainsKey).ToList();
        if (names.Count > 0)
        {
            yield return Reply.Same($"{Wording.List(names)} {(names.Count == 1 ? "is" : "are")} "
                + "there already.");
        }
    }

    /// <summary>"Keep redis", "leave it".</summary>
    private static bool Keeps(Clause clause) => clause.Verb == "set"
        && !clause.Targets.Exists(t => t.Version is not null)
        && clause.Lexemes.Any(l => l.Text is "keep" or "keeps" or "leave" or "leaves" or "stays"
            or "stay") && !clause.Lexemes.Any(l => l.Is(Part.Field)
                && !l.IsField("service") && !l.IsField("status") && !l.Is(Part.Noise));

    private Reply LeaveAlone(Clause clause)
    {
        var names = clause.Targets.SelectMany(t => Targets.Candidates(t)).Distinct().ToList();
        // "Leave only redis, the rest can go"
        Touched.AddRange(names.Where(n => !Touched.Contains(n)));
        return Reply.Same(names.Count == 0 ? "I leave everything as it is."
            : $"I leave {Wording.List(names)} as {(names.Count == 1 ? "it is" : "they are")}.");
    }

    /// <summary>Services are made or changed, and their volumes are backed up.</summary>
    private List<Reply> Backup(Clause clause, BackupAttribute backup)
    {
        clause.Attributes.Remove(backup);
        var replies = Resolve(clause).ToList();
        if (replies.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
        {
            // The whole wish is taken up again with the answer.
            clause.Attributes.Add(backup);
            return replies;
        }
        replies.AddRange(new BackupEdits(StorageSubject.Instance, session)
            .OfServices(clause, backup, Made.Count > 0 ? Made : Touched));
        return replies;
    }

    private static bool IsMakeable(Target target) => target.Named(Known.App) is not null
        || target.Named(Known.Role) is not null && target.Named(Known.Mount) is null;

    private IEnumerable<Reply> Change(Clause clause, List<Target> others)
    {
        var image = clause.Attributes.OfType<ImageAttribute>().FirstOrDefault()?.Image;
        if (image is not null && clause.Verb is "have" or "set" or "upgrade" or ""
            && others.Count == 0 && !image.TagIsImplied
            && !clause.Attributes.Exists(a => a is NameAttribute)
            && AppCatalog.ByImage(image) is null
            && clause.Lexemes.All(l => !l.Text.Contains('/', StringComparison.Ordinal))
            && _draft.State.Services.ContainsKey(image.Product))
        {
            Touched.Add(image.Product);
            return [ServiceEdits.Apply(_draft, image.Product,
                new VersionAttribute(image.Tag), clause, Targets)];
        }
        if (image is not null && (Runs(clause, image, others)
            || (clause.Verb == "set" && clause.Attributes.OfType<NameAttribute>().Any()
                || Furnishes(clause, image))
            && (others.TrueForAll(t => t.Reference is "it") || Needed(clause, others))))
        {
            return CreateFromImage(clause, image);
        }
        if (others.Count == 0 && NewNetwork(clause) is not null)
        {
            return [.. clause.Attributes.OfType<NetworkAttribute>().Select(
                n => WiringEdits.NewNetwork(_draft, n))];
        }
        if (Everything(clause, others) is { } doubt)
        {
            return [doubt];
        }
        var (names, volumes) = (new List<string>(), new List<string>());
        foreach (var target in Unexplained(others))
        {
            if (target.Reference is "it" or "them" && Gone(clause))
            {
                return [Reply.Same("")];
            }
            if (IsNobody(target, others))
            {
                continue;
            }
            var found = Targets.Resolve(target, clause);
            if (found.Problem is { } problem)
            {
                return [problem];
            }
            var volume = found.Names.Count == 0 && clause.Targets.Count > 1
                && clause.Verb == "remove" ? target.Named(Known.Volume) : null;
            if (found.Names.Count == 0 && volume is null)
            {
                return [Missing(clause, target)];
            }
            volumes.AddRange(volume is null ? [] : [volume]);
            names.AddRange(found.Names.Where(n => !names.Contains(n)));
        }
        var except = Excepted(clause);
        names.RemoveAll(except.Contains);
        if (names.Count == 0)
        {
            return Untargeted(clause);
        }
        if ((OfPart(clause, names) ?? Belonging(clause, names) ?? InAll(clause, names))
            is { } ofPart)
        {
            return [ofPart];
        }
        Touched.AddRange(names.Where(n => !Touched.Contains(n)));
        return volumes.Count == 0 ? Act(clause, names)
            : [.. Act(clause, names), .. volumes.Select(RemoveVolume)];
    }

    /// <summary>"It would be great if the api was back": nothing was spoken of that "it" could be,
    /// and something else is named.</summary>
    private bool IsNobody(Target target, List<Target> others) =>
        target is { Reference: "it", IsAnother: false }
        && !Focus.Any(_draft.State.Services.ContainsKey)
        && others.Exists(t => t.Reference is null && Targets.Candidates(t).Count == 1);

    /// <summary>"Make a network called jobs"; null: none is wished.</summary>
    private NetworkAttribute? NewNetwork(Clause clause) =>
        clause.Verb is "create" or "have" or "set" or ""
            && (clause.Verb == "create" || session.Focus.Count == 0 && Touched.Count == 0)
            && clause.Attributes.OfType<NetworkAttribute>().FirstOrDefault() is { } network
            && clause.Attributes.TrueForAll(a => a is NetworkAttribute or NameAttribute)
            && (clause.Verb == "create" || network.Name is not null
                && !_draft.State.Networks.ContainsKey(network.Name)) ? network : null;

    /// <summary>"X is not needed, take it down for good": it is removed already.</summary>
    private bool Gone(Clause clause) => Touched.Count > 0 && clause.Verb is "remove" or "stop"
        && !Touched.Exists(_draft.State.Services.ContainsKey)
        && Touched.Exists(session.BaseState.Services.ContainsKey);

    /// <summary>Nothing of that name is there.</summary>
    private Reply Missing(Clause clause, Target target)
    {
        var names = _draft.State.Services.Keys.ToList();
        if (clause.Verb == "remove")
        {
            var others = clause.Targets.Where(t => t != target && Targets.Candidates(t).Count > 0)
                .Select(t => t.Text).ToList();
            return others.Count == 0 ? Reply.Absent($"There is no {target.Text} here.")
                : Reply.Ask($"There is no {target.Text} here. Shall I remove "
                    + $"{Wording.List(others)} alone?", ["yes", "no"], answer =>
                        answer.Lexemes.Any(l => l.IsGlue("yes")) && clause.Targets.Remove(target));
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
            alike.Count > 0 ? alike : names) with { IsAimless = true };
    }

    private IEnumerable<Reply> Untargeted(Clause clause)
    {
        var focus = Focus.Where(_draft.State.Services.ContainsKey).ToList();
        if (focus.Count == 0 && clause.Attributes is [VariableAttribute { Value: not null } set]
            && _draft.State.Services.Values.Where(s => s.Environment.ContainsKey(set.Name))
                .Select(s => s.Name).ToList() is { Count: > 0 } having)
        {
            if (having.Count > 1)
            {
                return [TargetResolver.WhichOf(having, clause)];
            }
            Touched.Add(having[0]);
            return Act(clause, having);
        }
        var says = clause.Attributes.Count > 0 || clause.Verb is "restart" or "start" or "stop"
            or "publish" or "unpublish";
        if (clause.Attributes.OfType<PortAttribute>().FirstOrDefault() is { First: { } number }
            port && clause.Targets.Count == 0 && PortOwner(port, number) is { } owner)
        {
            Touched.Add(owner);
            return Act(clause, [owner]);
        }
        if (clause.Attributes.OfType<DeviceAttribute>().FirstOrDefault() is { Device: { } device }
            && _draft.State.Services.Values.Where(s => s.Devices.Any(d => Kind(d) == Kind(device)))
                .ToList() is [var holder])
        {
            clause.Attributes[0] = clause.Attributes[0] is DeviceAttribute { Off: false } put
                ? put with { Instead = "" } : clause.Attributes[0];
            Touched.Add(holder.Name);
            return Act(clause, [holder.Name]);
        }
        if (clause.Attributes.OfType<VariableAttribute>().FirstOrDefault() is { } variable
            && (variable.Value is null || focus.Count == 0))
        {
            var have = _draft.State.Services.Values
                .Where(s => s.Environment.ContainsKey(variable.Name)).Select(s => s.Name).ToList();
            var near = focus.Where(have.Contains).ToList();
            focus = near.Count > 0 ? near : focus.Count == 0 && variable.Value is null ? have
                : focus;
            near = near.Count == 0 && have.Count == 1 && variable.Value is not null ? have : near;
            if (near.Count == 1)
            {
                Touched.Add(near[0]);
                return Act(clause, near);
            }
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
            && !clause.Lexemes.Any(l => l.Key(Part.Amount) is "more" or "less")
            ? [new(ReplyKind.Unclear, "")] : [Targets.WhichService(clause, null)];
    }

    /// <summary><c>/dev/ttyUSB0</c> and <c>/dev/ttyACM0</c> are of one kind.</summary>
    private static string Kind(string device)
    {
        var name = device.Split(':')[0];
        return name.StartsWith("/dev/tty", StringComparison.Ordinal) ? "/dev/tty"
            : name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    }

    /// <summary>"Change port 80 to 81" and "stop publishing 80" say whose port by the port.
    /// </summary>
    private string? PortOwner(PortAttribute port, int number)
    {
        var hosts = new[] { number, port.Second ?? 0 };
        if (port.Link is not ("from" or "insteadof" or "to")
            && turn.All(c => c.Verb is not ("unpublish" or "remove")))
        {
            return null;
        }
        return _draft.State.Services.Values.FirstOrDefault(
            s => s.Ports.Any(p => p.Host is { } host && hosts.Contains(host)))?.Name;
    }

    private IEnumerable<Reply> Act(Clause clause, List<string> names)
    {
        var services = names.Where(_draft.State.Services.ContainsKey).ToList();
        var versioned = clause.Targets.Exists(t => t.Version is not null);
        var acts = clause.Attributes.Count == 0 || clause.Verb is "restart"
            || (clause.Verb == "start"
                && services.Exists(s => _draft.State.Services[s].Replicas == 0));
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
                    // "Minecraft again please"
                    "restart" when service.Replicas == 0 && !clause.Lexemes.Any(
                        l => l.IsVerb("restart")) => LifeEdits.Start(_draft, service),
                    "restart" => LifeEdits.Restart(_draft, service),
                    _ => LifeEdits.Remove(_draft, service, services, session.BaseState),
                };
            }
        }
        var lives = clause.Verb is "stop" or "start" or "restart" or "remove";
        if (clause.Attributes.Count == 0 && !versioned && !lives)
        {
            yield return Bare(clause, services);
            yield break;
        }
        foreach (var reply in Attributes(clause, services, duringCreation: false))
        {
            yield return reply;
        }
    }

    private IEnumerable<Reply> Attributes(
        Clause clause, List<string> names, bool duringCreation)
    {
        // A new name comes last: what else is said is said of the old one.
        foreach (var attribute in clause.Attributes.OrderBy(a => a is NameAttribute).ToList())
        {
            var consumed = duringCreation
                && attribute is (NameAttribute or ImageAttribute or VersionAttribute);
            if (consumed)
            {
                continue;
            }
            if (attribute is BareAttribute { Unit: "", Value: >= 80 and < 65536 } port
                && duringCreation && decimal.IsInteger(port.Value))
            {
                // "Minio for artefacts, 9000 and 9001"
                var number = new PortAttribute((int)port.Value, null, "", false, null, null);
                clause.Attributes[clause.Attributes.IndexOf(port)] = number;
                yield return ServiceEdits.Apply(_draft, names[0], number, clause, Targets);
                continue;
            }
            if (attribute is BareAttribute bare)
            {
                yield return Reply.Ask($"What is {bare.Text}: a port, a number of copies, a "
                    + "version or an amount of memory?",
                    [$"port {bare.Text}", $"version {bare.Text}"]);
                yield break;
            }
            // "Log level warn everywhere": where there is one.
            var having = attribute is VariableAttribute variable
                && clause.Targets.Exists(t => t.Text == "everywhere")
                ? names.FindAll(n => _draft.State.Services.TryGetValue(n, out var service)
                    && service.Environment.ContainsKey(variable.Name)) : [];
            // Asked each time: what was renamed meanwhile is there no more.
            foreach (var name in (having.Count > 0 ? having : names)
                .Where(n => _draft.State.Services.ContainsKey(n)))
            {
                yield return attribute is StoreAttribute store ? Stored(clause, name, store.Size)
                    : ServiceEdits.Apply(_draft, name, attribute, clause, Targets);
                // "Rename web to front and publish it on 8088"
                if (attribute is NameAttribute renamed && Touched.Remove(name))
                {
                    Touched.Add(_draft.State.Services.ContainsKey(name) ? name : renamed.Name);
                }
            }
        }
        foreach (var target in clause.Targets.Where(t => t.Version is not null
            && !duringCreation))
        {
            foreach (var name in names.Where(n => _draft.State.Services.ContainsKey(n)))
            {
                yield return ServiceEdits.Apply(
                    _draft, name, new VersionAttribute(target.Version!), clause, Targets);
            }
        }
    }
}
