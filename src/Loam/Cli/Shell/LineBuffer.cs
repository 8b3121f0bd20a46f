using System.Text;

namespace Loam.Cli.Shell;

/// <summary>A text and a place in it, changed as line editors do. Characters outside the basic
/// plane are two units and move as one.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    /// <summary>Units before the place where the next character goes.</summary>
    public int Cursor { get; private set; }

    public int Length => _text.Length;

    public string BeforeCursor => _text.ToString(0, Cursor);

    public override string ToString() => _text.ToString();

    public void Clear()
    {
        _text.Clear();
        Cursor = 0;
    }

    /// <summary>Puts the cursor behind a new text; null changes nothing.</summary>
    public void Replace(string? text)
    {
        if (text is not null)
        {
            _text.Clear().Append(text);
            Cursor = _text.Length;
        }
    }

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Left() => Cursor = Before;

    public void Right() => Cursor = After;

    public void WordLeft() => Cursor = WordBefore();

    public void WordRight() => Cursor = WordAfter();

    public void Home() => Cursor = 0;

    public void End() => Cursor = _text.Length;

    public void EraseLeft() => Cut(Before, Cursor);

    public void EraseRight() => Cut(Cursor, After);

    public void EraseWordLeft() => Cut(WordBefore(), Cursor);

    public void EraseToEnd() => Cut(Cursor, _text.Length);

    public void EraseToHome() => Cut(0, Cursor);

    private int Before => Cursor == 0 ? 0
        : Cursor > 1 && char.IsLowSurrogate(_text[Cursor - 1]) ? Cursor - 2 : Cursor - 1;

    private int After => Cursor >= _text.Length ? _text.Length
        : char.IsHighSurrogate(_text[Cursor]) && Cursor + 1 < _text.Length ? Cursor + 2
            : Cursor + 1;

    private void Cut(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }

    private int WordBefore()
    {
        var at = Cursor;
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

    private int WordAfter()
    {
        var at = Cursor;
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
}
