using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>How likely a piece of a sentence could be left out and the turn still came to the same:
/// logistic regression over its words, the kinds of its words and of neighbours, and how many
/// values and names it has. The weights (<c>Language/en/hearsay.txt</c>) are learned from the open
/// cases by <c>./dev bench hearsay</c>; names, numbers and fields stand in them as kinds only, so
/// that nothing is learned of what a piece is about.</summary>
internal static class Hearsay
{
    private const int MostWords = 8;
    private const int MostThings = 3;
    private const int ShortestEnding = 5;

    private static readonly string[] s_endings = ["ed", "ing", "s", "ly"];

    private static readonly Lazy<Dictionary<string, double>> s_weights = new(() =>
        WordFile.Read("en", "hearsay").ToDictionary(l => l.Phrase,
            l => double.Parse(l.Key, CultureInfo.InvariantCulture), StringComparer.Ordinal));

    /// <returns>0: it is needed, to 1: it only tells something.</returns>
    public static double Of(IEnumerable<Lexeme> piece)
    {
        var weights = s_weights.Value;
        var sum = Features(piece).Sum(f => weights.GetValueOrDefault(f));
        return 1 / (1 + Math.Exp(-sum));
    }

    /// <summary>What is looked at, each by its name in the file of weights.</summary>
    public static HashSet<string> Features(IEnumerable<Lexeme> piece)
    {
        var said = piece.Where(l => l.Text is not ("," or "." or "(" or ")" or ":" or ";" or "-"))
            .ToList();
        var features = new HashSet<string>(StringComparer.Ordinal)
        {
            "any", $"words {Math.Min(said.Count, MostWords)}",
        };
        var last = "^";
        foreach (var lexeme in said)
        {
            var kind = Kind(lexeme);
            features.Add($"word {Word(lexeme, kind)}");
            features.Add($"kind {kind}");
            features.Add($"pair {last} {kind}");
            last = kind;
            if (!lexeme.IsMention
                && lexeme.Readings[0].Part is Part.Unknown or Part.Verb or Part.Noise)
            {
                var word = lexeme.Text.Split(' ')[0];
                features.UnionWith(s_endings.Where(e => word.Length >= ShortestEnding
                    && word.EndsWith(e, StringComparison.Ordinal)).Select(e => $"ending {e}"));
            }
        }
        features.Add($"pair {last} $");
        var values = said.Count(l => !l.IsMention && Telling.Value(l) > 0);
        var names = said.Count(l => l.IsMention);
        features.Add($"values {Math.Min(values, MostThings)}");
        features.Add($"names {Math.Min(names, MostThings)}");
        features.Add($"things {Math.Min(values, 1)} {Math.Min(names, 1)}");
        return features;
    }

    private static string Kind(Lexeme lexeme) => lexeme.IsMention ? $"{lexeme.Namings[0].Known}"
        : lexeme.Readings[0] is { Part: Part.Verb } verb ? $"to-{verb.Key}"
        : $"{lexeme.Readings[0].Part}";

    private static string Word(Lexeme lexeme, string kind) => lexeme.IsMention
        || Telling.Value(lexeme) > 0 || lexeme.Readings[0].Part is Part.Field or Part.Topic
            ? kind : lexeme.Text;
}
