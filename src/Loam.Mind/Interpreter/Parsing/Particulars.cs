using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Gitea wanted. Web 3003, ssh 2222", "can we host draw.io ourselves? IMAGE as diagrams,
/// …": what is to run, and in the next sentence by what image or at which ports. One wish.
/// </summary>
internal static class Particulars
{
    private static readonly string[] s_sides = ["ui", "web ui", "webui", "web interface", "api",
        "console", "dashboard", "frontend", "admin", "sync", "gui", "interface"];

    /// <summary>The same sentences, such particulars behind their wish.</summary>
    public static List<Sentence> Join(List<Sentence> sentences)
    {
        for (var at = 0; at + 1 < sentences.Count;)
        {
            var (wish, more) = (sentences[at], sentences[at + 1]);
            if (more.Asks || Wished(wish) is not { } thing
                || !(IsImageOf(more.Lexemes, thing) || IsOfPorts(more.Lexemes)))
            {
                at++;
                continue;
            }
            sentences[at] = new([.. wish.Lexemes, new(",", ",", [new(Part.Glue, "comma")]),
                .. more.Lexemes], Asks: false);
            sentences.RemoveAt(at + 1);
        }
        return sentences;
    }

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
        var things = all.FindAll(l => l.IsMention);
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

    /// <summary>"Web 3003, ssh 2222", "port 8080".</summary>
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

    /// <summary>What people call a port.</summary>
    private static bool IsSide(Lexeme lexeme) => s_sides.Contains(lexeme.Text)
        || lexeme.Readings.Any(r => r.Part == Part.Topic
            && r.Key.Contains(" tcp:", StringComparison.Ordinal));
}
