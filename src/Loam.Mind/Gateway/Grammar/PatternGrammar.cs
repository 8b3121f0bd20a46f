using System.Globalization;
using System.Text;

namespace Loam.Mind.Gateway.Grammar;

/// <summary>A regular expression of a schema as a part of a grammar, within a JSON text: literals,
/// classes, groups, alternatives and counts. What it leaves open, such as <c>.</c>, is any
/// character that JSON need not escape.</summary>
internal sealed class PatternGrammar
{
    private const int MostLength = 500, MostCount = 500, MostDepth = 30;

    /// <summary>What stands in a JSON text only with a backslash before it.</summary>
    private const string Unsafe = "\\x00-\\x1F\\x22\\x5C";

    private const string Anything = $"[^{Unsafe}]";

    private readonly string _pattern;
    private int _at;
    private int _depth;

    private PatternGrammar(string pattern) => _pattern = pattern;

    /// <summary>The characters between the quotes.</summary>
    /// <exception cref="GrammarException">It has something else.</exception>
    public static string Of(string pattern)
    {
        if (pattern.Length > MostLength)
        {
            throw new GrammarException($"A pattern has more than {MostLength} characters.");
        }
        var reader = new PatternGrammar(pattern);
        var begins = reader.Take('^');
        var body = reader.Alternatives();
        var ends = reader.Take('$');
        if (reader._at < pattern.Length)
        {
            throw reader.Strange();
        }
        return (begins ? "" : $"{Anything}* ") + $"({body})" + (ends ? "" : $" {Anything}*");
    }

    private string Alternatives()
    {
        if (++_depth > MostDepth)
        {
            throw Strange();
        }
        var ways = new List<string> { Sequence() };
        while (Take('|'))
        {
            ways.Add(Sequence());
        }
        _depth--;
        return string.Join(" | ", ways);
    }

    private string Sequence()
    {
        var parts = new List<string>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')' or '$'))
        {
            parts.Add(Piece() + Count());
        }
        return parts.Count == 0 ? "\"\"" : string.Join(' ', parts);
    }

    private string Piece()
    {
        var sign = _pattern[_at++];
        switch (sign)
        {
            case '.':
                return Anything;
            case '[':
                return Class();
            case '(':
                if (Take('?') && !Take(':'))
                {
                    throw Strange();
                }
                var inner = Alternatives();
                return Take(')') ? $"({inner})" : throw Strange();
            case '\\':
                return _at < _pattern.Length && Set(_pattern[_at]) is { } set
                    ? $"[{(_at++, set).set}]" : Letter(Escape());
            case '^' or '*' or '+' or '?' or '{' or '}':
                throw Strange();
            default:
                return Letter(sign);
        }
    }

    /// <summary>One character as JSON has it.</summary>
    private static string Letter(char sign) => sign switch
    {
        '"' or '\\' => GrammarRules.Literal($"\\{sign}"),
        '\n' => GrammarRules.Literal("\\n"),
        '\t' => GrammarRules.Literal("\\t"),
        < ' ' => throw new GrammarException("A pattern wants a control character."),
        _ => GrammarRules.Literal(sign.ToString()),
    };

    private string Count()
    {
        if (_at == _pattern.Length)
        {
            return "";
        }
        var sign = _pattern[_at];
        if (sign is '*' or '+' or '?')
        {
            _at++;
            return sign.ToString();
        }
        if (sign != '{')
        {
            return "";
        }
        var end = _pattern.IndexOf('}', _at);
        var parts = end < 0 ? throw Strange() : _pattern[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || !IsCount(parts[0], out var least) || least > MostCount
            || (parts.Length == 2 && parts[1].Length > 0
                && (!IsCount(parts[1], out var most) || most > MostCount || most < least)))
        {
            throw Strange();
        }
        var count = _pattern[_at..(end + 1)];
        _at = end + 1;
        return count;
    }

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private string Class()
    {
        var isNegative = Take('^');
        var inside = new StringBuilder();
        var begin = _at;
        while (_at < _pattern.Length && (_pattern[_at] != ']' || _at == begin))
        {
            var sign = _pattern[_at++];
            if (sign == '\\' && _at < _pattern.Length && Set(_pattern[_at]) is { } set)
            {
                _at++;
                inside.Append(set);
                continue;
            }
            var from = sign == '\\' ? Escape() : sign;
            inside.Append(GrammarRules.Escaped(from));
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var to = _pattern[_at++] is var last and not '\\' ? last : Escape();
                inside.Append('-').Append(to < from ? throw Strange() : GrammarRules.Escaped(to));
            }
            else if (!isNegative && from is '"' or '\\' or < ' ')
            {
                throw new GrammarException("A pattern's class has what JSON escapes.");
            }
        }
        return !Take(']') || inside.Length == 0 ? throw Strange()
            : isNegative ? $"[^{inside}{Unsafe}]" : $"[{inside}]";
    }

    private static string? Set(char sign) => sign switch
    {
        'd' => "0-9",
        'w' => "A-Za-z0-9_",
        's' => " ",
        _ => null,
    };

    private char Escape()
    {
        var sign = _at < _pattern.Length ? _pattern[_at++] : throw Strange();
        return sign switch
        {
            'n' => '\n',
            't' => '\t',
            _ when char.IsAsciiLetterOrDigit(sign) => throw Strange(),
            _ => sign,
        };
    }

    private bool Take(char sign)
    {
        if (_at == _pattern.Length || _pattern[_at] != sign)
        {
            return false;
        }
        _at++;
        return true;
    }

    private GrammarException Strange() => new(string.Create(CultureInfo.InvariantCulture,
        $"The pattern {_pattern} has something at character {_at} that grammars cannot say."));
}
