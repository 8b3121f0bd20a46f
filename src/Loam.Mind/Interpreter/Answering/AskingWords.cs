using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Words that are looked for wherever they stand, with others between: of
/// <c>asking.txt</c> what a question is about, of <c>refusing.txt</c> what is refused.</summary>
internal sealed class AskingWords
{
    private const int LongestGap = 7;
    private const string Gap = "…";

    /// <summary>"Buy …": whatever is to be bought.</summary>
    private const double Opening = 0.75;

    private static readonly HashSet<string> s_filling = ["the", "a", "an", "my", "our",
        "its", "their", "his", "her", "of", "this", "that", "these", "those", "please", "really",
        "actually", "exactly", "just", "currently", "right", "now", "me", "us", "any", "some",
        "all"];

    private static readonly Lazy<AskingWords> s_english = new(() => new("en", "asking", s_filling));
    private static readonly Lazy<AskingWords> s_refusing =
        new(() => new("en", "refusing", ["the", "a", "an"], asTyped: true));

    /// <summary>Words that begin many questions say little of what is asked.</summary>
    private static readonly HashSet<string> s_light = ["what", "which", "who", "how", "where",
        "when", "is", "are", "do", "doe", "can", "may", "have", "has", "use", "used", "in", "on",
        "many", "much", "long", "often", "we", "i", "you", "get", "to", "for", "at", "by", "it",
        "why", "there", "here", "with", "be", "been", "was", "did", "up", "out", "if", "per"];

    private readonly Dictionary<string, List<Phrase>> _byFirst = new(StringComparer.Ordinal);

    private readonly HashSet<string> _filling;

    /// <summary>Slips are not mended, and the names of things are one word.</summary>
    private readonly bool _asTyped;

    private sealed record Phrase(string Key, string[] Words, double Weight);

    private AskingWords(
        string language, string file, HashSet<string> filling, bool asTyped = false)
    {
        (_filling, _asTyped) = (filling, asTyped);
        foreach (var (key, phrase) in WordFile.Read(language, file))
        {
            var words = Stems(phrase.Split(' '));
            var weight = words.Sum(w => w == Gap ? 0 : s_light.Contains(w) ? 0.4 : 1)
                + (words[^1] == Gap ? Opening : 0);
            if (!_byFirst.TryGetValue(words[0], out var list))
            {
                _byFirst[words[0]] = list = [];
            }
            list.Add(new(key, words, weight));
        }
    }

    private static readonly Lazy<AskingWords> s_auditing =
        new(() => new("en", "auditing", ["the", "a", "an", "of", "every", "each", "all", "any"]));

    /// <summary>What the audit log records.</summary>
    public static AskingWords Auditing => s_auditing.Value;

    public static AskingWords English => s_english.Value;
    public static AskingWords Refusing => s_refusing.Value;

    /// <summary>Every place spoken of, each once with its best phrase.</summary>
    public Dictionary<string, double> Of(Clause clause)
    {
        var words = Stems(clause.Lexemes.SelectMany(l => Hidden(l) ? ["password"]
            : !_asTyped ? l.Text.Split(' ')
            : l.IsMention && l.Named(Known.User) is null ? [l.Text.Replace(' ', '_')]
            : l.Original.ToLowerInvariant().Split(' ')));
        var found = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var at = 0; at < words.Length; at++)
        {
            foreach (var phrase in _byFirst.GetValueOrDefault(words[at]) ?? [])
            {
                if (Matches(phrase.Words, words, at)
                    && phrase.Weight > found.GetValueOrDefault(phrase.Key))
                {
                    found[phrase.Key] = phrase.Weight;
                }
            }
        }
        return found;
    }

    /// <summary>The name of a secret stands for it.</summary>
    private static bool Hidden(Lexeme lexeme) => lexeme.Named(Known.Secret) is not null
        || (lexeme.Is(Part.Identifier) && Secrecy.IsSecretName(lexeme.Original));

    private static bool Matches(string[] phrase, string[] words, int at)
    {
        for (var part = 0; part < phrase.Length; part++, at++)
        {
            if (phrase[part] == Gap)
            {
                if (++part == phrase.Length)
                {
                    return at < words.Length;
                }
                var end = Math.Min(words.Length, at + LongestGap);
                while (at < end && !Same(phrase[part], words[at]))
                {
                    at++;
                }
            }
            if (at >= words.Length || !Same(phrase[part], words[at]))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>"/dev/*" is every word that begins so.</summary>
    private static bool Same(string phrase, string word) => phrase == word
        || (phrase[^1] == '*' && word.StartsWith(phrase[..^1], StringComparison.Ordinal));

    private string[] Stems(IEnumerable<string> words) =>
        [.. words.SelectMany(w => w.Length > 1 && !w.Any(char.IsAsciiDigit) && w[0] != '-'
            && w[0] != '/' ? w.Split('-') : [w]).Where(w => w.Length > 0 && !_filling.Contains(w))
            .Select(Stem)];

    /// <summary>One and many are the same word.</summary>
    public static string Stem(string word)
    {
        if (word.Length < 4 || word[^1] != 's' || word[^2] is 's' or 'u' or 'i')
        {
            return word;
        }
        return word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y" : word[..^1];
    }
}
