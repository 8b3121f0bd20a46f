using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>A piece without a verb says with its last words what becomes of the thing it names:
/// "results back on", "everything else untouched". They are its verb.</summary>
internal sealed class Predicates
{
    private const int Longest = 4;

    private static readonly Lazy<Predicates> s_english = new(() => new("en"));

    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    private Predicates(string language)
    {
        foreach (var (key, phrase) in WordFile.Read(language, "predicates"))
        {
            _keys[phrase] = key;
        }
    }

    public static Predicates English => s_english.Value;

    /// <summary>The same sentence, predicates bearing the meaning of verbs.</summary>
    public List<Lexeme> Mark(List<Lexeme> sentence) =>
        ClauseSplitter.WithPieces(WithObjects(sentence), Piece);

    /// <summary>"Drop that job": the job goes, and nothing that was said.</summary>
    private static List<Lexeme> WithObjects(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            if (sentence[at].IsVerb("undo")
                && sentence[at].Text.Split(' ') is [.., not "undo" and var verb, "that" or "this"]
                && IsObject(sentence[at + 1]))
            {
                var words = sentence[at].Original.Split(' ');
                sentence[at] = sentence[at] with
                {
                    Text = verb, Original = words[0], Readings = [new(Part.Verb, "remove")],
                };
                sentence.Insert(at + 1, new("that", words[^1], [new(Part.Noise, "noise")]));
            }
        }
        return sentence;
    }

    private static bool IsObject(Lexeme lexeme) => lexeme.IsMention
        || lexeme.Readings[0].Part == Part.Field || lexeme.Is(Part.Topic, "notify")
        || lexeme.Is(Part.Topic, "key") || lexeme.Is(Part.Topic, "job")
        || lexeme.Text is "job" or "account" or "user" or "rule" or "volume" or "certificate"
            or "cert" or "secret" or "key" or "keys" or "mount" or "backup" or "variable"
            or "login" or "ban" or "interface";

    private List<Lexeme> Piece(List<Lexeme> said)
    {
        // "Homeassistant off the box please"
        var piece = said;
        while (piece.Count > 2 && IsTail(piece[^1]))
        {
            piece = piece[..^1];
        }
        // "Minecraft back on with 6 GB"
        var with = piece.FindIndex(l => l.IsGlue("with"));
        if (with > 1 && piece[with - 1].Text is "on" or "up" or "online"
            && Piece(piece[..with]) is var begun && begun[^1].IsVerb("start")
            && begun.Count > 1 && !begun.Take(begun.Count - 1).Any(l => l.Is(Part.Verb)))
        {
            return [.. begun, .. said.Skip(with)];
        }
        for (var length = Math.Min(Longest, piece.Count - 1); length > 0; length--)
        {
            var from = piece.Count - length;
            var words = string.Join(' ', piece.Skip(from).Select(l => l.Text));
            if (!_keys.TryGetValue(words, out var key) || !NamesThing(piece, from)
                || HasVerb(piece, from, key))
            {
                continue;
            }
            var verb = new Lexeme(words, words, [new(Part.Verb, key)]);
            return [.. piece.Take(from).Where(l => !(key == "spare" && IsKeeping(l))), verb];
        }
        return said;
    }

    /// <summary>"Sanne stays of course".</summary>
    private static bool IsTail(Lexeme lexeme) => lexeme.Text is "please" or "pls" or "thanks"
        or "thx" or "of course" or "though" or "obviously" or "naturally" or "definitely"
        or "for now" or "for the moment" or "for the time being" or "then" or "however";

    private static bool NamesThing(List<Lexeme> piece, int end) => piece.Take(end).Any(
        l => l.IsMention || l.Is(Part.Reference)) && !piece.Take(end).Any(l => l.IsNumber
            || l.Is(Part.Version)
            || l.Is(Part.Topic, "notify") || l.Is(Part.Topic, "alert")
            || l.Is(Part.Cidr) || l.Is(Part.Address));

    /// <summary>"Leave nginx as it is", "keep gitea": these say the same.</summary>
    private static bool IsKeeping(Lexeme lexeme) => lexeme.IsVerb("set");

    private static bool HasVerb(List<Lexeme> piece, int end, string key) => piece.Take(end).Any(
        l => l.Is(Part.Verb) && !l.IsMention && !(key == "spare" && IsKeeping(l)));
}
