using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Directories and volumes: <c>/srv/a into api at /a</c>, <c>data:/data:ro</c>,
/// <c>a volume called uploads at /uploads</c>.</summary>
internal static class MountReader
{
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
        if (clause.Find(Part.Field, "data") is var data and >= 0)
        {
            clause.Use(data);
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
            && clause.Lexemes.Any(l => l.IsGlue("from"));
        var named = clause.Lexemes.Any(l => l.IsField("volume"))
            && clause.Lexemes.Any(l => l.IsField("name"));
        if ((gone && service || clause.Verb is "create" or "have" && named)
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
        }
    }

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
        var next = clause.Next(field);
        if (next >= 0 && clause[next].IsField("name"))
        {
            clause.Use(next);
            next = clause.Next(next);
        }
        if (next < 0 || !(clause[next].Is(Part.Unknown) || clause[next].Is(Part.Quoted)))
        {
            return null;
        }
        clause.Use(next);
        return NameReader.AsLabel(clause[next].Original);
    }
}
