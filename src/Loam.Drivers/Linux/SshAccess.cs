using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Loam.Core;
using Loam.Core.Approving;

namespace Loam.Drivers.Linux;

/// <summary>Finds the SSH connection a process was started over (decision 25): by an ancestor that
/// is an SSH server, or, where somebody went on in a terminal multiplexer, by what its environment
/// says.</summary>
public static class SshAccess
{
    private const int MostAncestors = 64;
    private const string Variable = "SSH_CONNECTION=";

    private static readonly string[] s_servers =
        ["sshd", "sshd-session", "sshd-auth", "dropbear"];

    /// <returns>Null: it was not started over SSH, as far as can be seen.</returns>
    public static Access? Of(int pid)
    {
        var (next, below) = (pid, pid);
        for (var i = 0; i < MostAncestors && next > 1; i++)
        {
            var process = Folder(next);
            if (s_servers.Contains(ProcessFiles.Name(process)) && OfServer(process) is { } found)
            {
                return found with { User = AccountOf(next) ?? AccountOf(below) };
            }
            (below, next) = (next, ParentOf(process));
        }
        return OfEnvironment(Folder(pid));
    }

    /// <summary>The TCP connections of this host, each by its key.</summary>
    public static IReadOnlySet<string> Connections() =>
        SocketTable.Read("/proc/net", "tcp").Where(s => s.State == SocketTable.Established)
            .Select(s => Loam.Core.Approving.Access.KeyOf(Shown(s.Remote), s.Local.Port))
            .ToHashSet(StringComparer.Ordinal);

    private static string Shown(IPEndPoint end) =>
        new Access(end.Address.Bare().ToString(), end.Port, "", 0, null).ToString();

    private static string Folder(int pid) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");

    /// <summary>Whom a process runs as, but for root: servers and sudo hide who logged in.
    /// </summary>
    private static string? AccountOf(int pid)
    {
        var line = ProcessFiles.Text(Folder(pid), "status")?.Split('\n')
            .FirstOrDefault(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        return line?.Split('\t') is [_, var uid, ..] && uid != "0" ? AccountNames.Of(uid) : null;
    }

    private static Access? OfServer(string process)
    {
        var sockets = ProcessFiles.Sockets(process).ToHashSet(StringComparer.Ordinal);
        return SocketTable.Read(Path.Combine(process, "net"), "tcp")
            .Where(s => s.State == SocketTable.Established && sockets.Contains(s.Inode))
            .Select(s => Access(s.Remote, s.Local)).FirstOrDefault();
    }

    /// <summary><c>10.0.1.50 53122 10.0.0.1 22</c></summary>
    private static Access? OfEnvironment(string process)
    {
        var value = ProcessFiles.Text(process, "environ")?.Split('\0')
            .FirstOrDefault(v => v.StartsWith(Variable, StringComparison.Ordinal));
        return value?[Variable.Length..].Split(' ') is [var from, var fromPort, var to, var toPort]
            && End(from, fromPort) is { } remote && End(to, toPort) is { } local
            ? Access(remote, local) : null;
    }

    private static IPEndPoint? End(string address, string port) =>
        IPAddress.TryParse(address, out var ip)
        && ushort.TryParse(port, CultureInfo.InvariantCulture, out var number)
            ? new(ip, number) : null;

    private static Access Access(IPEndPoint remote, IPEndPoint local)
    {
        var (from, to) = (remote.Address.Bare(), local.Address.Bare());
        return new(from.ToString(), remote.Port, to.ToString(), local.Port, InterfaceOf(to))
        {
            IsFromHere = IPAddress.IsLoopback(from) || InterfaceOf(from) is not null,
        };
    }

    private static string? InterfaceOf(IPAddress address)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i =>
                i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(address)))?.Name;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    /// <summary>The fourth word of <c>stat</c>; the second is a name in brackets and may hold
    /// anything.</summary>
    private static int ParentOf(string process)
    {
        var stat = ProcessFiles.Text(process, "stat");
        var words = stat?[(stat.LastIndexOf(')') + 1)..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [_, var parent, ..]
            && int.TryParse(parent, CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}
