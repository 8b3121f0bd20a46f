using System.Text;

namespace Loam.Drivers.Containers;

/// <summary>Puts plaintexts in place of <c>${secrets.NAME}</c>, at the last moment before the
/// engine gets the value.</summary>
internal static class SecretReferences
{
    private const string Open = "${secrets.";

    public static string Fill(string text, Func<string, string> reveal)
    {
        var at = text.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }
        var filled = new StringBuilder();
        var from = 0;
        while (at >= 0)
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
            {
                break;
            }
            filled.Append(text, from, at - from).Append(reveal(text[(at + Open.Length)..end]));
            from = end + 1;
            at = text.IndexOf(Open, from, StringComparison.Ordinal);
        }
        return filled.Append(text, from, text.Length - from).ToString();
    }
}
