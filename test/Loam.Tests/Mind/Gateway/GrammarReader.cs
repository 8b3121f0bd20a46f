using System.Globalization;
using System.Text;

namespace Loam.Tests.Mind.Gateway;

/// <summary>Reads a grammar in llama.cpp's form and says whether a text is of it: written from the
/// form's description, so that it can be held against what is generated.</summary>
internal sealed class GrammarReader
{
    private readonly Dictionary<string, Part> _rules = new(StringComparer.Ordinal);
    private readonly string _text;
    private int _at;

    private abstract record Part;
    private sealed record Letters(bool IsNegative, IReadOnlyList<(int From, int To)> Ranges) : Part;
    private sealed record Named(string Name) : Part;
    private sealed record Row(IReadOnlyList<Part> Parts) : Part;
    private sealed record Ways(IReadOnlyList<Part> Parts) : Part;
    private sealed record Repeated(Part Inner, int Least, int Most) : Part;

    public GrammarReader(string grammar)
    {
        _text = grammar;
        while (_at < grammar.Length)
        {
            var end = grammar.IndexOf(" ::= ", _at, StringComparison.Ordinal);
            var name = grammar[_at..end];
            _at = end + 5;
            _rules.Add(name, Alternatives());
            if (_text[_at++] != '\n')
            {
                throw new FormatException($"at {_at} of rule {name}");
            }
        }
    }

    public bool Accepts(string text)
    {
        var runes = text.EnumerateRunes().Select(r => r.Value).ToArray();
        return Ends(new Named("root"), runes, 0, []).Contains(runes.Length);
    }

    /// <summary>Some text of it, and rather a short one.</summary>
    public string Derive(Random draw)
    {
        var text = new StringBuilder();
        Derive(new Named("root"), draw, text, 0);
        return text.ToString();
    }

    private void Derive(Part part, Random draw, StringBuilder text, int depth)
    {
        switch (part)
        {
            case Letters { IsNegative: true } letters:
                text.Append(new Rune("aZ7 é€😀-_/.".EnumerateRunes().Select(r => r.Value)
                    .Where(r => !letters.Ranges.Any(g => r >= g.From && r <= g.To))
                    .OrderBy(_ => draw.Next()).First()).ToString());
                break;
            case Letters letters:
                var (from, to) = letters.Ranges[draw.Next(letters.Ranges.Count)];
                text.Append(new Rune(draw.Next(from, to + 1)).ToString());
                break;
            case Named { Name: var name }:
                Derive(_rules[name], draw, text, depth + 1);
                break;
            case Row row:
                row.Parts.ToList().ForEach(p => Derive(p, draw, text, depth));
                break;
            case Ways ways:
                Derive(ways.Parts[draw.Next(ways.Parts.Count)], draw, text, depth);
                break;
            case Repeated repeated:
                var most = Math.Min(repeated.Most, repeated.Least + (depth > 60 ? 0 : 2));
                for (var left = draw.Next(repeated.Least, most + 1); left > 0; left--)
                {
                    Derive(repeated.Inner, draw, text, depth + 1);
                }
                break;
        }
    }

    /// <summary>Where a part that begins at a place may end.</summary>
    private HashSet<int> Ends(Part part, int[] text, int at,
        Dictionary<(string, int), HashSet<int>> known)
    {
        switch (part)
        {
            case Letters letters:
                return at < text.Length && letters.IsNegative != letters.Ranges.Any(
                    r => text[at] >= r.From && text[at] <= r.To) ? [at + 1] : [];
            case Named { Name: var name }:
                if (!known.TryGetValue((name, at), out var ends))
                {
                    ends = Ends(_rules[name], text, at, known);
                    known.Add((name, at), ends);
                }
                return ends;
            case Row row:
                HashSet<int> all = [at];
                foreach (var inner in row.Parts)
                {
                    all = [.. all.SelectMany(a => Ends(inner, text, a, known))];
                }
                return all;
            case Ways ways:
                return [.. ways.Parts.SelectMany(w => Ends(w, text, at, known))];
            case Repeated repeated:
                return Ends(repeated, text, at, known);
            default:
                throw new InvalidOperationException();
        }
    }

    private HashSet<int> Ends(Repeated repeated, int[] text, int at,
        Dictionary<(string, int), HashSet<int>> known)
    {
        HashSet<int> found = repeated.Least == 0 ? [at] : [];
        HashSet<int> last = [at];
        HashSet<int> seen = [];
        for (var count = 1; count <= repeated.Most && last.Count > 0; count++)
        {
            last = [.. last.SelectMany(a => Ends(repeated.Inner, text, a, known))];
            if (count >= repeated.Least)
            {
                found.UnionWith(last);
                last.ExceptWith(seen);
                seen.UnionWith(last);
            }
        }
        return found;
    }

    private Part Alternatives()
    {
        var ways = new List<Part> { Sequence() };
        while (_at < _text.Length && _text[_at] == '|')
        {
            _at++;
            ways.Add(Sequence());
        }
        return ways.Count == 1 ? ways[0] : new Ways(ways);
    }

    private Row Sequence()
    {
        var parts = new List<Part>();
        while (true)
        {
            while (_text[_at] == ' ')
            {
                _at++;
            }
            if (_text[_at] is '|' or ')' or '\n')
            {
                return new(parts);
            }
            parts.Add(Counted(Piece()));
        }
    }

    private Part Piece()
    {
        switch (_text[_at])
        {
            case '"':
                _at++;
                var letters = new List<Part>();
                while (_text[_at] != '"')
                {
                    var letter = Letter();
                    letters.Add(new Letters(false, [(letter, letter)]));
                }
                _at++;
                return new Row(letters);
            case '[':
                _at++;
                return Class();
            case '(':
                _at++;
                var inner = Alternatives();
                return _text[_at++] == ')' ? inner : throw new FormatException($"at {_at}");
            default:
                var begin = _at;
                while (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '-')
                {
                    _at++;
                }
                return _at > begin ? new Named(_text[begin.._at])
                    : throw new FormatException($"at {_at}: {_text[_at]}");
        }
    }

    private Letters Class()
    {
        var isNegative = _text[_at] == '^';
        _at += isNegative ? 1 : 0;
        var ranges = new List<(int, int)>();
        while (_text[_at] != ']')
        {
            var from = Letter();
            if (_text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                ranges.Add((from, Letter()));
                continue;
            }
            ranges.Add((from, from));
        }
        _at++;
        return new(isNegative, ranges);
    }

    private int Letter()
    {
        if (_text[_at] != '\\')
        {
            var rune = Rune.GetRuneAt(_text, _at);
            _at += rune.Utf16SequenceLength;
            return rune.Value;
        }
        var sign = _text[_at + 1];
        var digits = sign switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        _at += 2 + digits;
        return digits > 0 ? int.Parse(_text.AsSpan(_at - digits, digits),
            NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : sign switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => sign };
    }

    private Part Counted(Part part)
    {
        const int ever = int.MaxValue;
        switch (_text[_at])
        {
            case '*':
                _at++;
                return new Repeated(part, 0, ever);
            case '+':
                _at++;
                return new Repeated(part, 1, ever);
            case '?':
                _at++;
                return new Repeated(part, 0, 1);
            case '{':
                var end = _text.IndexOf('}', _at);
                var bounds = _text[(_at + 1)..end].Split(',');
                _at = end + 1;
                var least = int.Parse(bounds[0], CultureInfo.InvariantCulture);
                return new Repeated(part, least, bounds.Length == 1 ? least
                    : bounds[1].Length == 0 ? ever
                    : int.Parse(bounds[1], CultureInfo.InvariantCulture));
            default:
                return part;
        }
    }
}
