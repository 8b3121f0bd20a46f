using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"The worker shouldn't be running", "results has to be online again": how a thing is
/// wished to be says what shall be done. That becomes the verb.</summary>
internal static class Conditions
{
    private const int Longest = 3;

    private static readonly Lazy<Dictionary<string, string>> s_words = new(() =>
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, phrase) in WordFile.Read("en", "conditions"))
        {
            words.TryAdd(phrase, key);
        }
        return words;
    });

    /// <summary>The same sentence, conditions that are wished bearing the meaning of verbs.
    /// </summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence) =>
        ClauseSplitter.WithPieces(sentence, Piece);

    private static List<Lexeme> Piece(List<Lexeme> piece)
    {
        var be = piece.FindIndex(l => l.Text.Split(' ')[^1] is "be" && (l.IsGlue("wish")
            || l.IsVerb("set")));
        if (be < 1 || !piece.Take(be).Any(l => l.IsMention || l.Is(Part.Reference))
            || !IsWished(piece, be) || piece.Take(be).Any(l => l.Is(Part.Verb) && !l.IsMention))
        {
            return piece;
        }
        for (var at = be + 1; at < piece.Count; at++)
        {
            for (var length = Math.Min(Longest, piece.Count - at); length > 0; length--)
            {
                var words = string.Join(' ', piece.GetRange(at, length).Select(l => l.Text));
                if (s_words.Value.TryGetValue(words, out var key)
                    && piece.Skip(at + length).All(IsFilling))
                {
                    return Wished(piece, be, at, length, key);
                }
            }
            if (!IsFilling(piece[at]))
            {
                return piece;
            }
        }
        return piece;
    }

    private static List<Lexeme> Wished(
        List<Lexeme> piece, int be, int at, int length, string key)
    {
        var denied = piece.Take(at).Any(l => l.IsGlue("not"));
        var verb = denied ? key == "start" ? "stop" : "start" : key;
        var text = string.Join(' ', piece.GetRange(at, length).Select(l => l.Original));
        return [.. piece.Take(be).Where(l => !l.IsGlue("not") && !l.IsGlue("wish")
                && l.Text is not "supposed"),
            new(text, text, [new(Part.Verb, verb)]), .. piece.Skip(at + length)];
    }

    /// <summary>"Should be", "has to be", "must not be", "is to be": not "will be" or "may be".
    /// </summary>
    private static bool IsWished(List<Lexeme> piece, int be) => piece.Take(be + 1).Any(l =>
            l.Text.Split(' ')[0] is "should" or "must" or "shall" or "ought" or "needs" or "need"
            || l.Text is "has to" or "have to" or "has to be" or "supposed to")
        || piece[be].Text is "to be" && piece[be - 1].Text is "is" or "are" or "is not" or "are not"
            or "supposed";

    private static bool IsFilling(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Readings[0].Part is Part.Noise || lexeme.IsGlue("again")
            || lexeme.IsGlue("also") || lexeme.IsGlue("wish"));
}
