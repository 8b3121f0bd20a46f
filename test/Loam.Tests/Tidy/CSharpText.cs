namespace Loam.Tests.Tidy;

/// <summary>C# without what may look like code and is none: comments and texts become spaces, lines
/// stay where they are. Code inside interpolated texts stays code.</summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly char[] _code;
    private int _at;

    private CSharpText(string text)
    {
        _text = text;
        _code = [.. text.Select(c => c == '\n' ? '\n' : ' ')];
    }

    public static string CodeOf(string text)
    {
        var reader = new CSharpText(text);
        reader.Code(closing: '\0');
        return new(reader._code);
    }

    /// <summary>Reads code up to a closing brace that was not opened in it.</summary>
    private void Code(char closing)
    {
        for (var depth = 0; _at < _text.Length;)
        {
            var c = _text[_at];
            if (c == closing && depth == 0)
            {
                return;
            }
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (Starts("//"))
            {
                SkipTo("\n");
            }
            else if (Starts("/*"))
            {
                SkipTo("*/");
            }
            else if (c == '\'')
            {
                Quoted();
            }
            else if (c is '"' or '$' or '@' && TextAhead() is { } marks)
            {
                Text(marks);
            }
            else
            {
                _code[_at] = c;
                _at++;
            }
        }
    }

    /// <summary>The <c>$</c> and <c>@</c> before a text; null when none begins here.</summary>
    private string? TextAhead()
    {
        var end = _at;
        while (end < _text.Length && _text[end] is '$' or '@')
        {
            end++;
        }
        return end < _text.Length && _text[end] == '"' ? _text[_at..end] : null;
    }

    private void Text(string marks)
    {
        _at += marks.Length;
        var isVerbatim = marks.Contains('@', StringComparison.Ordinal);
        var quotes = isVerbatim ? 1 : _text.Skip(_at).TakeWhile(c => c == '"').Count();
        var isRaw = quotes > 2;
        var end = isRaw ? new string('"', quotes) : "\"";
        _at += end.Length;
        var holes = marks.Count(c => c == '$');
        while (_at < _text.Length)
        {
            if (isVerbatim && Starts("\"\""))
            {
                _at += 2;
            }
            else if (Starts(end))
            {
                break;
            }
            else if (holes > 0 && Starts(new string('{', holes)))
            {
                Hole(holes, isRaw);
            }
            else
            {
                _at += !isRaw && !isVerbatim && _text[_at] == '\\' ? 2 : 1;
            }
        }
        _at += end.Length;
    }

    private void Hole(int braces, bool isRaw)
    {
        if (!isRaw && Starts("{{"))
        {
            _at += 2;
            return;
        }
        _at += braces;
        Code(closing: '}');
        _at += braces;
    }

    private void Quoted()
    {
        _at += _text[_at + 1] == '\\' ? 3 : 2;
        SkipTo("'");
    }

    private void SkipTo(string end)
    {
        var found = _text.IndexOf(end, _at, StringComparison.Ordinal);
        _at = found < 0 ? _text.Length : found + end.Length;
    }

    private bool Starts(string what) =>
        string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;
}
