using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"Give jellyfin a volume for transcodes, 20 gigs, at /transcodes": a volume that is made
/// and mounted in one breath.</summary>
internal static class NewVolumeReader
{
    private static readonly string[] s_new =
        ["a", "an", "another", "new", "own", "second", "extra", "additional", "separate",
         "further", "fresh", "dedicated"];

    /// <summary>Where the word for the new volume stands; -1: none is spoken of.</summary>
    public static int Find(Clause clause)
    {
        if (clause.Question is not null || clause.Verb is "remove" or "unmount" or "stop"
            or "backup" or "move" or "rename")
        {
            return -1;
        }
        return Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(
            i => VolumeReader.IsVolumeWord(clause[i]) && !clause[i].IsMention
                && clause[i].Text != "disk"
                && (Enumerable.Range(Math.Max(0, i - 3), Math.Min(3, i)).Any(
                    b => s_new.Contains(clause[b].Text.Split(' ')[^1]))
                    || clause[i].Text == "volume" && IsName(clause, i + 1)), -1);
    }

    /// <summary>"Volume uploads": a name that nothing has yet.</summary>
    private static bool IsName(Clause clause, int at) => at < clause.Count && clause.IsFree(at)
        && clause[at].Readings[0].Part is Part.Unknown or Part.Quoted
        && clause[at].Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>"A volume of its own, jellyfin-cache, at /cache": between two joints.</summary>
    private static int Inserted(Clause clause, int word) => Enumerable.Range(word + 1,
        clause.Count - word - 1).FirstOrDefault(i => IsName(clause, i)
            && ClauseSplitter.IsJoint(clause[i - 1]) && (i + 1 == clause.Count
                || ClauseSplitter.IsJoint(clause[i + 1]) || clause[i + 1].IsGlue("on")
                || clause[i + 1].IsGlue("in")), -1);

    /// <summary>A volume, a service that gets it, and where it finds it.</summary>
    public static bool Speaks(Clause clause) => Find(clause) >= 0
        && clause.Lexemes.Any(l => l.Is(Part.Path))
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null
            || l.Is(Part.Image) || l.Named(Known.App) is not null || IsContent(clause, l)
            || l.Text == "it" && clause.Verb is "have" or "create")
        && !clause.Lexemes.Any(l => l.Named(Known.Volume) is not null
            && l.Named(Known.Service) is null);

    /// <summary>"Its data (/data) on a new volume x", "config under /etc/x in a volume": what is
    /// kept inside, and by what.</summary>
    private static bool IsContent(Clause clause, Lexeme content)
    {
        var at = clause.Lexemes.ToList().IndexOf(content);
        var path = at + 1;
        while (path < clause.Count && !clause[path].Is(Part.Path) && (clause[path].Is(Part.Glue)
            || clause[path].Readings[0].Part == Part.Noise || clause[path].Text is "under"
                or "below" or "(" or "lives" or "is" or "are"))
        {
            path++;
        }
        return path < clause.Count && clause[path].Is(Part.Path) && !content.IsMention
            && (content.IsField("data") || content.Text is "config" or "configuration"
                or "settings" or "uploads" or "library" or "state" or "database" or "files")
            && clause.Lexemes.Skip(path).Any(VolumeReader.IsVolumeWord);
    }

    public static void Read(Clause clause)
    {
        var word = Find(clause);
        var paths = clause.All(Part.Path).ToList();
        if (!Speaks(clause) || paths.Count is 0 or > 2)
        {
            return;
        }
        var target = paths[^1];
        var called = Name(clause, word);
        var name = called ?? clause[target].Original.Split('/')[^1];
        // "512MB, its data on a volume": what stands before its piece is no size of it.
        var piece = Enumerable.Range(0, word).LastOrDefault(
            i => ClauseSplitter.IsJoint(clause[i]), -1);
        var size = Enumerable.Range(piece + 1, clause.Count - piece - 1).FirstOrDefault(
            i => clause.IsFree(i) && SizeReader.IsSize(clause[i]), -1);
        // "Volume x at /x, port 80, 256 MB": what stands behind other things is of the service.
        size = size > word && Enumerable.Range(word, size - word).Any(i => clause[i].IsNumber
            || clause[i].IsField("port") || clause[i].IsField("memory")
            || clause[i].Is(Part.PortPair)) ? -1 : size;
        clause.Use(word);
        paths.ForEach(clause.Use);
        if (size >= 0)
        {
            clause.Use(size);
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].Is(Part.Topic, "mounted") || clause[i].IsField("readonly")
                || clause[i].IsVerb("mount") || IsContent(clause, clause[i])
                || clause[i].IsField("data") && i < word
                || clause[i].Text is "mounted" or "place" or "room"
                    or "space")).ToList())
        {
            clause.Use(at);
        }
        clause.Attributes.Add(new MountAttribute(NameReader.AsLabel(name),
            clause[target].Original, clause.Lexemes.Any(l => l.IsField("readonly")))
        {
            Size = size < 0 ? null : new(AmountKind.Absolute, clause[size].Value,
                SizeReader.Unit(clause[size])),
            Path = paths.Count == 2 ? clause[paths[0]].Original : null,
            Unnamed = called is null,
        });
    }

    private static string? Name(Clause clause, int word)
    {
        var called = Enumerable.Range(word + 1, clause.Count - word - 1).FirstOrDefault(
            i => clause.IsFree(i) && clause[i].IsField("name") && i + 1 < clause.Count, -1);
        if (called > 0)
        {
            clause.Use(called, called + 1);
            return clause[called + 1].Original;
        }
        foreach (var near in (int[])[word + 1, word - 1])
        {
            if (near < clause.Count && clause.IsFree(near)
                && clause[near].Readings[0].Part is Part.Unknown or Part.Quoted)
            {
                clause.Use(near);
                return clause[near].Original;
            }
        }
        if (Inserted(clause, word) is >= 0 and var inserted)
        {
            clause.Use(inserted);
            return clause[inserted].Original;
        }
        // "For thumbnails": what it is for.
        var purpose = Enumerable.Range(word + 1, clause.Count - word - 1).FirstOrDefault(
            i => clause[i].IsGlue("for"), -1);
        var next = purpose < 0 ? -1 : clause.Next(purpose);
        if (next < 0 || clause[next].Readings[0].Part != Part.Unknown)
        {
            return null;
        }
        clause.Use(next);
        return clause[next].Original;
    }
}
