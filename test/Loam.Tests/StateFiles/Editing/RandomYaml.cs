using System.Text;

namespace Loam.Tests.StateFiles.Editing;

/// <summary>State files as people may write them: every style, with comments that are numbered so
/// that each can be told from the others.</summary>
internal sealed class RandomYaml
{
    private static readonly string[] Words =
    [
        "web", "nginx:1.27", "a b", "8080", "true", "x#y", "it's", "größe", "/var/lib",
        "${secrets.A}", "0.5", "-c", "😀", "http://h:80/p?q", "a:b", "22:30",
    ];

    private static readonly string[] Odd =
    [
        "", "null", "# no", "a: b", "- x", "say \"hi\"", "[x", "*", "p, q", " lead", "tab\tx",
        "c:\\d",
    ];

    private readonly Random _chance;
    private readonly StringBuilder _text = new();
    private readonly int _step;
    private readonly int _list;
    private readonly int _comments;
    private readonly int _blanks;
    private int _comment;

    private RandomYaml(int seed)
    {
        _chance = new(seed);
        _step = _chance.Next(2, 5);
        _list = _chance.Next(2) * _step;
        _comments = _chance.Next(0, 4);
        _blanks = _chance.Next(0, 3);
    }

    public static string Write(int seed)
    {
        var writing = new RandomYaml(seed);
        return writing.Document();
    }

    /// <summary>A value that may stand anywhere: a scalar, or a list or mapping in brackets.
    /// </summary>
    public static string Word(Random chance) =>
        chance.Next(3) > 0 ? Words[chance.Next(Words.Length)] : Odd[chance.Next(Odd.Length)];

    private string Document()
    {
        if (Often(1))
        {
            _text.Append("---\n");
        }
        if (Often(1))
        {
            _text.Append("{a: 1, b: [x]}\n");
        }
        else
        {
            Map(0, 0);
        }
        Between(0);
        var text = _text.ToString();
        text = _chance.Next(4) == 0 ? text.TrimEnd('\n') : text;
        text = _chance.Next(4) == 0 ? text.Replace("\n", "\r\n") : text;
        return _chance.Next(16) == 0 ? '\uFEFF' + text : text;
    }

    private bool Often(int tenths) => _chance.Next(10) < tenths;

    private string Comment() => $"#c{_comment++}";

    private void Between(int column)
    {
        if (Often(_blanks))
        {
            _text.Append('\n', _chance.Next(1, 3));
        }
        while (Often(_comments))
        {
            _text.Append(' ', Often(1) ? _chance.Next(column + 4) : column)
                .Append(Comment()).Append('\n');
        }
    }

    private void LineEnd()
    {
        if (Often(_comments))
        {
            _text.Append(' ', _chance.Next(1, 3)).Append(Comment());
        }
        _text.Append('\n');
    }

    private void Map(int column, int depth, bool beside = false)
    {
        var count = _chance.Next(1, 5);
        for (var i = 0; i < count; i++)
        {
            if (i > 0 || !beside)
            {
                Between(column);
                _text.Append(' ', column);
            }
            _text.Append(_chance.Next(8) switch
            {
                0 => $"\"k.{i}\"",
                1 => $"'k {i}'",
                2 => $"k {i}",
                3 when i == 0 => "name",
                _ => $"k{i}",
            }).Append(':');
            Value(column, column + _step, column + _list, depth);
        }
    }

    private void List(int column, int depth, bool beside = false)
    {
        var count = _chance.Next(1, 5);
        var gap = Often(2) ? _chance.Next(1, 4) : 1;
        for (var i = 0; i < count; i++)
        {
            if (i > 0 || !beside)
            {
                Between(column);
                _text.Append(' ', column);
            }
            _text.Append('-');
            var inner = column + 1 + gap;
            if (depth < 4 && Often(4))
            {
                _text.Append(' ', gap);
                if (Often(2))
                {
                    List(inner, depth + 1, true);
                }
                else
                {
                    Map(inner, depth + 1, true);
                }
                continue;
            }
            Value(column, inner, inner, depth);
        }
    }

    private void Value(int column, int inner, int list, int depth)
    {
        var kind = _chance.Next(depth < 4 ? 14 : 9);
        switch (kind)
        {
            case 0:
                _text.Append(new[] { "", " ~", " []", " {}", " null" }[_chance.Next(5)]);
                LineEnd();
                break;
            case 1:
                Block(inner);
                break;
            case 2:
                _text.Append(Often(5) ? " one" : " \"one").Append('\n');
                _text.Append(' ', Math.Max(inner, column + 1)).Append("two");
                _text.Append(_text.ToString().LastIndexOf(" \"one") > _text.Length - 40
                    - inner ? "\"" : "");
                LineEnd();
                break;
            case 3 or 4:
                _text.Append(' ').Append(FlowValue(0, inner));
                LineEnd();
                break;
            case < 9:
                _text.Append(' ').Append(Scalar(false));
                LineEnd();
                break;
            case < 12:
                LineEnd();
                Map(inner, depth + 1);
                break;
            default:
                LineEnd();
                List(list, depth + 1);
                break;
        }
    }

    private void Block(int inner)
    {
        _text.Append(' ').Append(new[] { "|", "|-", "|+", ">", ">-" }[_chance.Next(5)]);
        LineEnd();
        var count = _chance.Next(1, 4);
        for (var i = 0; i < count; i++)
        {
            _text.Append(' ', inner).Append(Often(2) ? "# text" : $"line {i}: [x").Append('\n');
            _text.Append(i + 1 < count && Often(2) ? "\n" : "");
        }
    }

    private string Scalar(bool flow)
    {
        var word = Word(_chance);
        var plain = Words.Contains(word) && !(flow && word.IndexOfAny(['{', '?']) >= 0);
        return _chance.Next(plain ? 3 : 2) switch
        {
            0 => '"' + word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\t", "\\t") + '"',
            1 => '\'' + word.Replace("'", "''").Replace("\t", " ") + '\'',
            _ => word,
        };
    }

    private string FlowValue(int depth, int column)
    {
        if (depth > 2 || (depth > 0 && Often(6)))
        {
            return Scalar(true);
        }
        var isList = Often(5);
        var items = Enumerable.Range(0, _chance.Next(0, 4)).Select(i =>
            (isList ? "" : $"k{i}: ") + FlowValue(depth + 1, column)).ToList();
        var (open, close) = isList ? ('[', ']') : ('{', '}');
        if (depth > 0 || Often(7) || items.Count == 0)
        {
            var space = Often(3) ? " " : "";
            return $"{open}{space}{string.Join(", ", items)}{space}{close}";
        }
        var text = new StringBuilder().Append(open).Append('\n');
        var comma = Often(5);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(' ', column + 1).Append(items[i])
                .Append(i + 1 < items.Count || comma ? "," : "")
                .Append(Often(_comments) ? " " + Comment() : "").Append('\n');
        }
        return text.Append(' ', column).Append(close).ToString();
    }
}
