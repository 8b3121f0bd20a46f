using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>Encloses what was observed, with its origin. The mark of a request cannot stand within
/// what it encloses, so nothing observed can end its own enclosure.</summary>
public sealed class DataMark(string nonce)
{
    private const int LongestOrigin = 80;

    /// <summary>Text that is only read: what looks like any mark is taken for none.</summary>
    public string Around(string origin, string text) => Enclosed(origin, text
        .Replace("<data", "‹data", StringComparison.OrdinalIgnoreCase)
        .Replace("</data", "‹/data", StringComparison.OrdinalIgnoreCase));

    /// <summary>A file that comes back as it is written: nothing but this request's mark is taken
    /// out.</summary>
    public string AroundFile(string origin, string text) => Enclosed(origin, text);

    private string Enclosed(string origin, string text)
    {
        var name = PlainText.OneLine(origin, LongestOrigin)
            .Replace('"', '\'').Replace('<', '‹').Replace('>', '›');
        var inner = Without(text);
        return $"<data {nonce} origin=\"{Without(name)}\">\n{inner}"
            + $"{(inner.EndsWith('\n') ? "" : "\n")}</data {nonce}>";
    }

    private string Without(string text)
    {
        while (text.Contains(nonce, StringComparison.OrdinalIgnoreCase))
        {
            text = text.Replace(nonce, "", StringComparison.OrdinalIgnoreCase);
        }
        return text;
    }
}
