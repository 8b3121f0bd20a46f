using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>How environment variables are called in plain words.</summary>
internal sealed class VariableWords
{
    private static readonly Lazy<VariableWords> s_english = new(() => new("en"));

    private readonly Dictionary<string, List<string[]>> _sayings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _may = new(StringComparer.Ordinal);
    private readonly HashSet<string> _turned = new(StringComparer.Ordinal);

    private VariableWords(string language)
    {
        foreach (var (key, phrase) in WordFile.Read(language, "variables"))
        {
            if (key.StartsWith("value:", StringComparison.Ordinal))
            {
                _values.TryAdd(phrase, key["value:".Length..]);
            }
            else if (key is "may" or "turned")
            {
                (key == "may" ? _may : _turned).Add(phrase);
            }
            else
            {
                _sayings.TryAdd(key, []);
                _sayings[key].Add(phrase.Split(' '));
            }
        }
    }

    public static VariableWords English => s_english.Value;

    /// <summary>The value a word stands for; null: none that is known.</summary>
    public string? Value(string word) => _values.GetValueOrDefault(word);

    /// <summary>It switches something off: <c>DISABLE_SIGNUP</c>.</summary>
    public bool IsTurned(string variable) => Parts(variable).Any(_turned.Contains);

    /// <summary>Everything that may be said for a variable, the longest first.</summary>
    public List<string[]> Sayings(string variable)
    {
        var name = variable.ToLowerInvariant();
        var parts = Parts(variable);
        var sayings = new List<string[]>(_sayings.GetValueOrDefault(name, []));
        var needed = parts.Where(p => !_may.Contains(p) && !_turned.Contains(p)).ToArray();
        if (parts.Length > 0)
        {
            sayings.Add(parts);
        }
        if (needed.Length > 0 && (needed.Length > 1 || needed[0].Length > 3))
        {
            sayings.Add(needed);
        }
        foreach (var part in needed.Length == 1 ? needed : [])
        {
            sayings.AddRange(_sayings.GetValueOrDefault(part, [])
                .Concat(_sayings.GetValueOrDefault(part + "s", [])));
        }
        sayings.Sort((a, b) => b.Length - a.Length);
        return sayings;
    }

    private static string[] Parts(string variable) => variable.ToLowerInvariant()
        .Split('_', StringSplitOptions.RemoveEmptyEntries);
}
