using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>Encloses what was observed, with its origin. The mark of a request cannot stand within
/// what it encloses, so nothing observed can end its own enclosure.</summary>
internal sealed class DataMark(string nonce)
{
    private const int LongestOrigin = 80;

    public string Around(string origin, string text)
    {
        var name = PlainText.OneLine(origin, LongestOrigin).Replace('"', '\'');
        var inner = Without(text);
        return $"<data {nonce} origin=\"{Without(name)}\">\n{inner}"
            + $"{(inner.EndsWith('\n') ? "" : "\n")}</data {nonce}>";
    }

    public string Of(string origin) => $"<data {nonce} origin=\"{origin}\">";

    private string Without(string text)
    {
        while (text.Contains(nonce, StringComparison.OrdinalIgnoreCase))
        {
            text = text.Replace(nonce, "", StringComparison.OrdinalIgnoreCase);
        }
        return text;
    }
}
