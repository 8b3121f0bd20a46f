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
        var only = read.Known is [var known] ? known : read.Known.Count == 0 && Renumbers(clause)
            && mounts.FindAll(m => IsShare(m.Text("source") ?? "")) is [{ } one]
                ? one.Text("target") : null;
        var hosts = clause.All(Part.Address).ToList();
        if (read.Source is null && only is not null && hosts.Count > 0
            && mounts.Find(m => m.Text("target") == only)?.Text("source") is { } source)
        {
            // "Now .12, was .9": which of them it has is known.
            var host = hosts.FirstOrDefault(h => !source.Contains(clause[h].Text,
                StringComparison.Ordinal), hosts[0]);
            hosts.ForEach(clause.Use);
            foreach (var at in Enumerable.Range(0, clause.Count).Where(i => s_moves.Contains(
                clause[i].Text) || clause[i].IsField("address") || clause[i].Is(Part.Verb)))
            {
                clause.Use(at);
            }
            clause.Verb = "";
            var path = source.IndexOf(":/", StringComparison.Ordinal);
            var moved = path >= 0 ? clause[host].Text + source[path..]
                : source.StartsWith("//", StringComparison.Ordinal)
                    && source.IndexOf('/', 2) is var slash and > 0
                        ? $"//{clause[host].Text}{source[slash..]}" : null;
            return moved is null ? read : read with { Source = moved, Known = [only] };
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

    private static bool IsShare(string source) => source.Contains(":/", StringComparison.Ordinal)
        || source.StartsWith("//", StringComparison.Ordinal);

    /// <summary>How a new address is told.</summary>
    private static readonly string[] s_moves = ["given", "was", "is", "renumbered", "moved",
        "moved to", "answers", "answers at", "got", "sits", "lives", "ip", "upstairs", "box"];

    /// <summary>"The nas answers at ADDRESS now", "the file server was renumbered to ADDRESS": no
    /// rule speaks of it.</summary>
    private static bool Renumbers(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => l.Named(Known.Mount) is not null
            || l.Is(Part.Topic, "share") || l.Text is "file server" or "fileserver" or "nas")
        && clause.All(Part.Address).Any()
        && clause.Verb is "" or "set" or "move" or "publish" or "have" or "mount"
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null || l.Is(Part.Cidr)
            || l.Is(Part.Topic, "allow") || l.Is(Part.Topic, "block") || l.IsVerb("block")
            || l.Is(Part.Topic, "firewall") || l.IsField("port") || l.Is(Part.Path)
            || l.IsGlue("from") && l.Text != "off")
        && (clause.Verb.Length == 0 || clause.Lexemes.Any(l => l.Text is "answers" or "now"
            or "was" or "has" or "got" or "new" or "is" || l.Is(Part.Topic, "moved")));

    /// <summary>"I want to see /dev/sdb1 at /mnt/usb" shows nothing but mounts it.</summary>
    private static bool WantsThere(Clause clause) => clause.Question == "show"
        && clause.Lexemes.Any(l => l.Is(Part.Question, "show")
            && l.Text.EndsWith("to see", StringComparison.Ordinal))
        && clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(
            p => p.First.IsGlue("on") && p.Second.Is(Part.Path));

    /// <summary>"My NAS has a share //nas/a, mount it on /mnt/a": one mount in two clauses.
    /// </summary>
    private static FileSystemAttribute Joined(FileSystemAttribute read, Discourse said)
    {
        // "The drive behind /media died. The new one is UUID=…, mount that"
        if (read is { Source: not null, Target: null, Known.Count: 0 }
            && said.Before.SelectMany(c => c.Lexemes).Select(l => l.Named(Known.Mount))
                .OfType<string>().Distinct().ToList() is [var there])
        {
            return read with { Known = [there] };
        }
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

    private static bool IsAboutMounts(Discourse said) => said.Before.Count > 0
        ? said.Before[^1].Attributes.OfType<FileSystemAttribute>().Any()
        : said.Session.About?.Names is [var name, ..] && name.StartsWith('/');

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
