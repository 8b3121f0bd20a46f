using Loam.Mind.Interpreter.Normalising;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>"Sonarr/radarr", "api/worker": things of the state in one word, where it could be
/// an image as well.</summary>
internal static class Slashed
{
    /// <summary>The same words, such lists written out.</summary>
    public static List<Word> Parted(List<Word> words, NameTable names)
    {
        var parted = new List<Word>(words.Count);
        foreach (var word in words)
        {
            var parts = word.Original.Split('/');
            if (word.Quoted || parts.Length < 2 || !IsList(parts, names))
            {
                parted.Add(word);
                continue;
            }
            for (var at = 0; at < parts.Length; at++)
            {
                if (at > 0)
                {
                    parted.Add(Word.Of(at == parts.Length - 1 ? "and" : ","));
                }
                parted.Add(word with
                {
                    Text = parts[at].ToLowerInvariant(), Original = parts[at],
                    Possessive = word.Possessive && at == parts.Length - 1,
                });
            }
        }
        return parted;
    }

    private static bool IsList(string[] parts, NameTable names) =>
        parts.Distinct(StringComparer.OrdinalIgnoreCase).Count() == parts.Length
        && parts.All(p => names.Namings(p.ToLowerInvariant())
            .Any(n => n.Known is not (Known.App or Known.Role)));
}
