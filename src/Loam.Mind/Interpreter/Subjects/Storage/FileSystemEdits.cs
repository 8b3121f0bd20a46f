using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Mounted file systems of the machine.</summary>
internal sealed class FileSystemEdits(ISubject subject, Session session)
{
    private const string SecretOption = "password=${secrets.";

    private static readonly EditPath s_mounts = EditPath.Parse("spec.mounts");

    private Draft Draft => session.Draft;

    public static ImmutableArray<MapValue> All(Draft draft) =>
        [.. draft.State.Specs.GetValueOrDefault(StorageFile.File)?.Maps("mounts") ?? []];

    public Reply Apply(Clause clause, FileSystemAttribute said)
    {
        // "It must not stop the boot when it is dead" takes nothing away.
        var boots = clause.Lexemes.Any(l => l.Is(Part.Topic, "bootstop"));
        if (!boots && (clause.Verb is "remove" or "stop" || clause.Negated)
            && said.Options.Count > 0
            && said.Source is null)
        {
            // "Drop noatime" takes the option, not the mount.
            said = said with { Options = [], Without = [.. said.Without, .. said.Options] };
            return Present(said) is { } mounted ? Change(mounted, said) : Nothing(clause, said);
        }
        var named = clause.Lexemes.Any(l => l.IsVerb("mount") || l.IsVerb("unmount")
            || l.Is(Part.Topic, "mounted") || l.Is(Part.Topic, "share")
            || l.Is(Part.Topic, "drive"));
        if (said.Options.Select(SecretOf).OfType<string>().FirstOrDefault(
            s => !Draft.State.Secrets.ContainsKey(s)) is { } unknown)
        {
            return Reply.Ask($"There is no secret {unknown} here. Set it with `loam secret set "
                + $"{unknown}` first; or which one is meant?",
                Draft.State.Secrets.Keys.Take(4), answer => Fill(clause, said, unknown, answer));
        }
        var present = Present(said with
        {
            Asked = clause.Verb is "mount" or "create" || (clause.Verb == "remove" && !named),
        });
        if (!boots && (clause.Verb is "unmount" or "remove" or "stop" || clause.Negated))
        {
            return present is null ? Nothing(clause, said) : Remove(present);
        }
        return present is not null ? Change(present, said) : Create(clause, said);
    }

    private static string? SecretOf(string option) =>
        option.StartsWith(SecretOption, StringComparison.Ordinal)
            ? option[SecretOption.Length..^1] : null;

    private static bool Fill(
        Clause clause, FileSystemAttribute said, string unknown, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var name = answer.Lexemes.Select(l => l.Named(Recognising.Known.Secret))
            .OfType<string>().FirstOrDefault();
        if (index < 0 || name is null)
        {
            return false;
        }
        clause.Attributes[index] = said with
        {
            Options = [.. said.Options.Select(o => SecretOf(o) == unknown
                ? $"{SecretOption}{name}}}" : o)],
        };
        return true;
    }

    /// <summary>The mount that is meant: by its place, its source, or spoken of before.</summary>
    private MapValue? Present(FileSystemAttribute said)
    {
        var all = All(Draft);
        var target = said.Known.Count > 0 ? said.Known[0] : said.Target;
        var source = said.Source;
        if (target is null && source is null && session.About is { } about
            && ReferenceEquals(about.Subject, subject) && about.Names is [var name, ..])
        {
            target = name;
        }
        return all.FirstOrDefault(m => m.Text("target") == target)
            ?? (target is null ? all.FirstOrDefault(m => m.Text("source") == source) : null)
            ?? (target is null && source is null && all.Length == 1
                && (said.Options.Count + said.Without.Count > 0 || said.Type is null)
                && !said.Asked ? all[0] : null);
    }

    private Reply Nothing(Clause clause, FileSystemAttribute said) =>
        said.Target is null && said.Source is null && All(Draft).Length > 1
            ? Reply.Ask("Which one shall be unmounted: "
                + $"{Wording.List(All(Draft).Select(m => m.Text("target")!), "or")}?",
                All(Draft).Select(m => m.Text("target")!), answer =>
                {
                    var path = answer.Lexemes.FirstOrDefault(l => l.Is(Part.Path)
                        || l.Named(Recognising.Known.Mount) is not null)?.Original;
                    var index = clause.Attributes.IndexOf(said);
                    if (path is null || index < 0)
                    {
                        return false;
                    }
                    clause.Attributes[index] = said with { Target = path };
                    return true;
                })
            : Reply.Absent("Nothing is mounted "
                + (said.Target is { } at ? $"at {at}." : "like that."));

    private Reply Remove(MapValue mount)
    {
        var target = mount.Text("target")!;
        Draft.Remove(StorageFile.File, s_mounts.Item("target", target));
        session.About = new(subject, []);
        var users = Draft.State.Services.Values.Where(s => s.Volumes.Any(v => IsBelow(
            v.Source, target))).Select(s => s.Name).ToList();
        var reply = Reply.Done($"unmount {target}").With(Risk.Medium)
            .Note("What is on it stays as it is.");
        return users.Count == 0 ? reply : reply.With(Risk.High)
            .Note($"{Wording.List(users)} {(users.Count == 1 ? "reads" : "read")} files below it.");
    }

    private static bool IsBelow(string path, string parent) => path == parent
        || path.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal);

    private Reply Change(MapValue mount, FileSystemAttribute said)
    {
        var target = mount.Text("target")!;
        var path = s_mounts.Item("target", target);
        session.About = new(subject, [target]);
        var done = new List<string>();
        if (said.Source is { } source && source != mount.Text("source"))
        {
            Draft.Set(StorageFile.File, path.Key("source"), EditValue.Of(source));
            done.Add($"mount {source} at {target} instead of {mount.Text("source")}");
        }
        if (said.Type is { } type && type != "auto" && type != mount.Text("type")
            && !(type == "nfs" && mount.Text("type") == "nfs4"))
        {
            Draft.Set(StorageFile.File, path.Key("type"), EditValue.Of(type));
            done.Add($"mount {target} as {type}");
        }
        var moved = said.Known.Count > 0 && said.Target is { } to && to != target ? said.Target
            : null;
        var options = mount.Texts("options");
        var wanted = Merged(options, said);
        if (!wanted.SequenceEqual(options))
        {
            WriteOptions(path, options, wanted);
            done.Add(wanted.Except(options).ToList() is { Count: > 0 } added
                ? $"mount {target} with {Wording.List(added)}"
                : $"mount {target} without {Wording.List(options.Except(wanted))}");
        }
        if (moved is not null)
        {
            Draft.Set(StorageFile.File, path.Key("target"), EditValue.Of(moved));
            session.About = new(subject, [moved]);
            done.Add($"mount it at {moved} instead of {target}");
        }
        return done.Count == 0 ? Reply.Same($"{target} is mounted like that already.")
            : Reply.Done(Wording.List(done)).With(Risk.Medium);
    }

    /// <summary>An option of a kind replaces the one that is there: <c>vers=4.2</c>.</summary>
    private static List<string> Merged(ImmutableArray<string> options, FileSystemAttribute said)
    {
        var wanted = options.Where(o => !said.Without.Contains(o)).ToList();
        foreach (var option in said.Options.Where(o => o != "rw"))
        {
            var key = option.Split('=')[0];
            var at = wanted.FindIndex(o => o.Split('=')[0] == key);
            if (at >= 0)
            {
                wanted[at] = option;
            }
            else
            {
                wanted.Add(option);
            }
        }
        return wanted;
    }

    private void WriteOptions(
        EditPath mount, ImmutableArray<string> options, List<string> wanted)
    {
        var list = mount.Key("options");
        if (wanted.Count == 0)
        {
            Draft.Remove(StorageFile.File, list);
            return;
        }
        foreach (var gone in options.Where(o => !wanted.Contains(o)))
        {
            var key = gone.Split('=')[0];
            if (wanted.Find(o => !options.Contains(o) && o.Split('=')[0] == key) is { } other)
            {
                Draft.Set(StorageFile.File, list.Text(gone), EditValue.Of(other));
                continue;
            }
            Draft.Remove(StorageFile.File, list.Text(gone));
        }
        foreach (var option in wanted.Where(o => !options.Contains(o)
            && !options.Any(g => !wanted.Contains(g) && g.Split('=')[0] == o.Split('=')[0])))
        {
            Draft.Append(StorageFile.File, list, EditValue.Of(option));
        }
    }

    private Reply Create(Clause clause, FileSystemAttribute said)
    {
        if (said.Source is not { } source)
        {
            return Reply.Ask("What shall be mounted: a device such as /dev/sdb1, or a share such "
                + "as nas.local:/music or //nas/music?", [], Filler(clause, said, isSource: true));
        }
        if (said.Target is not { } target)
        {
            return Reply.Ask($"Where shall {source} be mounted?",
                [$"/mnt/{Parsing.Attributes.NameReader.AsLabel(source.Split('/', ':')[^1])}"],
                Filler(clause, said, isSource: false));
        }
        var entry = new List<(string, EditValue)>
        {
            ("source", EditValue.Of(source)), ("target", EditValue.Of(target)),
            ("type", EditValue.Of(said.Type ?? "auto")),
        };
        var options = said.Options.Where(o => o != "rw").Distinct().ToList();
        if (options.Count > 0)
        {
            entry.Add(("options", EditValue.List([.. options.Select(EditValue.Of)])));
        }
        Draft.Append(StorageFile.File, s_mounts, EditValue.Map([.. entry]));
        session.About = new(subject, [target]);
        return Reply.Done($"mount {source} at {target} ({said.Type ?? "auto"}"
            + (options.Count > 0 ? $", {string.Join(", ", options)}" : "") + ")")
            .With(Risk.Medium);
    }

    private static Func<Clause, bool> Filler(
        Clause clause, FileSystemAttribute said, bool isSource) => answer =>
    {
        var word = answer.Lexemes.FirstOrDefault(l => isSource
            ? FileSystemReader.IsSource(l) || l.Is(Part.Path) || l.Is(Part.Mount)
            : l.Is(Part.Path))?.Original;
        var index = clause.Attributes.IndexOf(said);
        if (word is null || index < 0)
        {
            return false;
        }
        var type = said.Type ?? answer.Attributes.OfType<FileSystemAttribute>()
            .FirstOrDefault()?.Type;
        clause.Attributes[index] = isSource ? said with { Source = word, Type = type }
            : said with { Target = word };
        return true;
    };
}
