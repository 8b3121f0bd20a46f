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
    private readonly LineBuffer _text = new();
    private Line _prompt = new();
    private int _scroll;
    private bool _hidden;
    private bool _listNext;

    /// <summary>What is looked for in the history; null: nothing is.</summary>
    private string? _sought;

    /// <summary>Reads a line; what was typed is in <paramref name="line"/> when it was entered.
    /// </summary>
    /// <param name="remember">The line goes into the history.</param>
    /// <param name="hidden">Nothing of it is shown, kept or completed: a secret.</param>
    public LineEnd Read(Line prompt, bool remember, bool hidden, out string line)
    {
        (_prompt, _hidden, _scroll, _sought) = (prompt, hidden, 0, null);
        _text.Clear();
        history.Begin();
        while (true)
        {
            Draw();
            var key = readKey();
            if (_sought is not null)
            {
                if (Seek(key))
                {
                    continue;
                }
                Draw();
            }
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
            _text.Insert(key.KeyChar.ToString());
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
                _text.EraseLeft();
                return true;
            case ConsoleKey.Delete:
                _text.EraseRight();
                return true;
            case ConsoleKey.LeftArrow:
                _text.Left();
                return true;
            case ConsoleKey.RightArrow:
                _text.Right();
                return true;
            case ConsoleKey.Home:
                _text.Home();
                return true;
            case ConsoleKey.End:
                _text.End();
                return true;
            case ConsoleKey.UpArrow when !_hidden:
                _text.Replace(history.Older(_text.ToString()));
                return true;
            case ConsoleKey.DownArrow when !_hidden:
                _text.Replace(history.Newer());
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
                _text.Home();
                break;
            case ConsoleKey.E:
                _text.End();
                break;
            case ConsoleKey.B:
                _text.Left();
                break;
            case ConsoleKey.F:
                _text.Right();
                break;
            case ConsoleKey.D:
                _text.EraseRight();
                break;
            case ConsoleKey.H:
                _text.EraseLeft();
                break;
            case ConsoleKey.K:
                _text.EraseToEnd();
                break;
            case ConsoleKey.U:
                _text.EraseToHome();
                break;
            case ConsoleKey.W:
                _text.EraseWordLeft();
                break;
            case ConsoleKey.LeftArrow:
                _text.WordLeft();
                break;
            case ConsoleKey.RightArrow:
                _text.WordRight();
                break;
            case ConsoleKey.L:
                screen.Raw("\e[H\e[2J");
                break;
            case ConsoleKey.R when !_hidden:
                _sought = "";
                break;
            case ConsoleKey.P when !_hidden:
                _text.Replace(history.Older(_text.ToString()));
                break;
            case ConsoleKey.N when !_hidden:
                _text.Replace(history.Newer());
                break;
            default:
                break;
        }
    }

    /// <summary>A key while the history is searched: letters narrow, Ctrl-R goes on to older lines,
    /// Escape leaves; any other key takes what was found and does what it always does.</summary>
    private bool Seek(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (control && key.Key == ConsoleKey.R)
        {
            Found(history.Find(_sought!, again: true));
        }
        else if (key.Key == ConsoleKey.Backspace)
        {
            _sought = _sought![..Math.Max(0, _sought!.Length - 1)];
            history.Begin();
            Found(history.Find(_sought, again: false));
        }
        else if (!control && !char.IsControl(key.KeyChar) && key.KeyChar != 0)
        {
            _sought = $"{_sought}{key.KeyChar}";
            Found(history.Find(_sought, again: false));
        }
        else
        {
            _sought = null;
            return key.Key == ConsoleKey.Escape || (control && key.Key == ConsoleKey.G);
        }
        return true;
    }

    private void Found(string? line)
    {
        if (_sought!.Length > 0)
        {
            _text.Replace(line);
        }
    }

    /// <summary>Completes what all candidates share; pressed again, lists them.</summary>
    private void Complete()
    {
        var before = _text.BeforeCursor;
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
            _text.Insert(shared[word.Length..]);
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
        var prompt = _sought is null ? _prompt
            : new Line("history: ", Ink.Dim).Add(_sought, Ink.Accent).Add(" › ", Ink.Dim);
        var room = Math.Max(8, screen.Look.Width - prompt.Width - 1);
        var text = _hidden ? "" : _text.ToString();
        var cursor = _hidden ? 0 : _text.Cursor;
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
        var column = prompt.Width + Glyphs.Width(text[_scroll..cursor]);
        screen.Raw("\r\e[K" + screen.Paint(prompt) + screen.Look.Clean(shown.ToString()) + "\r"
            + (column > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[{column}C") : ""));
    }
}
