using System.Text.RegularExpressions;

namespace Loam.Tests.Tidy;

/// <param name="Line">Of its declaration, from 1.</param>
/// <param name="Lines">From its declaration to its last brace or semicolon.</param>
internal sealed record Member(string Head, int Line, int Lines);

/// <summary>Members of types, measured by their braces.</summary>
internal static partial class Members
{
    /// <param name="code">From <see cref="CSharpText.CodeOf"/>.</param>
    public static IEnumerable<Member> Of(string code)
    {
        // For each open brace: whether it is a type's or namespace's, and where its head begins.
        var open = new Stack<(bool IsType, int Head)>();
        var (head, round) = (0, 0);
        for (var at = 0; at < code.Length; at++)
        {
            var inType = open.TryPeek(out var outer) && outer.IsType;
            switch (code[at])
            {
                case '(' or '[':
                    round++;
                    break;
                case ')' or ']':
                    round--;
                    break;
                case '{' when round == 0:
                    open.Push((TypeHead().IsMatch(code[head..at]), head));
                    head = open.Peek().IsType ? at + 1 : head;
                    break;
                case '}' when round == 0:
                    var (isType, start) = open.Pop();
                    if (open.TryPeek(out var parent) && parent.IsType && !isType)
                    {
                        yield return Measure(code, start, at);
                    }
                    head = open.Count == 0 || open.Peek().IsType ? at + 1 : head;
                    break;
                case ';' when round == 0 && (inType || open.Count == 0):
                    if (code[head..at].Contains("=>", StringComparison.Ordinal))
                    {
                        yield return Measure(code, head, at);
                    }
                    head = at + 1;
                    break;
            }
        }
    }

    private static Member Measure(string code, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(code[start]))
        {
            start++;
        }
        var text = code[start..end];
        return new(text[..Math.Min(60, text.Length)].Split('\n')[0],
            code.AsSpan(0, start).Count('\n') + 1, text.Count(c => c == '\n') + 1);
    }

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace)\s+\w")]
    private static partial Regex TypeHead();
}
