using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Directories and volumes of a service.</summary>
internal static class MountEdits
{
    /// <summary>Whether what is mounted may be written to.</summary>
    public static Reply Mode(
        Draft draft, Service service, MountModeAttribute said, Clause clause)
    {
        var meant = service.Volumes.Where(v => said.Place is { } place
            ? v.Source == place || v.Target == place
            : said.Words.All(w => v.Source.Contains(w, StringComparison.Ordinal)
                || v.Target.Contains(w, StringComparison.Ordinal))).ToList();
        // "It needs the host's /etc/localtime, read-only": nothing is mounted from there yet.
        if (meant.Count == 0 && said is { ReadOnly: true, Place: ['/', ..] path })
        {
            return Apply(draft, service, new(path, path, true), clause);
        }
        if (meant.Count != 1)
        {
            return service.Volumes.IsEmpty ? Reply.Absent($"{service.Name} mounts nothing.")
                : Reply.Ask($"Which of {service.Name}'s directories is meant?",
                    service.Volumes.Select(v => $"{(said.ReadOnly ? "make" : "let")} {v.Target} "
                        + $"of {service.Name} {(said.ReadOnly ? "read only" : "be writable")}"));
        }
        var mount = meant[0];
        var title = $"{mount.Source} in {service.Name}";
        if (mount.ReadOnly == said.ReadOnly)
        {
            return Reply.Same($"{title} is {(said.ReadOnly ? "read-only" : "writable")} already.");
        }
        var item = Draft.Path(service.Name, "volumes").At(service.Volumes.IndexOf(mount));
        if (said.ReadOnly)
        {
            draft.Set(ServicesFile.File, item.Key("readonly"), EditValue.Of(true));
        }
        else
        {
            draft.Remove(ServicesFile.File, item.Key("readonly"));
        }
        return Reply.Done($"make {title} {(said.ReadOnly ? "read-only" : "writable")}")
            .With(Danger(mount.Source, said.ReadOnly));
    }

    /// <summary>What the app keeps, in volumes of its own; null: the catalogue does not know.
    /// </summary>
    public static Reply? Keep(Draft draft, Service service)
    {
        var app = AppCatalog.ByImage(service.Image);
        if (app is null || app.Volumes.IsEmpty)
        {
            return null;
        }
        var missing = app.Volumes.Where(v => !service.Volumes.Any(o => o.Target == v.Target))
            .ToList();
        // Part of it has a place: another one is for something else.
        if (missing.Count > 0 && missing.Count < app.Volumes.Length)
        {
            return null;
        }
        if (missing.Count == 0)
        {
            return Reply.Same($"{service.Name} keeps its data in "
                + $"{Wording.List(service.Volumes.Select(v => v.Source))} already.");
        }
        foreach (var volume in missing)
        {
            var name = $"{service.Name}-{volume.Name}";
            NewService.DeclareVolume(draft, name, volume.Owner);
            draft.Append(ServicesFile.File, Draft.Path(service.Name, "volumes"),
                Mount(name, volume.Target));
        }
        return Reply.Done($"keep {service.Name}'s data in "
            + Wording.List(missing.Select(v => $"{service.Name}-{v.Name}")))
            .Note("What is in it now is not taken over.");
    }

    private static EditValue Mount(string source, string target) =>
        NewService.Mount(source, target, readOnly: false);

    public static Reply Apply(Draft draft, Service service, MountAttribute said, Clause clause)
    {
        if (clause.Verb is "unmount" or "remove" || clause.Negated)
        {
            return Remove(draft, service, said);
        }
        said = Lasting(draft, service, said, clause);
        if (said.Source is not { } source)
        {
            return Reply.Ask($"What shall {service.Name} find at {said.Target}?", []);
        }
        var content = AppCatalog.ByImage(service.Image)?.Content.FirstOrDefault();
        var known = service.Volumes.FirstOrDefault(v => v.Source == source)?.Target
            ?? Kept(service, clause);
        var holds = clause.Lexemes.Any(l => l.IsField("data"))
            && AppCatalog.ByImage(service.Image) is { HasData: true }
            ? service.Volumes.FirstOrDefault()?.Target : null;
        if ((said.Target ?? known ?? holds ?? content?.Target) is not { } target)
        {
            return Reply.Ask($"Where in {service.Name} shall {source} be found?", ["/data"],
                Filler(clause, said));
        }
        if (!target.StartsWith('/'))
        {
            return Reply.Ask($"Where in {service.Name} shall {source} be found? It must begin "
                + "with /.", [], Filler(clause, said));
        }
        // "… needs /srv/music too": what is there stays.
        if (said.Target is null && known is null && holds is null
            && service.Volumes.Any(v => v.Target == target && v.Source != source)
            && clause.Lexemes.Any(l => l.IsGlue("also")) && source.StartsWith('/'))
        {
            return Reply.Ask($"{target} of {service.Name} is taken. Where in {service.Name} shall "
                + $"{source} be found?", [$"/{source.TrimEnd('/').Split('/')[^1]}"],
                Filler(clause, said));
        }
        if (said.Target is null && known is null && holds is null && !draft.IsNew(service)
            && IsBeside(service, source, target, clause))
        {
            target = $"/{source.TrimEnd('/').Split('/')[^1]}";
        }
        return Placed(draft, service, said with { Target = target, ReadOnly = said.ReadOnly
            || (said.Target is null && known is null && holds is null && content!.ReadOnly) });
    }

    /// <summary>Of which it is known where it comes from and where it goes.</summary>
    private static Reply Placed(Draft draft, Service service, MountAttribute said)
    {
        var (source, target, readOnly) = (said.Source!, said.Target!, said.ReadOnly);
        var present = service.Volumes.FirstOrDefault(v => v.Target == target);
        if (present is not null && present.Source == source && present.ReadOnly == readOnly)
        {
            if (said.Size is not null && !draft.Base.Volumes.ContainsKey(source))
            {
                Measure(draft, source, said);
            }
            return Reply.Same($"{service.Name} already has {source} at {target}.");
        }
        if (!source.StartsWith('/'))
        {
            NewService.DeclareVolume(draft, source, null);
            Measure(draft, source, said);
        }
        var list = Draft.Path(service.Name, "volumes");
        var mount = NewService.Mount(source, target, readOnly);
        if (present is null)
        {
            draft.Append(ServicesFile.File, list, mount);
        }
        else
        {
            draft.Set(ServicesFile.File,
                list.At(service.Volumes.IndexOf(present)), mount);
            Forget(draft, present.Source);
        }
        return Reply.Done($"mount {source} into {service.Name} at {target}"
            + (readOnly ? ", read-only" : ""))
            .With(Danger(source, readOnly));
    }

    /// <summary>"/datastore has to survive updates", "with a volume at /data", "its config in
    /// /etc/caddy", of what is new: the place inside, and by what it is kept.</summary>
    private static MountAttribute Lasting(
        Draft draft, Service service, MountAttribute said, Clause clause)
    {
        if (!draft.IsNew(service) || said.Source is not { } source)
        {
            return said;
        }
        if (said is { Target: null } && source.StartsWith("/etc/", StringComparison.Ordinal))
        {
            return said with { Target = source };
        }
        var path = said.Target ?? source;
        var lasts = said.Target is null && path.StartsWith('/')
            && (clause.Lexemes.Any(l => l.IsField("lasting"))
                || clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.Text is "keep"
                    or "preserve" or "save" && p.Second.Is(Part.Path)));
        if (!lasts && !said.Unnamed)
        {
            return said;
        }
        // What the app keeps there has its volume already.
        var there = service.Volumes.FirstOrDefault(v => v.Target == path)?.Source;
        return said with
        {
            Source = there ?? $"{service.Name}-{path.Trim('/').Split('/')[^1]}", Target = path,
        };
    }

    /// <summary>"Mount /srv/books into it", where its films are: it comes beside them.</summary>
    private static bool IsBeside(Service service, string source, string target, Clause clause) =>
        source.StartsWith('/') && service.Volumes.Any(v => v.Target == target
            && v.Source != source && v.Source.StartsWith('/'))
        && !clause.Lexemes.Any(l => l.IsGlue("insteadof") || l.IsGlue("instead"));

    /// <summary>What was said of the volume itself.</summary>
    private static void Measure(Draft draft, string volume, MountAttribute said)
    {
        var item = EditPath.Parse("spec.volumes").Item("name", volume);
        if (said.Size is { } size)
        {
            draft.Set(StorageFile.File, item.Key("size"),
                EditValue.Of($"{size.Value:0.###}{size.Unit}"));
        }
        if (said.Path is { } path)
        {
            draft.Set(StorageFile.File, item.Key("path"), EditValue.Of(path));
        }
    }

    /// <summary>"It keeps its files in /srv/x", "with its config in a volume called x": the
    /// place of what is kept, by what it is called.</summary>
    private static string? Kept(Service service, Clause clause)
    {
        var last = clause.Attributes.OfType<MountAttribute>().FirstOrDefault()?.Source?
            .Split('/')[^1];
        if (last is { Length: > 2 } && service.Volumes.FirstOrDefault(v => v.Target.Split('/')
            .Contains(last, StringComparer.Ordinal)) is { } alike)
        {
            return alike.Target;
        }
        if (AppCatalog.ByImage(service.Image) is not { } app || !clause.Lexemes.Any(l =>
            l.Text.Split(' ')[0] is "keep" or "keeps" or "keeping" or "store" or "stores"
                or "storing" or "save" or "saves" or "with" or "put" or "puts" or "its"
                or "live" or "lives" or "lie" or "lies" or "are" or "is" or "go" or "goes"
                || l.IsField("data")))
        {
            return null;
        }
        var words = clause.Lexemes.SelectMany(l => l.Text.Split(' ')).ToHashSet(
            StringComparer.Ordinal);
        var named = app.Volumes.FirstOrDefault(v => words.Contains(v.Name)
            || words.Contains(v.Name + "s") || v.Target.Split('/').Any(p => p.Length > 3
                && words.Contains(p)));
        var any = words.Overlaps(["files", "data", "documents", "everything", "stuff", "content",
            "database", "uploads", "storage"]);
        return named?.Target ?? (any ? app.Volumes.FirstOrDefault(v => v.Name == "data")?.Target
            ?? (app.Volumes is [var only] ? only.Target : null) : null);
    }

    /// <summary>A volume that came with a service of this conversation goes when another place
    /// took its part.</summary>
    private static void Forget(Draft draft, string volume)
    {
        if (draft.State.Volumes.ContainsKey(volume) && !draft.Base.Volumes.ContainsKey(volume)
            && !draft.State.Services.Values.Any(s => s.Volumes.Any(v => v.Source == volume)))
        {
            draft.Remove(StorageFile.File, EditPath.Parse("spec.volumes").Item("name", volume));
        }
    }

    /// <summary>Who may write the machine's own files, or speak to its engine, is its master.
    /// </summary>
    private static Risk Danger(string source, bool readOnly)
    {
        var engine = source.EndsWith("docker.sock", StringComparison.Ordinal)
            || source.EndsWith("podman.sock", StringComparison.Ordinal);
        var top = source.Split('/') is { Length: > 1 } parts ? parts[1] : null;
        return !source.StartsWith('/') ? Risk.Low
            : engine || (top is "" && !readOnly) ? Risk.Critical
            : top is "" or "root" or "boot" or "proc" or "sys" or "dev"
                || (top is "etc" or "usr" or "bin" or "lib" && !readOnly) ? Risk.High
            : Risk.Medium;
    }

    private static Reply Remove(Draft draft, Service service, MountAttribute said)
    {
        var index = -1;
        for (var at = 0; at < service.Volumes.Length; at++)
        {
            var volume = service.Volumes[at];
            if (volume.Source == said.Source || volume.Target == said.Source
                || volume.Target == said.Target)
            {
                index = at;
            }
        }
        if (index < 0)
        {
            return Reply.Absent($"{service.Name} has nothing mounted from or at "
                + $"{said.Source ?? said.Target}.");
        }
        var list = Draft.Path(service.Name, "volumes");
        draft.Remove(ServicesFile.File, service.Volumes.Length == 1 ? list : list.At(index));
        var gone = service.Volumes[index];
        return Reply.Done($"take {gone.Source} at {gone.Target} out of {service.Name}")
            .With(Risk.High).Note("The data are kept.");
    }

    private static Func<Clause, bool> Filler(Clause clause, MountAttribute said) => answer =>
    {
        var path = answer.Attributes.OfType<MountAttribute>().FirstOrDefault()?.Source;
        var index = clause.Attributes.IndexOf(said);
        if (path is null || index < 0)
        {
            return false;
        }
        clause.Attributes[index] = said with { Target = path };
        return true;
    };
}
