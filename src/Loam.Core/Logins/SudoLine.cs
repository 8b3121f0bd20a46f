using System.Text.RegularExpressions;

namespace Loam.Core.Logins;

/// <summary>Lines of sudo (its <c>log_server</c> format, sudoers(5)): who ran what as whom.
/// Arguments are left out: a password may be among them.</summary>
internal static partial class SudoLine
{
    private const int MostWords = 60;

    public static LoginEvent? Read(HostLogLine line)
    {
        if (Line().Match(line.Text) is not { Success: true } match)
        {
            return null;
        }
        var refused = match.Groups["refused"].Value.Trim();
        if (refused.Length > MostWords)
        {
            return null;
        }
        var (user, rest) = (match.Groups["user"].Value, match.Groups["rest"].Value);
        var what = What(rest);
        return refused.Length == 0
            ? new(LoginKind.Sudo, HostLogins.Sudo, line.At, user, null, what)
            : new(LoginKind.SudoRefused, HostLogins.Sudo, line.At, user, null,
                $"{what} ({refused})");
    }

    /// <summary>Directory and arguments are the caller's own words, and may look like the fields
    /// that stand between them.</summary>
    private static string What(string rest)
    {
        var users = As().Matches(rest);
        return users.Count == 1 && rest.Split("COMMAND=").Length == 2
            ? $"{users[0].Groups["program"].Value} as {users[0].Groups["as"].Value}"
            : "a command whose words make its line unreadable";
    }

    [GeneratedRegex(@"^\s*(?<user>\S+) : (?:(?<refused>[A-Za-z0-9 ,']+) ; )?"
        + @"(?<rest>(?:TTY|PWD)=.*COMMAND=.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(@" ; USER=(?<as>[^ ;]+) ; (?:[A-Z]+=[^ ;]* ; )*COMMAND=(?<program>\S+)",
        RegexOptions.CultureInvariant)]
    private static partial Regex As();
}
