using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>The words times are said with, of one language.</summary>
internal sealed class TimeWords
{
    private static readonly Lazy<TimeWords> s_english = new(() => new("en"));

    private readonly Dictionary<string, List<string>> _meanings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _numbers = new(StringComparer.Ordinal);

    private TimeWords(string language)
    {
        foreach (var (key, phrase) in WordFile.Read(language, "times"))
        {
            if (!_meanings.TryGetValue(phrase, out var keys))
            {
                _meanings[phrase] = keys = [];
            }
            keys.Add(key);
        }
        foreach (var (key, phrase) in WordFile.Read(language, "amounts"))
        {
            if (decimal.TryParse(key, NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out var value))
            {
                _numbers.TryAdd(phrase, value);
            }
        }
    }

    public static TimeWords English => s_english.Value;

    public bool Knows(string word) => _meanings.ContainsKey(word);

    public bool Is(string word, string meaning) =>
        _meanings.TryGetValue(word, out var keys) && keys.Contains(meaning);

    /// <summary>What follows the colon of a meaning such as <c>day:1</c>; null: it has none.
    /// </summary>
    public string? Of(string word, string kind)
    {
        foreach (var key in _meanings.GetValueOrDefault(word) ?? [])
        {
            if (key.StartsWith(kind, StringComparison.Ordinal) && key.Length > kind.Length
                && key[kind.Length] == ':')
            {
                return key[(kind.Length + 1)..];
            }
        }
        return null;
    }

    /// <summary>A whole number in figures or words; null: it is none.</summary>
    public int? Number(string word)
    {
        if (word.Length is > 0 and <= 4 && word.All(char.IsAsciiDigit))
        {
            return int.Parse(word, CultureInfo.InvariantCulture);
        }
        return _numbers.TryGetValue(word, out var value) && value == decimal.Floor(value)
            ? (int)value : null;
    }

    /// <summary>The day of a month: <c>1st</c>, <c>15.</c>, <c>first</c>; 0: the last one;
    /// null: it is none.</summary>
    public int? Ordinal(string word)
    {
        if (Of(word, "ordinal") is { } known)
        {
            return known == "last" ? 0 : int.Parse(known, CultureInfo.InvariantCulture);
        }
        var figures = word.TrimEnd('s', 't', 'n', 'd', 'r', 'h');
        return figures.Length < word.Length && word.Length - figures.Length == 2
            && Number(figures) is >= 1 and <= 31 and var day ? day : null;
    }
}
