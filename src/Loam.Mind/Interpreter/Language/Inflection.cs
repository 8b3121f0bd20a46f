namespace Loam.Mind.Interpreter.Language;

/// <summary>What an English word may be a form of: "replies" of "reply", "officer" of "office".
/// Some of the stems are no words.</summary>
internal static class Inflection
{
    private static readonly (string Ending, string Put)[] s_ofVerbs =
    [
        ("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""),
        ("ing", "e"),
    ];

    private static readonly (string Ending, string Put)[] s_ofWords =
    [
        .. s_ofVerbs, ("ied", "y"), ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"),
        ("ier", "y"), ("est", ""), ("est", "e"), ("ly", ""), ("ily", "y"), ("able", ""),
        ("able", "e"), ("ment", ""), ("ness", ""), ("ful", ""), ("less", ""),
    ];

    public static IEnumerable<string> OfVerb(string word) => Stems(word, s_ofVerbs);

    public static IEnumerable<string> OfWord(string word) => Stems(word, s_ofWords);

    private static IEnumerable<string> Stems(string word, (string Ending, string Put)[] endings)
    {
        foreach (var (ending, put) in endings)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                var stem = word[..^ending.Length] + put;
                yield return stem;
                if (stem.Length > 3 && stem[^1] == stem[^2])
                {
                    yield return stem[..^1];
                }
            }
        }
    }
}
