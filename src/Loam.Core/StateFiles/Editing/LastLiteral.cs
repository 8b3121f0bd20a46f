namespace Loam.Core.StateFiles.Editing;

/// <summary>The block scalar that ends a text without a last line break.</summary>
internal static class LastLiteral
{
    /// <summary>Writes <c>|-</c> for <c>|</c> there, so that the value stays the same when a line
    /// follows; null where there is no such scalar.</summary>
    public static string? Strip(string text)
    {
        var layout = Layout.Of(text);
        var part = layout.Root;
        while (!part.Slots.IsEmpty)
        {
            part = part.Slots[^1].Value;
        }
        if (!part.Literal || part.End != text.Length)
        {
            return null;
        }
        var line = layout.Lines.LineOf(part.Start);
        var end = part.Start + 1;
        while (end < layout.Lines.EndOf(line) && text[end] is >= '1' and <= '9' or '+' or '-')
        {
            end++;
        }
        var header = text[part.Start..end].Replace("+", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal);
        return Splice.Apply(text, new Splice(part.Start, end, header + "-"));
    }
}
