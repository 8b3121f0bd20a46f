namespace Loam.Mind.Interpreter.Normalising;

/// <summary>Finds the word meant by a slip of the finger: one letter missing, doubled, swapped or
/// struck beside the right one; two in long words.</summary>
/// <remarks>What a finger would not do makes another word: "frost" is no "front".</remarks>
internal sealed class Spelling
{
    /// <summary>What no finger does costs more than any word may.</summary>
    private const int Unlikely = 3;

    private readonly Dictionary<int, List<(string Word, int Rank)>> _byLength = [];

    /// <summary>Words by what is left of them where no letter is doubled.</summary>
    private readonly Dictionary<string, string> _plain = new(StringComparer.Ordinal);

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
            _plain.TryAdd(Plain(word), word);
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
        if (_plain.TryGetValue(Plain(word), out var doubled))
        {
            return (doubled, 0);
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

    /// <summary>"Raddar" and "radarr" are one.</summary>
    private static string Plain(string word)
    {
        Span<char> plain = stackalloc char[word.Length];
        var length = 0;
        foreach (var letter in word)
        {
            if (length == 0 || plain[length - 1] != letter)
            {
                plain[length++] = letter;
            }
        }
        return new(plain[..length]);
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

    /// <summary>Damerau-Levenshtein (optimal string alignment) with what is unlikely dear, or
    /// <paramref name="limit"/> when it is at least that.</summary>
    /// <param name="a">What was typed.</param>
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
            var least = row[0] = last[0] + Extra(a, i - 1, b.Length);
            for (var j = 1; j <= b.Length; j++)
            {
                var value = Math.Min(Math.Min(row[j - 1] + 1,
                    last[j] + Extra(a, i - 1, b.Length)), last[j - 1] + Other(a[i - 1], b[j - 1]));
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

    /// <summary>One letter for another.</summary>
    private static int Other(char typed, char meant) =>
        typed == meant ? 0 : Keyboard.IsTakenFor(typed, meant) ? 1 : Unlikely;

    /// <summary>A letter too many: the key beside was struck as well, or an h is not heard. In a
    /// short word that is another word.</summary>
    private static int Extra(string typed, int at, int length) => length > 4
        && (typed[at] is 'h' or '-' || at > 0 && Keyboard.IsNear(typed[at], typed[at - 1])
            || at + 1 < typed.Length && Keyboard.IsNear(typed[at], typed[at + 1])) ? 1 : Unlikely;
}
