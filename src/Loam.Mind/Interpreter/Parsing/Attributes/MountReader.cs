using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Directories and volumes: <c>/srv/a into api at /a</c>, <c>data:/data:ro</c>,
/// <c>a volume called uploads at /uploads</c>.</summary>
internal static class MountReader
{
    /// <summary>"Mount it in nextcloud at /minutes", after a volume was spoken of.</summary>
    public static void Bind(Clause clause, Discourse said)
    {
        // "Mount /srv/books into jellyfin", "at /books"
        if (clause.Attributes is [MountAttribute { Source: { } inside, Target: null }]
            && clause.Verb is "" or "mount" && clause.Lexemes.All(l => l.Is(Part.Path)
                || l.IsGlue("on") || l.IsGlue("as") || l.IsGlue("to") || l.IsGlue("in")
                || l.Readings[0].Part == Part.Noise || l.IsVerb("mount") || l.IsGlue("comma"))
            && clause.Lexemes.Any(l => l.IsGlue("on") || l.IsGlue("as"))
            && said.Before.Count == 0 && said.Session.LastWishes is
                [.., { Subject: null } before] && before.Attributes is
                [MountAttribute { Target: null, Source: { } outside } earlier])
        {
            clause.Attributes[0] = earlier with { Source = outside, Target = inside };
            return;
        }
        var it = clause.Lexemes.ToList().FindIndex(l => l.Text is "it" or "that" or "this");
        var mount = clause.Attributes.FindIndex(a => a is MountAttribute
            { Source: { } path, Target: null } && path.StartsWith('/'));
        if (mount < 0 || it < 0 || clause.Verb is not ("mount" or "have" or "set" or "")
            || !clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
            || Spoken(said) is not { } volume)
        {
            return;
        }
        var known = (MountAttribute)clause.Attributes[mount];
        clause.Use(it);
        clause.Attributes[mount] = known with { Source = volume, Target = known.Source };
    }

    /// <summary>The volume spoken of last; null: none was, or several.</summary>
    private static string? Spoken(Discourse said) =>
        said.Before is [.., { } before] ? before.Attributes.OfType<VolumeAttribute>()
            .Select(v => v.Name ?? (v.Volumes is [var one] ? one : null)).FirstOrDefault()
            : said.Session.About is { Subject: StorageSubject, Names: [var name] }
                && said.Session.Draft.State.Volumes.ContainsKey(name) ? name : null;

    public static void Read(Clause clause)
    {
        if (clause.Verb == "probe")
        {
            return;
        }
        var mounts = new List<MountAttribute>();
        foreach (var at in clause.All(Part.Mount).ToList())
        {
            mounts.Add(Parts(clause[at].Original));
            clause.Use(at);
        }
        ReadPaths(clause, mounts);
        ReadVolume(clause, mounts);
        var field = clause.Find(Part.Field, "volume");
        if (field >= 0 && (mounts.Count > 0 || clause.Verb is "unmount"))
        {
            clause.Use(field);
        }
        if (mounts.Count == 0)
        {
            return;
        }
        // "It keeps its data in /data"
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause[i].IsField("data")
            || clause[i].IsField("lasting")
            || clause[i].Text is "settings" or "its settings" or "config" or "configuration"
                or "uploads" or "library"
            || clause[i].Text is "keeps" or "stores" or "saves" or "writes" or "expects").ToList())
        {
            clause.Use(at);
        }
        var flag = clause.Find(Part.Field, "readonly");
        if (flag >= 0)
        {
            clause.Use(flag);
        }
        clause.Attributes.AddRange(mounts.Select(m => m with
        {
            ReadOnly = m.ReadOnly || flag >= 0,
        }));
    }

    /// <summary>"Unmount gitea-data from gitea", "its config in a volume called x": a volume
    /// without a path.</summary>
    private static void ReadVolume(Clause clause, List<MountAttribute> mounts)
    {
        if (mounts.Count > 0)
        {
            return;
        }
        var service = clause.Lexemes.Any(l => l.Named(Known.Service) is not null
            || l.Is(Part.Reference, "it"));
        var gone = clause.Verb == "unmount" || clause.Verb is "remove" or "disconnect"
            && Enumerable.Range(0, clause.Count).Any(i => clause[i].IsGlue("from")
                && clause.Lexemes.Skip(i + 1).Any(l => l.Named(Known.Service) is not null
                    || l.Is(Part.Reference)));
        var named = clause.Lexemes.Any(l => l.IsField("volume"))
            && clause.Lexemes.Any(l => l.IsField("name"));
        // "Keep its files in a volume crm-files"
        var kept = clause.Lexemes.Any(l => l.IsField("data") || l.Text is "keep" or "keeps"
            or "store" or "stores" or "save" or "saves" or "put")
            && clause.Find(Part.Field, "volume") is var at and > 0
            && clause.NextBefore(at) is { } before && (before.IsGlue("in") || before.IsGlue("on"));
        if ((gone && service || clause.Verb is "create" or "have" && named || kept)
            && NamedVolume(clause) is { } volume)
        {
            mounts.Add(new(volume, null, false));
        }
    }

    private static MountAttribute Parts(string text)
    {
        var parts = text.Split(':');
        return new(parts[0], parts.Length > 1 ? parts[1] : null, parts.Length > 2
            && parts[2] == "ro");
    }

    private static void ReadPaths(Clause clause, List<MountAttribute> mounts)
    {
        var paths = clause.All(Part.Path).ToList();
        if (paths.Count == 0)
        {
            return;
        }
        foreach (var at in paths)
        {
            clause.Use(at);
        }
        if (NamedVolume(clause) is { } volume)
        {
            mounts.Add(new(volume, clause[paths[0]].Original, false));
        }
        else if (Pairs(clause, paths) is { Count: > 1 } pairs)
        {
            mounts.AddRange(pairs);
        }
        else if (paths.Count == 1)
        {
            mounts.Add(new(clause[paths[0]].Original, null, false));
        }
        else
        {
            // "put /a inside api at /b": the first is the host's, unless said the other way.
            var turned = clause[Math.Max(0, paths[1] - 1)].IsGlue("from");
            var (source, target) = turned ? (paths[1], paths[0]) : (paths[0], paths[1]);
            mounts.Add(new(clause[source].Original, clause[target].Original, false));
            if (paths[1] - paths[0] <= 3 && !Enumerable.Range(paths[0], paths[1] - paths[0])
                .Any(i => clause[i].IsMention || clause[i].Is(Part.Field)))
            {
                clause.Use(paths[0], paths[1]);
            }
        }
    }

    /// <summary>"/srv/a at /a and /srv/b at /b": each with its own.</summary>
    private static List<MountAttribute> Pairs(Clause clause, List<int> paths) =>
        paths.Count % 2 == 0 && paths.Chunk(2).All(p => p[1] == p[0] + 2
            && (clause[p[0] + 1].IsGlue("on") || clause[p[0] + 1].IsGlue("to")
                || clause[p[0] + 1].IsGlue("as") || clause[p[0] + 1].IsGlue("in")
                || clause[p[0] + 1].Text is "->" or "at" or "under"))
        ? [.. paths.Chunk(2).Select(p => new MountAttribute(
            clause[p[0]].Original, clause[p[1]].Original, false))] : [];

    /// <summary>A volume's name: a known one, or what follows "volume (called)".</summary>
    private static string? NamedVolume(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].Named(Known.Volume) is { } known
                && clause[at].Named(Known.Service) is null)
            {
                clause.Use(at);
                return known;
            }
        }
        var field = clause.Find(Part.Field, "volume");
        if (field < 0)
        {
            return null;
        }
        // "The uploads volume", which is not there yet
        if (field > 1 && clause[field].Text == "volume" && clause.IsFree(field - 1)
            && clause[field - 1].Readings[0].Part == Part.Unknown
            && clause[field - 2].Text is "the" or "a" or "our" or "my" or "new" or "an")
        {
            clause.Use(field - 1);
            return NameReader.AsLabel(clause[field - 1].Original);
        }
        var next = clause.Next(field);
        if (next >= 0 && clause[next].IsField("name"))
        {
            clause.Use(next);
            next = clause.Next(next);
        }
        var called = next > 0 && clause[next - 1].IsField("name")
            && !clause[next].Text.Contains(' ', StringComparison.Ordinal);
        if (next < 0 || !(called || clause[next].Is(Part.Unknown) || clause[next].Is(Part.Quoted)))
        {
            return null;
        }
        clause.Use(next);
        return NameReader.AsLabel(clause[next].Original);
    }
}
