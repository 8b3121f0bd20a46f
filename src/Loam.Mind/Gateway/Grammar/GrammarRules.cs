using System.Globalization;
using System.Text;

namespace Loam.Mind.Gateway.Grammar;

/// <summary>The rules of a grammar as they come together, in the
/// <see href="https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md">form</see>
/// that llama.cpp reads.</summary>
internal sealed class GrammarRules
{
    /// <summary>All six of our own schemas together have less than half of it.</summary>
    private const int MostRules = 8000;

    private readonly List<(string Name, string Body)> _rules = [];
    private readonly Dictionary<string, string> _byBody = new(StringComparer.Ordinal);

    /// <summary>A rule with this body, which may be there already.</summary>
    public string Rule(string body)
    {
        if (!_byBody.TryGetValue(body, out var name))
        {
            name = Reserve();
            Set(name, body);
            _byBody.Add(body, name);
        }
        return name;
    }

    /// <summary>The name of a rule that is set later, such as one that uses itself.</summary>
    public string Reserve()
    {
        if (_rules.Count >= MostRules)
        {
            throw new GrammarException($"The schema makes more than {MostRules} rules.");
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"r{_rules.Count}");
        _rules.Add((name, ""));
        return name;
    }

    public void Set(string name, string body) =>
        _rules[int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)] = (name, body);

    /// <summary>The whole, beginning at <paramref name="root"/>.</summary>
    public string Text(string root)
    {
        var text = new StringBuilder($"root ::= {root}\n");
        foreach (var (name, body) in _rules)
        {
            text.Append(name).Append(" ::= ").Append(body).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A text to the letter.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            literal.Append(rune.Value is '"' or '\\' || rune.Value < ' ' ? Escaped(rune.Value)
                : rune.ToString());
        }
        return literal.Append('"').ToString();
    }

    /// <summary>One character of a class, which none of its signs can be taken for.</summary>
    public static string Escaped(int character) => character <= 0xff
        ? string.Create(CultureInfo.InvariantCulture, $"\\x{character:X2}")
        : character <= 0xffff
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{character:X4}")
            : string.Create(CultureInfo.InvariantCulture, $"\\U{character:X8}");
}
