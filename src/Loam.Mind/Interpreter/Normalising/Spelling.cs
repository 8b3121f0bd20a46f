namespace Loam.Mind.Interpreter.Normalising;

/// <summary>Finds the word meant by a slip of the finger: one letter wrong, missing, doubled or
/// swapped; two in long words.</summary>
internal sealed class Spelling
{
    private readonly Dictionary<int, List<(string Word, int Rank)>> _byLength = [];

    /// <param name="words">Likelier words first: an earlier one wins at the same distance.
    /// </param>
    public Spelling(IEnumerable<string> words)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in words.Where(w => w.Length >= 4 && seen.Add(w)))
        {
            if (!_byLength.TryGetValue(word.Length, out var list))
            {
                _byLength[word.Length] = list = [];
            }
            list.Add((word, seen.Count));
        }
    }

    /// <summary>The one known word that was probably meant; null: none.</summary>
    /// <param name="tables">Likelier words first.</param>
    public static string? Nearest(string word, params ReadOnlySpan<Spelling> tables)
    {
        (string? Word, int Distance) best = (null, int.MaxValue);
        foreach (var table in tables)
        {
            var (found, distance) = table.Nearest(word);
            best = found is not null && distance < best.Distance ? (found, distance) : best;
        }
        return best.Word;
    }

    private (string? Word, int Distance) Nearest(string word)
    {
        if (word.Length < 4 || !word.All(c => char.IsAsciiLetter(c) || c == '-'))
        {
            return (null, 0);
        }
        var allowed = word.Length >= 9 ? 2 : 1;
        string? best = null;
        var bestDistance = allowed + 1;
        var bestRank = int.MaxValue;
        for (var length = word.Length - allowed; length <= word.Length + allowed; length++)
        {
            foreach (var (known, rank) in _byLength.GetValueOrDefault(length, []))
            {
                if (known[0] != word[0] && !Swapped(known, word))
                {
                    continue;
                }
                var distance = Distance(word, known, bestDistance + 1);
                // In four letters only a swap is surely a slip: "sale" is not "scale".
                if (word.Length == 4 && (known.Length != 4 || !Swapped(known, word)))
                {
                    continue;
                }
                // Two letters off and another end is another word: "capacitor", "capacity".
                if (distance > 1 && known[^1] != word[^1])
                {
                    continue;
                }
                if (distance < bestDistance || (distance == bestDistance && rank < bestRank
                    && best is not null))
                {
                    (best, bestDistance, bestRank) = (known, distance, rank);
                }
            }
        }
        return (best, bestDistance);
    }

    /// <summary>The same letters in the same places but for two neighbours.</summary>
    private static bool Swapped(string a, string b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }
        var first = 0;
        while (first < a.Length && a[first] == b[first])
        {
            first++;
        }
        return first + 1 < a.Length && a[first] == b[first + 1] && a[first + 1] == b[first]
            && a.AsSpan(first + 2).SequenceEqual(b.AsSpan(first + 2));
    }

    /// <summary>Damerau-Levenshtein (optimal string alignment), or <paramref name="limit"/> when
    /// it is at least that.</summary>
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) >= limit || a.Length > 40 || b.Length > 40)
        {
            return limit;
        }
        Span<int> before = stackalloc int[42];
        Span<int> last = stackalloc int[42];
        Span<int> row = stackalloc int[42];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var value = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    value = Math.Min(value, before[j - 2] + 1);
                }
                row[j] = value;
                least = Math.Min(least, value);
            }
            if (least >= limit)
            {
                return limit;
            }
            last.CopyTo(before);
            row.CopyTo(last);
        }
        return last[b.Length];
    }
}
