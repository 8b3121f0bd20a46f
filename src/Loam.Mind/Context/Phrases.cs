namespace Loam.Mind.Context;

/// <summary>Words and short phrases that are looked for in what somebody said.</summary>
internal sealed class Phrases
{
    private readonly HashSet<string> _phrases;
    private readonly int _longest;

    /// <param name="phrases">In small letters.</param>
    public Phrases(IEnumerable<string> phrases)
    {
        _phrases = [.. phrases.Select(p => string.Join(' ', Words(p)))];
        _longest = _phrases.Max(p => p.Count(c => c == ' ') + 1);
    }

    public bool OccurIn(string text) => OccurIn(Words(text));

    public bool OccurIn(string[] words)
    {
        for (var first = 0; first < words.Length; first++)
        {
            for (var count = 1; count <= _longest && first + count <= words.Length; count++)
            {
                if (_phrases.Contains(string.Join(' ', words, first, count)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>In small letters, without the marks around them.</summary>
    public static string[] Words(string text) => text.ToLowerInvariant()
        .Replace('’', '\'').Split(
            [' ', '\t', '\r', '\n', ',', '.', ';', ':', '?', '!', '"', '(', ')'],
            StringSplitOptions.RemoveEmptyEntries);
}
