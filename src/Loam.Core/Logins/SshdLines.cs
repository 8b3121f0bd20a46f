using System.Net;
using System.Text.RegularExpressions;

namespace Loam.Core.Logins;

/// <summary>Lines of OpenSSH's server (its auth.c, auth2.c and packet.c). A name in them is chosen
/// by whoever connects and may look like the rest of a line: the address is the last one.</summary>
internal sealed partial class SshdLines
{
    private const int MostProcesses = 4096;

    /// <summary>Connections of which a failure was counted: the line that ends them says the same
    /// again.</summary>
    private readonly HashSet<int> _counted = [];
    private readonly Queue<int> _order = new();

    public LoginEvent? Read(HostLogLine line)
    {
        if (Accepted().Match(line.Text) is { Success: true } accepted)
        {
            return Event(LoginKind.Accepted, line, accepted, accepted.Groups["how"].Value);
        }
        if (Failed().Match(line.Text) is { Success: true } failed)
        {
            IsFirst(line.Process);
            var how = failed.Groups["how"].Value;
            // Asking which methods there are is no attempt.
            return how == "none" ? null : Event(LoginKind.Failed, line, failed, how);
        }
        if ((Ended().Match(line.Text) is { Success: true } left ? left : Thrown(line.Text))
            is { } ended)
        {
            return !IsFirst(line.Process) ? null
                : Event(LoginKind.Failed, line, ended, "the connection ended before a login");
        }
        return null;
    }

    /// <summary>Whom sshd sent away. Its reason holds names that the other side chose, unless it
    /// is that there were too many attempts.</summary>
    private static Match? Thrown(string text) =>
        !text.Contains("Change of username", StringComparison.Ordinal)
        && Disconnecting().Match(text) is { Success: true } match ? match : null;

    /// <returns>False: a failure of this connection was counted before.</returns>
    private bool IsFirst(int process)
    {
        if (process == 0)
        {
            return true;
        }
        if (!_counted.Add(process))
        {
            return false;
        }
        _order.Enqueue(process);
        if (_order.Count > MostProcesses)
        {
            _counted.Remove(_order.Dequeue());
        }
        return true;
    }

    private static LoginEvent? Event(LoginKind kind, HostLogLine line, Match match, string how) =>
        IPAddress.TryParse(match.Groups["from"].Value, out var address)
            ? new(kind, HostLogins.Ssh, line.At, match.Groups["user"].Value, address, how) : null;

    /// <summary>Who is in has a name of this machine; what follows may hold words of a
    /// certificate.</summary>
    [GeneratedRegex(@"^Accepted (?<how>\S+) for (?<user>.+?) from (?<from>\S+) port \d+(?: .*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Accepted();

    [GeneratedRegex(@"^Failed (?<how>\S+) for (?:invalid user )?(?<user>.*) from (?<from>\S+) "
        + @"port \d+(?: ssh2)?(?:: \S+ \S+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Failed();

    [GeneratedRegex(@"^(?:Connection (?:closed|reset) by|Disconnected from) "
        + @"(?:authenticating|invalid) user (?<user>.*) (?<from>\S+) port \d+ \[preauth\]$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Ended();

    [GeneratedRegex(@"^Disconnecting (?:authenticating|invalid) user (?<user>.*) (?<from>\S+) "
        + @"port \d+: Too many authentication failures \[preauth\]$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Disconnecting();
}
