using System.Globalization;
using System.Text;

namespace Loam.Cli.Shell;

/// <summary>How reading a line ended.</summary>
internal enum LineEnd { Entered, Cancelled, Closed }

/// <summary>Edits one line on a terminal: arrows, history, completion. A line longer than the
/// terminal scrolls sideways.</summary>
/// <param name="complete">Candidates for the last word of a text.</param>
internal sealed class LineEditor(
    Terminal screen, Func<ConsoleKeyInfo> readKey, LineHistory history,
    Func<string, IReadOnlyList<string>> complete)
{
    private readonly StringBuilder _text = new();
    private Line _prompt = new();
    private int _cursor;
    private int _scroll;
    private bool _hidden;
    private bool _listNext;

    /// <summary>Reads a line; what was typed is in <paramref name="line"/> when it was entered.
    /// </summary>
    /// <param name="remember">The line goes into the history.</param>
    /// <param name="hidden">Nothing of it is shown, kept or completed: a secret.</param>
    public LineEnd Read(Line prompt, bool remember, bool hidden, out string line)
    {
        (_prompt, _hidden, _cursor, _scroll) = (prompt, hidden, 0, 0);
        _text.Clear();
        history.Begin();
        while (true)
        {
            Draw();
            var key = readKey();
            if (Ending(key) is { } end)
            {
                screen.Raw(end == LineEnd.Cancelled ? "^C\r\n" : "\r\n");
                line = end == LineEnd.Entered ? _text.ToString() : "";
                if (remember && !hidden && end == LineEnd.Entered)
                {
                    history.Add(line);
                }
                _text.Clear();
                return end;
            }
            Press(key);
        }
    }

    private LineEnd? Ending(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        return key.Key switch
        {
            ConsoleKey.Enter => LineEnd.Entered,
            ConsoleKey.J when control => LineEnd.Entered,
            ConsoleKey.C when control => LineEnd.Cancelled,
            ConsoleKey.D when control && _text.Length == 0 => LineEnd.Closed,
            _ => null,
        };
    }

    private void Press(ConsoleKeyInfo key)
    {
        var isTab = key.Key == ConsoleKey.Tab;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
        {
            PressControl(key.Key);
        }
        else if (!PressNamed(key.Key) && !char.IsControl(key.KeyChar) && key.KeyChar != 0)
        {
            _text.Insert(_cursor++, key.KeyChar);
        }
        _listNext = isTab && _listNext;
        if (isTab && !_hidden)
        {
            Complete();
        }
    }

    private bool PressNamed(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.Backspace:
                Cut(Before(_cursor), _cursor);
                return true;
            case ConsoleKey.Delete:
                Cut(_cursor, After(_cursor));
                return true;
            case ConsoleKey.LeftArrow:
                _cursor = Before(_cursor);
                return true;
            case ConsoleKey.RightArrow:
                _cursor = After(_cursor);
                return true;
            case ConsoleKey.Home:
                _cursor = 0;
                return true;
            case ConsoleKey.End:
                _cursor = _text.Length;
                return true;
            case ConsoleKey.UpArrow when !_hidden:
                Replace(history.Older(_text.ToString()));
                return true;
            case ConsoleKey.DownArrow when !_hidden:
                Replace(history.Newer());
                return true;
            default:
                return key is ConsoleKey.Tab or ConsoleKey.Escape;
        }
    }

    private void PressControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A:
                _cursor = 0;
                break;
            case ConsoleKey.E:
                _cursor = _text.Length;
                break;
            case ConsoleKey.B:
                _cursor = Before(_cursor);
                break;
            case ConsoleKey.F:
                _cursor = After(_cursor);
                break;
            case ConsoleKey.D:
                Cut(_cursor, After(_cursor));
                break;
            case ConsoleKey.H:
                Cut(Before(_cursor), _cursor);
                break;
            case ConsoleKey.K:
                Cut(_cursor, _text.Length);
                break;
            case ConsoleKey.U:
                Cut(0, _cursor);
                break;
            case ConsoleKey.W:
                Cut(WordBefore(_cursor), _cursor);
                break;
            case ConsoleKey.LeftArrow:
                _cursor = WordBefore(_cursor);
                break;
            case ConsoleKey.RightArrow:
                _cursor = WordAfter(_cursor);
                break;
            case ConsoleKey.L:
                screen.Raw("\e[H\e[2J");
                break;
            case ConsoleKey.P when !_hidden:
                Replace(history.Older(_text.ToString()));
                break;
            case ConsoleKey.N when !_hidden:
                Replace(history.Newer());
                break;
            default:
                break;
        }
    }

    private void Cut(int from, int to)
    {
        _text.Remove(from, to - from);
        _cursor = from;
    }

    private void Replace(string? text)
    {
        if (text is not null)
        {
            _text.Clear().Append(text);
            _cursor = _text.Length;
        }
    }

    private int Before(int at) => at == 0 ? 0
        : at > 1 && char.IsLowSurrogate(_text[at - 1]) ? at - 2 : at - 1;

    private int After(int at) => at >= _text.Length ? _text.Length
        : char.IsHighSurrogate(_text[at]) && at + 1 < _text.Length ? at + 2 : at + 1;

    private int WordBefore(int at)
    {
        while (at > 0 && _text[at - 1] == ' ')
        {
            at--;
        }
        while (at > 0 && _text[at - 1] != ' ')
        {
            at--;
        }
        return at;
    }

    private int WordAfter(int at)
    {
        while (at < _text.Length && _text[at] == ' ')
        {
            at++;
        }
        while (at < _text.Length && _text[at] != ' ')
        {
            at++;
        }
        return at;
    }

    /// <summary>Completes what all candidates share; pressed again, lists them.</summary>
    private void Complete()
    {
        var before = _text.ToString(0, _cursor);
        var candidates = complete(before);
        var word = before[(before.LastIndexOf(' ') + 1)..];
        if (candidates.Count == 0)
        {
            return;
        }
        var shared = candidates.Aggregate(Shared);
        if (candidates.Count == 1)
        {
            shared += " ";
        }
        if (shared.Length > word.Length)
        {
            Insert(shared[word.Length..]);
            _listNext = candidates.Count > 1;
        }
        else if (_listNext)
        {
            screen.Raw("\r\n");
            screen.Write(Paragraph(candidates));
        }
        else
        {
            _listNext = true;
        }
    }

    private IEnumerable<Line> Paragraph(IReadOnlyList<string> candidates) =>
        Views.Paragraph.Of(string.Join("  ", candidates), screen.Look, Ink.Dim);

    private void Insert(string text)
    {
        _text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private static string Shared(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length])
        {
            length++;
        }
        return a[..length];
    }

    private void Draw()
    {
        screen.Measure();
        var room = Math.Max(8, screen.Look.Width - _prompt.Width - 1);
        var text = _hidden ? "" : _text.ToString();
        var cursor = _hidden ? 0 : _cursor;
        if (cursor < _scroll)
        {
            _scroll = cursor;
        }
        while (Glyphs.Width(text[_scroll..cursor]) >= room)
        {
            _scroll++;
        }
        var shown = new StringBuilder();
        var width = 0;
        foreach (var rune in text[_scroll..].EnumerateRunes())
        {
            width += Glyphs.Width(rune);
            if (width > room)
            {
                break;
            }
            shown.Append(rune);
        }
        var column = _prompt.Width + Glyphs.Width(text[_scroll..cursor]);
        screen.Raw("\r\e[K" + screen.Paint(_prompt) + screen.Look.Clean(shown.ToString()) + "\r"
            + (column > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[{column}C") : ""));
    }
}
