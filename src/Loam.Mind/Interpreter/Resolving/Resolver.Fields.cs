using Loam.Core.Planning;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.People;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>Verbs of life said of a part of a service: "remove all variables from web" is not
/// about web itself.</summary>
internal sealed partial class Resolver
{
    /// <summary>Fields that stand for the service as a whole, or only say how.</summary>
    private static readonly string[] s_whole =
        ["service", "status", "name", "always", "automatic", "onfailure", "replicas", "image",
         "version", "setting", "network", "user", "probe", "depends", "tcp", "udp", "localhost"];

    /// <summary>What a wish to remove, stop or restart comes to when it is about a field; null:
    /// it is about services.</summary>
    private List<Reply>? OfField(Clause clause)
    {
        if (clause.Verb is not ("remove" or "stop" or "restart" or "start" or "unset"))
        {
            return null;
        }
        if (clause is { Verb: "remove", Attributes: [NetworkAttribute { Name: null }] }
            && clause.Targets.Exists(t => t.Reference is null))
        {
            return RemoveWithNetwork(clause);
        }
        if (clause.Attributes.Count > 0)
        {
            return null;
        }
        if (clause.Verb is "remove" or "unset" && OfMount(clause) is { } mounted)
        {
            return [mounted];
        }
        var volume = clause.Lexemes.Select(l => l.Named(Known.Volume)).OfType<string>()
            .FirstOrDefault();
        for (var at = 0; at < clause.Count; at++)
        {
            var field = clause[at].Key(Part.Field);
            var about = (clause.IsFree(at) || field is "environment" or "restartpolicy")
                && !clause[at].IsMention && !clause[at].Is(Part.Noise)
                && field is not null && !s_whole.Contains(field);
            if (!about)
            {
                continue;
            }
            clause.Use(at);
            // "Its data can stay"
            if (field is "volume" or "data" or "disk" && clause.Lexemes.Any(l => l.Text is "stay"
                or "stays" or "remain" or "remains" or "keep" or "kept" or "preserved"
                or "keeping" or "untouched" or "stay there"))
            {
                return null;
            }
            return (clause.Verb, field) switch
            {
                ("remove" or "unset", "environment") => RemoveVariables(clause),
                ("remove", "volume" or "data" or "disk") => volume is not null
                    && !IsOfTargets(volume, clause) ? [RemoveVolume(volume)]
                    : at > 0 && clause[at - 1].Possessive && clause.Targets is [{ } whose]
                    ? OwnVolumes(clause, whose)
                    : RemoveWithData(clause),
                ("remove" or "unset", "resources") => RemoveResources(clause),
                ("remove" or "unset", "restartpolicy") => RemoveField(clause, "restart",
                    "the restart policy"),
                ("remove" or "unset", "labels") => RemoveField(clause, "labels", "all labels"),
                ("restart" or "stop" or "start", _) when clause.Targets.Exists(
                    t => t.Reference is null) => null,
                _ => [Reply.Refuse($"I can't yet {clause.Verb} {clause[at].Text} by words; "
                    + "services, their ports, variables and volumes I can.")],
            };
        }
        return null;
    }

    /// <summary>"Delete the media mount from jellyfin"; null: no mount is spoken of.</summary>
    private Reply? OfMount(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => !l.IsMention
            && l.Text is "mount" or "mounts" or "bind mount" or "bind mounts" or "mapping");
        if (at < 0 || clause.Targets.Where(t => t.Reference is null)
            .SelectMany(Targets.Candidates).Distinct().ToList() is not [var name]
            || !_draft.State.Services.TryGetValue(name, out var service))
        {
            return null;
        }
        var words = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && clause[i].Readings[0].Part is Part.Unknown or Part.Path or Part.Field).ToList();
        var meant = service.Volumes.Where(v => words.Exists(i => clause[i].Original == v.Source
            || clause[i].Original == v.Target
            || v.Source.Split('/', '-').Concat(v.Target.Split('/')).Contains(clause[i].Text)))
            .ToList();
        meant = meant.Count == 0 && words.Count == 0 && service.Volumes.Length == 1
            ? [.. service.Volumes] : meant;
        if (meant is not [var mount])
        {
            return Reply.Ask($"Which directory of {name} shall it no longer see?",
                service.Volumes.Select(v => $"unmount {v.Target} from {name}"));
        }
        clause.Explains();
        Touched.Add(name);
        var list = Draft.Path(name, "volumes");
        _draft.Remove("services.yaml", service.Volumes.Length == 1 ? list
            : list.At(service.Volumes.IndexOf(mount)));
        return Reply.Done($"no longer show {mount.Source} to {name}").With(Risk.Medium);
    }

    /// <summary>"Remove the foo from jellyfin": what goes is some part of it, whatever that
    /// is; null: the whole is meant.</summary>
    private Reply? OfPart(Clause clause, IReadOnlyList<string> names)
    {
        if (clause.Attributes.Count > 0)
        {
            return null;
        }
        var thing = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Service) is not null
            || l.Named(Known.App) is not null || l.Named(Known.Role) is not null);
        var link = thing - 1;
        while (link > 0 && clause[link].Readings[0].Part == Part.Noise)
        {
            link--;
        }
        // "Kill nextcloud's password variable"
        var own = thing >= 0 ? Enumerable.Range(thing + 1, clause.Count - thing - 1).TakeWhile(
            i => clause[i].Is(Part.Field) || clause[i].Is(Part.Unknown)).Where(
                i => clause[i].Is(Part.Field) && !clause[i].IsMention
                && clause[i].Key(Part.Field) is "environment" or "password" or "port" or "memory"
                    or "cpu" or "label" or "probe" or "log" or "secret" or "network" or "volume")
            .ToList() : [];
        if (clause.Verb is "remove" or "stop" && own.Count > 0)
        {
            return Reply.Ask($"I don't know \"{string.Join(" ", own.Select(
                i => clause[i].Original))}\" of {Wording.List(names)}. What shall I "
                + $"{clause.Verb}?", []);
        }
        if (clause.Verb is "remove" or "stop" && Owned(clause) is >= 0 and var unknown)
        {
            return Reply.Ask($"I don't know \"{clause[unknown].Original}\" of "
                + $"{Wording.List(names)}. What shall I {clause.Verb}?", []);
        }
        if (clause.Verb is not ("remove" or "stop" or "restart") || link <= 0
            || !(clause[link].IsGlue("from") || clause[link].IsGlue("of")
                || clause[link].IsGlue("in")))
        {
            return null;
        }
        var part = Enumerable.Range(0, link).Where(i =>
            (clause.IsFree(i) || clause[i].Is(Part.Field)) && !clause[i].IsMention
            && clause[i].Readings[0].Part is Part.Unknown
                or Part.Verb or Part.Topic or Part.Field && !clause[i].Is(Part.Noise)
            && !clause[i].IsField("service") && !clause[i].IsField("replicas")
            && !clause[i].IsGlue("only")).ToList();
        return part.Count == 0 ? null
            : Reply.Ask($"I don't know \"{string.Join(" ", part.Select(i => clause[i].Original))}"
                + $"\" of {Wording.List(names)}. What shall I {clause.Verb}?", []);
    }

    /// <summary>"Its ssh port", "gitea's mirror": what nobody knows of it is not the whole; -1:
    /// there is none.</summary>
    private static int Owned(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if ((clause[at].Possessive && clause[at].IsMention || clause[at].Text is "its"
                or "their") && clause.Next(at) is >= 0 and var what && !clause[what].IsMention
                && clause[what].Readings[0].Part is Part.Unknown or Part.Topic or Part.Field
                && !clause[what].IsField("service") && !clause[what].IsField("replicas"))
            {
                return what;
            }
        }
        return -1;
    }

    /// <summary>Nobody keeps data in a volume but the services that are named with it.</summary>
    private bool IsOfTargets(string volume, Clause clause)
    {
        var names = clause.Targets.SelectMany(Targets.Candidates).ToHashSet(StringComparer.Ordinal);
        return names.Count > 0 && _draft.State.Services.Values
            .Where(s => s.Volumes.Any(v => v.Source == volume)).All(s => names.Contains(s.Name));
    }

    /// <summary>"Remove nginx and its network": one that nobody else is on goes too.</summary>
    private List<Reply> RemoveWithNetwork(Clause clause)
    {
        var names = clause.Targets.Where(t => t.Reference is null)
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        if (names.Count == 0)
        {
            return [Targets.WhichService(clause, null)];
        }
        Touched.AddRange(names);
        var networks = names.SelectMany(n => _draft.State.Services[n].Networks).Distinct().ToList();
        var replies = names.Select(n => LifeEdits.Remove(
            _draft, _draft.State.Services[n], names, session.BaseState)).ToList();
        foreach (var network in networks.Where(n => _draft.State.Networks.ContainsKey(n)
            && !_draft.State.Services.Values.Any(s => s.Networks.Contains(n))))
        {
            _draft.Remove("services.yaml", EditPath.Parse("spec.networks").Item("name", network));
            replies.Add(Reply.Done($"remove the network {network}"));
        }
        return replies;
    }

    /// <summary>"Nginx should not have any limits".</summary>
    private List<Reply> RemoveResources(Clause clause)
    {
        var names = clause.Targets
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        names = names.Count > 0 ? names : [.. Focus];
        if (names.Count == 0)
        {
            return [Targets.WhichService(clause, null)];
        }
        Touched.AddRange(names);
        return [.. names.Select(name =>
        {
            if (!_draft.State.Services[name].Spec.Has("resources"))
            {
                return Reply.Same($"{name} has no limits.");
            }
            _draft.RemoveService(name, "resources");
            return Reply.Done($"lift all limits of {name}").With(Risk.Medium);
        })];
    }

    /// <summary>A field of services goes, and what holds without it holds again.</summary>
    private List<Reply> RemoveField(Clause clause, string field, string called)
    {
        var names = clause.Targets.Where(t => t.Reference is null)
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        if (names.Count == 0)
        {
            return [Targets.WhichService(clause, null)];
        }
        Touched.AddRange(names);
        return [.. names.Select(name =>
        {
            if (!_draft.State.Services[name].Spec.Has(field))
            {
                return Reply.Same($"{name} says nothing of {called}.");
            }
            _draft.RemoveService(name, field);
            return Reply.Done($"take {called} of {name} away");
        })];
    }

    private List<Reply> RemoveVariables(Clause clause)
    {
        // "all" says which variables, not which services.
        clause.Targets.RemoveAll(t => t.Reference is "all");
        var names = clause.Targets
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        names = names.Count > 0 ? names : [.. Focus];
        if (names.Count == 0)
        {
            return [Targets.WhichService(clause, null)];
        }
        Touched.AddRange(names);
        return [.. names.Select(name =>
        {
            if (_draft.State.Services[name].Environment.IsEmpty)
            {
                return Reply.Same($"{name} has no variables.");
            }
            _draft.RemoveService(name, "environment");
            return Reply.Done($"remove all variables of {name}").With(Risk.Medium);
        })];
    }

    private Reply RemoveVolume(string volume)
    {
        var users = _draft.State.Services.Values
            .Where(s => s.Volumes.Any(v => v.Source == volume)).Select(s => s.Name).ToList();
        if (users.Count > 0)
        {
            return Reply.Ask($"{Wording.List(users)} {(users.Count == 1 ? "keeps" : "keep")} data "
                + $"in {volume}. Shall I remove {Wording.List(users)} with it?",
                [$"remove {Wording.List(users)} and the data"]);
        }
        _draft.Remove("storage.yaml", EditPath.Parse("spec.volumes").Item("name", volume));
        return Reply.Done($"no longer declare the volume {volume}").With(Risk.High)
            .Note("What is on the disk stays there until it is deleted by hand.");
    }

    /// <summary>"Remove prometheus's volume": that, and not prometheus.</summary>
    private List<Reply> OwnVolumes(Clause clause, Target whose)
    {
        var names = Targets.Resolve(whose, clause).Names;
        var volumes = names.SelectMany(n => _draft.State.Services[n].Volumes)
            .Select(v => v.Source).Distinct().Where(_draft.State.Volumes.ContainsKey).ToList();
        return names.Count == 0 ? RemoveWithData(clause) : volumes.Count > 0
            ? volumes.ConvertAll(RemoveVolume)
            : [Reply.Absent($"{Wording.List(names)} {(names.Count == 1 ? "has" : "have")} no "
                + "volume.")];
    }

    /// <summary>"Remove mailpit and the secret OLD_API_KEY", "bin pg-legacy and its secret".
    /// </summary>
    private List<Reply> RemoveWithSecrets(Clause clause, SecretAttribute secrets)
    {
        clause.Attributes.Remove(secrets);
        clause.Targets.RemoveAll(t => t.Named(Known.Service) is null
            && t.Named(Known.Secret) is not null);
        var names = clause.Targets.Where(t => t.Reference is null)
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        List<string> own = secrets.Names.IsEmpty ? Secrets.Of(_draft, names) : [.. secrets.Names];
        var replies = Resolve(clause).ToList();
        if (replies.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
        {
            // The whole wish is taken up again with the answer.
            clause.Attributes.Add(secrets);
            return replies;
        }
        replies.AddRange(own.Select(n => Secrets.Remove(_draft, n, !secrets.Names.IsEmpty)));
        return replies;
    }

    /// <summary>"remove redis and its data".</summary>
    private List<Reply> RemoveWithData(Clause clause)
    {
        var names = clause.Targets.Where(t => t.Reference is null || t.Reference is "all")
            .SelectMany(t => Targets.Resolve(t, clause).Names).Distinct().ToList();
        if (names.Count == 0)
        {
            // "… and its volume", of what the turn before removed.
            var gone = session.Focus.Where(f => session.BaseState.Services.ContainsKey(f)
                && !_draft.State.Services.ContainsKey(f)).ToList();
            var left = gone.SelectMany(g => session.BaseState.Services[g].Volumes)
                .Select(v => v.Source).Distinct()
                .Where(_draft.State.Volumes.ContainsKey).ToList();
            return left.Count > 0 ? [.. left.Select(RemoveVolume)]
                : [Targets.WhichService(clause, null)];
        }
        Touched.AddRange(names);
        var volumes = names.SelectMany(n => _draft.State.Services[n].Volumes)
            .Select(v => v.Source).Distinct().Where(_draft.State.Volumes.ContainsKey).ToList();
        var replies = names.Select(n => LifeEdits.Remove(
            _draft, _draft.State.Services[n], names, session.BaseState) with
        { Notes = [] })
            .ToList();
        replies.AddRange(volumes.Where(_draft.State.Volumes.ContainsKey).Select(RemoveVolume)
            .Where(r => r.Kind == ReplyKind.Done));
        return replies;
    }
}
