using System.Globalization;
using System.Text;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Types;

/// <summary>The sentences all types share, so that one fault always reads the same.</summary>
internal static class Wording
{
    /// <summary>Characters of a value that a message repeats.</summary>
    private const int Quoted = 48;

    /// <summary>A scalar as a message shows it: short, on one line, nothing invisible.</summary>
    public static string Quote(string text)
    {
        var shown = new StringBuilder(Quoted + 8).Append('\'');
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length > Quoted)
            {
                shown.Append('…');
                break;
            }
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }
        return shown.Append('\'').ToString();
    }

    /// <summary>The shape stands, the wanted kind does not. Never repeats the value: it may be a
    /// secret at the wrong place.</summary>
    public static void WrongShape(
        Node node, string what, string wanted, DiagnosticBag found, string? remedy = null)
    {
        if (IsNothing(node))
        {
            found.Error(Codes.WrongType, node.Span, $"{Upper(what)} has no value.",
                remedy ?? $"Write {wanted}, or remove the line.");
            return;
        }
        var is_ = node switch
        {
            MappingNode => "a mapping",
            SequenceNode => "a list",
            _ => "a single value",
        };
        found.Error(Codes.WrongType, node.Span, $"{Upper(what)} is {is_}.",
            remedy ?? $"Write {wanted}.");
    }

    /// <summary>An empty value, <c>~</c> or <c>null</c> without quotes.</summary>
    public static bool IsNothing(Node node) =>
        node is ScalarNode { Plain: true, Text: "" or "~" or "null" or "Null" or "NULL" };

    public static void Bad(
        Node node, string what, string text, string problem, string remedy, DiagnosticBag found) =>
        found.Error(Codes.BadValue, node.Span,
            $"{Upper(what)} is {Quote(text)}: {problem}.", remedy);

    public static string Upper(string what) =>
        what.Length > 0 && char.IsAsciiLetterLower(what[0])
            ? $"{char.ToUpperInvariant(what[0])}{what.AsSpan(1)}" : what;

    /// <summary>Field of something named: <c>image of service web</c>.</summary>
    public static string FieldOf(string field, string owner) =>
        owner.Length == 0 ? field : $"{field} of {owner}";

    /// <summary>Field of a group: <c>resources of service web</c> gives <c>resources.memory of
    /// service web</c>.</summary>
    public static string FieldIn(string group, string field)
    {
        if (group.Length == 0)
        {
            return field;
        }
        var cut = group.IndexOf(" of ", StringComparison.Ordinal);
        return cut < 0 ? $"{group}.{field}" : $"{group[..cut]}.{field}{group[cut..]}";
    }
}
