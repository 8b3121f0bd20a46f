using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Minio wanted. Api 9000, console 9001", "can we host draw.io ourselves? IMAGE as
/// diagrams, …": what is to run, and in the next sentence by what image or at which ports. One
/// wish.</summary>
internal static class Particulars
{
    /// <summary>Words between the port inside and the one outside.</summary>
    private const int MostBetween = 9;

    private static readonly string[] s_sides = ["ui", "web ui", "webui", "web interface", "api",
        "console", "dashboard", "frontend", "admin", "sync", "gui", "interface",
        "web", "http", "web port", "web page", "ssh", "dns", "metrics", "mqtt"];

    /// <summary>The same sentences, such particulars behind their wish.</summary>
    public static List<Sentence> Join(List<Sentence> sentences)
    {
        for (var at = 0; at + 1 < sentences.Count;)
        {
            var (wish, more) = (sentences[at], sentences[at + 1]);
            if (more.Asks || !(Wished(wish) is { } thing
                && IsImageOf(more.Lexemes, thing)
                || Makes(wish) && (Listens(more.Lexemes) || IsReach(more.Lexemes)
                    || IsOfPorts(more.Lexemes))
                || IsName(more.Lexemes)
                    && (Makes(wish) || wish.Lexemes.Exists(l => l.Is(Part.Url)))))
            {
                at++;
                continue;
            }
            sentences[at] = new([.. wish.Lexemes, new(",", ",", [new(Part.Glue, "comma")]),
                .. IsOfPorts(more.Lexemes) ? Plain(more.Lexemes) : more.Lexemes], Asks: false);
            sentences.RemoveAt(at + 1);
        }
        foreach (var sentence in sentences.Where(Makes))
        {
            Sides(sentence.Lexemes);
        }
        return sentences;
    }

    /// <summary>One thing that is not there is to run.</summary>
    private static bool Makes(Sentence sentence) => Wished(sentence) is not null
        || sentence.Lexemes.Count(l => l.Is(Part.Image)) == 1
            && sentence.Lexemes.TrueForAll(l => l.Named(Known.Service) is null
                && !l.IsGlue("insteadof"))
            && ClauseSplitter.VerbOf(sentence.Lexemes) is "create" or "have" or "start" or ""
                or "publish";

    /// <summary>"It listens on 80 …".</summary>
    private static bool Listens(List<Lexeme> all) => all.Count > 2 && Listening(all) is 0 or 1
        && all.TrueForAll(l => !l.IsMention && !l.Is(Part.Image));

    private static int Listening(List<Lexeme> all) => all.FindIndex(
        l => l.Text is "listens" or "listening" or "listens on" or "listening on");

    /// <summary>"Nothing published, …", "no ports outside".</summary>
    private static bool IsReach(List<Lexeme> all) => Reach.Denies(all[0])
        && all.TakeWhile(l => !ClauseSplitter.IsJoint(l)).ToList() is { Count: < 7 } piece
        && piece.Exists(l => Reach.Opens(l) || l.IsField("port"))
        && piece.TrueForAll(l => !l.IsMention && !l.IsNumber);

    /// <summary>"Call it tom-phone".</summary>
    private static bool IsName(List<Lexeme> all) => all.Count is 2 or 3 && all[0].IsField("name")
        && all[^1].Readings[0].Part is Part.Unknown or Part.Quoted;

    /// <summary>"It listens on 80, let it answer on 13378 here": the one inside and the one
    /// outside.</summary>
    private static void Sides(List<Lexeme> all)
    {
        var listens = Listening(all);
        var inner = listens < 0 ? -1 : all.FindIndex(listens, IsPort);
        var outer = inner < 0 ? -1 : all.FindIndex(inner + 1, IsPort);
        if (outer < 0 || inner - listens > 2 || outer - inner > MostBetween
            || all.FindIndex(outer + 1, IsPort) >= 0
            || !(all[outer - 1].IsGlue("on") || all[outer - 1].IsGlue("as")
                || all[outer - 1].IsGlue("to") || all[outer - 1].IsField("port"))
            || all.GetRange(inner + 1, outer - inner - 1).Exists(l => l.IsMention
                || l.IsGlue("insteadof") || l.IsGlue("not") || l.Is(Part.Path)))
        {
            return;
        }
        var from = listens > 0 && all[listens - 1].Is(Part.Reference, "it") ? listens - 1 : listens;
        List<Lexeme> said = [all[outer], Word("outside", Part.Noise), Word(",", Part.Glue),
            all[inner], Word("inside", Part.Noise)];
        all.RemoveRange(from, outer - from + 1);
        all.InsertRange(from, said);
    }

    private static bool IsPort(Lexeme lexeme) => lexeme is { IsNumber: true, Unit: "",
        IsMention: false, Value: >= 22 and < 65536 };

    private static Lexeme Word(string text, Part part) =>
        new(text, text, [new(part, part == Part.Glue ? "comma" : "noise")]);

    /// <summary>The one thing a sentence wishes that is not there; null: it does something else.
    /// </summary>
    private static Lexeme? Wished(Sentence sentence)
    {
        var all = sentence.Lexemes;
        if (all.Exists(l => l.IsGlue("not") || l.Is(Part.Image) || l.IsGlue("except"))
            || sentence.Asks && all[0].Key(Part.Question) is not (null or "is")
            || ClauseSplitter.VerbOf(all) is not ("create" or "have" or "start" or ""))
        {
            return null;
        }
        // "A redis that n8n can use": who will use it is there.
        var things = all.TakeWhile(l => l.Text is not ("that" or "which")).Where(l => l.IsMention)
            .ToList();
        var apps = things.FindAll(l => l.Named(Known.App) is not null);
        apps = apps.Count > 0 ? apps : things.FindAll(l => l.Named(Known.Role) is not null);
        return apps is [{ } only] && things.TrueForAll(l => l.Named(Known.Service) is null
            || l == only && IsMore(all, only)) ? only : null;
    }

    private static bool IsMore(List<Lexeme> all, Lexeme thing) =>
        all.IndexOf(thing) is > 0 and var at && Roles.IsMore(all[at - 1]) is true;

    /// <summary>"IMAGE as diagrams, …", "it's IMAGE", "the image is IMAGE".</summary>
    private static bool IsImageOf(List<Lexeme> all, Lexeme thing)
    {
        var at = all.FindIndex(l => l.Is(Part.Image));
        if (at < 0 || !all.Take(at).All(l => l.Readings[0].Part is Part.Noise or Part.Glue
                || l.IsField("image") || l.Is(Part.Reference, "it") || l.IsVerb("have"))
            || ImageReference.Parse(all[at].Text, out _) is not { } image
            || all.Skip(at + 1).Any(l => l.Is(Part.Image)))
        {
            return false;
        }
        var app = AppCatalog.ByImage(image);
        return thing.Named(Known.App) is { } name
            ? app?.Name == name || image.Product.Contains(name, StringComparison.Ordinal)
            : app?.Roles.Contains(thing.Named(Known.Role)!) == true
                || image.Product.Contains(thing.Text, StringComparison.Ordinal);
    }

    /// <summary>"Api 9000, console 9001", "port 8080".</summary>
    private static bool IsOfPorts(List<Lexeme> all)
    {
        var first = all.Find(l => l.Readings[0].Part != Part.Noise || IsSide(l));
        return first is not null && (IsSide(first) || first.IsField("port")
                || first.Is(Part.PortPair) || first is { IsNumber: true, Unit: "" })
            && all.Exists(l => l is { IsNumber: true, Unit: "", Value: >= 22 } || l.Is(
                Part.PortPair))
            && all.TrueForAll(l => IsSide(l) || l is { IsNumber: true, Unit: "" }
                || l.Is(Part.PortPair) || l.IsField("port") || l.IsField("containerport")
                || l.IsField("udp") || l.IsField("tcp") || l.Readings[0].Part == Part.Noise
                || l.IsGlue("comma") || l.IsGlue("and") || l.IsGlue("on") || l.IsGlue("to")
                || l.IsGlue("in") || l.IsGlue("for") || l.IsGlue("is"));
    }

    /// <summary>"Web on 3003": what a port is called names no service here.</summary>
    private static IEnumerable<Lexeme> Plain(List<Lexeme> all)
    {
        for (var at = 0; at < all.Count; at++)
        {
            yield return !IsSide(all[at]) ? all[at] : all[at] with
            {
                Readings = [new(Part.Noise, "noise")], Namings = [],
            };
            if (IsSide(all[at]) && at + 1 < all.Count && all[at + 1].IsNumber)
            {
                yield return new("on", "on", [new(Part.Glue, "on")]);
            }
        }
    }

    /// <summary>What people call the port of the pages; another is told apart elsewhere.</summary>
    private static bool IsSide(Lexeme lexeme) => s_sides.Contains(lexeme.Text);
}
