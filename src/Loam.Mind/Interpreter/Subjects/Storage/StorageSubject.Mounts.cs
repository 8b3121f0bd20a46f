using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What is mounted: from where, and in several clauses.</summary>
internal sealed partial class StorageSubject
{
    /// <summary>"The nas has a new address", "sdb1 was replaced by sdc1": what is mounted comes
    /// from elsewhere.</summary>
    private static FileSystemAttribute Moved(
        Clause clause, FileSystemAttribute read, DesiredState state)
    {
        var mounts = (state.Specs.GetValueOrDefault(StorageFile.File)?.Maps("mounts") ?? [])
            .ToList();
        if (read is { Source: null, Known: [var only] }
            && mounts.Find(m => m.Text("target") == only)?.Text("source") is { } source
            && clause.Find(Part.Address) is var host and >= 0)
        {
            clause.Use(host);
            var path = source.IndexOf(":/", StringComparison.Ordinal);
            var moved = path >= 0 ? clause[host].Text + source[path..]
                : source.StartsWith("//", StringComparison.Ordinal)
                    && source.IndexOf('/', 2) is var slash and > 0
                        ? $"//{clause[host].Text}{source[slash..]}" : null;
            return moved is null ? read : read with { Source = moved };
        }
        // Both were read, as if the second was where the first shall be.
        var (was, now) = (read.Source, read.Target);
        if (was is not null && now is not null && now.StartsWith("/dev/",
            StringComparison.Ordinal))
        {
            var turned = clause.Lexemes.Any(l => l.IsGlue("insteadof"));
            var there = mounts.Find(m => m.Text("source") == (turned ? now : was));
            if (there?.Text("target") is { } target)
            {
                return new(turned ? was : now, null, null, [target]);
            }
        }
        return read;
    }

    /// <summary>"My NAS has a share //nas/a, mount it on /mnt/a": one mount in two clauses.
    /// </summary>
    private static FileSystemAttribute Joined(FileSystemAttribute read, Discourse said)
    {
        if (read.Source is not null || read.Known.Count > 0 || said.Before is not
            [.., { Attributes: [FileSystemAttribute { Source: not null, Target: null,
                Known.Count: 0 } first] }
                before])
        {
            return read;
        }
        before.Attributes.Clear();
        return read with
        {
            Source = first.Source,
            Type = read.Type ?? first.Type,
            Options = [.. first.Options.Union(read.Options)],
        };
    }

    private static bool Mounts(Clause clause)
    {
        var source = clause.Lexemes.Any(FileSystemReader.IsSource);
        var type = clause.Lexemes.Any(l => FileSystemReader.FileSystemOf(l) is { } fs
            && fs != "ext4");
        var share = clause.Lexemes.Any(l => l.Is(Part.Topic, "share"))
            || (clause.Verb is "mount" or "unmount"
                && clause.Lexemes.Any(l => l.Is(Part.Topic, "drive") || l.IsField("disk")));
        var path = clause.Lexemes.Any(l => l.Is(Part.Path));
        var verb = clause.Verb is "mount" or "unmount"
            || clause.Lexemes.Any(l => l.IsVerb("mount") || l.Is(Part.Topic, "mounted"));
        return source && (path || verb || type || clause.Verb is "set" or "move" or "")
            || (clause.Verb == "unmount" && clause.Lexemes.All(l => !l.IsMention))
            || (verb && (type || share || (clause.Verb == "unmount" && path)))
            || (type && path) || (share && clause.Verb is "remove" or "create");
    }
}
