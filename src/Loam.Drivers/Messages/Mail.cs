using System.Globalization;
using System.Text;

namespace Loam.Drivers.Messages;

/// <summary>A mail of plain text; RFC 5322, RFC 2047.</summary>
internal static class Mail
{
    private const int LineLength = 76;

    /// <summary>The whole mail, its lines ended by CR LF.</summary>
    /// <param name="host">For people; stands in the sender's name and the mail's number.</param>
    public static string Text(string from, IReadOnlyList<string> to, string host, string subject,
        string body, DateTimeOffset at)
    {
        var place = new string(
            [.. host.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')]);
        var mail = new StringBuilder();
        void Head(string name, string value) =>
            mail.Append(name).Append(": ").Append(value).Append("\r\n");
        Head("From", $"{Word($"Loam on {host}")} <{from}>");
        Head("To", string.Join(", ", to));
        Head("Subject", Word(subject));
        Head("Date", at.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
            + at.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "",
                StringComparison.Ordinal));
        Head("Message-ID", $"<{Guid.NewGuid():N}@{(place.Length == 0 ? "loam" : place)}>");
        Head("Auto-Submitted", "auto-generated");
        Head("MIME-Version", "1.0");
        Head("Content-Type", "text/plain; charset=utf-8");
        Head("Content-Transfer-Encoding", "base64");
        mail.Append("\r\n");
        var whole = subject + "\r\n\r\n" + body.ReplaceLineEndings("\r\n") + "\r\n";
        var coded = Convert.ToBase64String(Encoding.UTF8.GetBytes(whole));
        for (var i = 0; i < coded.Length; i += LineLength)
        {
            mail.Append(coded, i, Math.Min(LineLength, coded.Length - i)).Append("\r\n");
        }
        return mail.ToString();
    }

    /// <summary>Text for a head: coded in words of at most 75 characters, which also keeps line
    /// ends out of it.</summary>
    private static string Word(string text)
    {
        var words = new List<string>();
        var part = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            part.Append(rune.Value < ' ' ? " " : rune.ToString());
            if (Encoding.UTF8.GetByteCount(part.ToString()) >= 40)
            {
                words.Add(Coded(part));
            }
        }
        if (part.Length > 0)
        {
            words.Add(Coded(part));
        }
        return string.Join("\r\n ", words);
    }

    private static string Coded(StringBuilder part)
    {
        var word = $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(part.ToString()))}?=";
        part.Clear();
        return word;
    }
}
