namespace Loam.Mind.Interpreter.Recognising;

/// <summary>Other forms in which people say the name of a thing: of a job <c>scan-files</c> "the
/// file scan", "scanning files", of a volume <c>influx-data</c> "the influx disk".</summary>
internal static class NameForms
{
    private static readonly string[] s_disks = ["volume", "disk", "drive", "storage"];

    private static readonly string[] s_helpers = ["a", "the"];

    public static IEnumerable<string> OfVolume(string name)
    {
        var parts = name.ToLowerInvariant().Split('-', '_');
        if (parts.Length < 2 || parts[^1] != "data")
        {
            yield break;
        }
        var stem = string.Join(' ', parts[..^1]);
        if (stem.Length > 3)
        {
            yield return stem;
        }
        foreach (var disk in s_disks)
        {
            yield return $"{stem} {disk}";
            if (parts[^2] == "db")
            {
                yield return $"{string.Join(' ', parts[..^2])} database {disk}".Trim();
            }
        }
    }

    /// <summary>Of <c>UNUSED_TOKEN</c> "the unused token"; what a password belongs to is said of
    /// services too.</summary>
    public static IEnumerable<string> OfSecret(string name) =>
        name.ToLowerInvariant().Split('_') is { Length: > 1 } parts && parts[^1] is "token"
            ? [string.Join(' ', parts)] : [];

    public static IEnumerable<string> OfJob(string name)
    {
        var parts = name.ToLowerInvariant().Split('-', '_');
        if (parts is [var only])
        {
            return only.Length < 4 ? [] : Forms(only).Skip(1);
        }
        if (parts is not [{ Length: > 1 } first, { Length: > 1 } last])
        {
            return [];
        }
        var pairs = new List<string>();
        if (!first.EndsWith('s') && !first.EndsWith("ing", StringComparison.Ordinal)
            && first.Length > 3)
        {
            pairs.Add(Doing(first));
        }
        foreach (var a in Forms(first))
        {
            foreach (var b in Forms(last))
            {
                pairs.Add($"{a} {b}");
                pairs.Add($"{b} {a}");
                pairs.Add($"{a} of {b}");
                pairs.Add($"{b} of {a}");
                pairs.AddRange(s_helpers.Select(the => $"{a} {the} {b}"));
                pairs.AddRange(s_helpers.Select(the => $"{b} {the} {a}"));
                pairs.Add($"{a} of the {b}");
                pairs.Add($"{b} of the {a}");
            }
        }
        return pairs.Distinct();
    }

    /// <summary>The word itself, one or several of it, and doing it.</summary>
    private static IEnumerable<string> Forms(string word)
    {
        yield return word;
        yield return word.EndsWith('s') ? word[..^1] : word + "s";
        if (!word.EndsWith("ing", StringComparison.Ordinal) && !word.EndsWith('s'))
        {
            yield return Doing(word);
        }
        // "Clean" is said "cleanup", "scan" "scanning".
        if (word is "clean" or "back" or "check" or "tidy")
        {
            yield return word + "up";
        }
    }

    private static string Doing(string word)
    {
        var doubles = word.Length > 2 && !IsVowel(word[^1]) && IsVowel(word[^2])
            && !IsVowel(word[^3]) && word[^1] is not ('w' or 'x' or 'y') && word.Length < 5;
        return word.EndsWith('e') && !word.EndsWith("ee", StringComparison.Ordinal)
            ? word[..^1] + "ing" : doubles ? $"{word}{word[^1]}ing" : word + "ing";
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';
}
