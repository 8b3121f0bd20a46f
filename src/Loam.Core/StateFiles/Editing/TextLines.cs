namespace Loam.Core.StateFiles.Editing;

/// <summary>The lines of a text, broken where YAML breaks them. Lines, columns and offsets count
/// from 0 here.</summary>
internal sealed class TextLines
{
    private readonly List<int> _starts = [0];

    public TextLines(string text)
    {
        Text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsBreak(text[i]))
            {
                continue;
            }
            i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
            _starts.Add(i + 1);
        }
    }

    public string Text { get; }

    /// <summary>A last line without a break counts, even when it is empty.</summary>
    public int Count => _starts.Count;

    public int StartOf(int line) => line < Count ? _starts[line] : Text.Length;

    /// <summary>Where the line's text ends, before its break.</summary>
    public int EndOf(int line)
    {
        var end = StartOf(line + 1);
        if (line + 1 >= Count)
        {
            return end;
        }
        return end >= 2 && Text[end - 1] == '\n' && Text[end - 2] == '\r' ? end - 2 : end - 1;
    }

    public ReadOnlySpan<char> this[int line] => Text.AsSpan()[StartOf(line)..EndOf(line)];

    public int LineOf(int offset)
    {
        var found = _starts.BinarySearch(offset);
        return found >= 0 ? found : ~found - 1;
    }

    public int ColumnOf(int offset) => offset - StartOf(LineOf(offset));

    /// <summary>Offset of a place counted from 1, as spans count.</summary>
    public int OffsetOf(int line, int column) =>
        Math.Min(StartOf(line - 1) + column - 1, Text.Length);

    public bool IsBlank(int line) => this[line].Trim(" \t").Length == 0;

    public bool IsComment(int line) => this[line].TrimStart(" \t").StartsWith("#");

    public int IndentOf(int line) => this[line].Length - this[line].TrimStart(' ').Length;

    private static bool IsBreak(char c) =>
        c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';
}
