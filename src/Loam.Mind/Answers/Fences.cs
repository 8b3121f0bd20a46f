namespace Loam.Mind.Answers;

/// <summary>A stretch of an answer: words, or what stands in a fenced block.</summary>
/// <param name="Info">What stands behind the opening fence; null: these are words.</param>
/// <param name="Text">Lines ending with LF.</param>
/// <param name="Line">Where it begins, counted from 1: of a block, its opening fence.</param>
internal sealed record Stretch(string? Info, string Text, int Line, bool IsClosed);

/// <summary>Cuts an answer at its fences, in one pass. A fence closes the block only if it is as
/// long as the opening one and stands no further in: fences inside a text of a file are indented by
/// YAML, so they never close it.</summary>
internal static class Fences
{
    private const int Shortest = 3;

    public static List<Stretch> Cut(string text)
    {
        var stretches = new List<Stretch>();
        var (begun, number, opened) = (0, 0, 0);
        (char Mark, int Length, int Indent, string Info)? open = null;
        for (var at = 0; at < text.Length;)
        {
            number++;
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var line = text.AsSpan(at, end - at).TrimEnd("\n");
            if (open is { } fence)
            {
                if (Closes(line, fence.Mark, fence.Length, fence.Indent))
                {
                    stretches.Add(new(fence.Info, Outdented(text[begun..at], fence.Indent),
                        opened, true));
                    (open, begun) = (null, end);
                }
            }
            else if (Opening(line) is { } found)
            {
                AddWords(stretches, text[begun..at], opened);
                (open, begun, opened) = (found, end, number);
            }
            at = end;
        }
        if (open is { } unclosed)
        {
            stretches.Add(new(unclosed.Info, Outdented(text[begun..], unclosed.Indent), opened,
                false));
        }
        else
        {
            AddWords(stretches, text[begun..], opened);
        }
        return stretches;
    }

    private static void AddWords(List<Stretch> stretches, string words, int line)
    {
        if (words.AsSpan().Trim().Length > 0)
        {
            stretches.Add(new(null, words, line, true));
        }
    }

    private static (char, int, int, string)? Opening(ReadOnlySpan<char> line)
    {
        var body = line.TrimStart(' ');
        if (body.Length < Shortest || body[0] is not ('`' or '~'))
        {
            return null;
        }
        var info = body.TrimStart(body[0]);
        var length = body.Length - info.Length;
        // "```like this```" is a word in a line.
        return length < Shortest || (body[0] == '`' && info.Contains('`')) ? null
            : (body[0], length, line.Length - body.Length, info.Trim().ToString());
    }

    private static bool Closes(ReadOnlySpan<char> line, char mark, int length, int indent)
    {
        var body = line.TrimStart(' ');
        if (line.Length - body.Length > indent)
        {
            return false;
        }
        var rest = body.TrimStart(mark);
        return body.Length - rest.Length >= length && rest.Trim().IsEmpty;
    }

    /// <summary>A block in a list stands as far in as its fence.</summary>
    private static string Outdented(string text, int by)
    {
        if (by == 0)
        {
            return text;
        }
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var spaces = 0;
            while (spaces < by && spaces < lines[i].Length && lines[i][spaces] == ' ')
            {
                spaces++;
            }
            lines[i] = lines[i][spaces..];
        }
        return string.Join('\n', lines);
    }
}
