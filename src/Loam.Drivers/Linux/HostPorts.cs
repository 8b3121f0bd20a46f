using System.Collections.Immutable;
using System.Net;
using Loam.Core.Observing;

namespace Loam.Drivers.Linux;

/// <summary>Who listens on this host. Reading the tables costs a millisecond, finding an owner
/// looks at every open file of every process: ask only when somebody wants to know.</summary>
/// <param name="processes">Where processes are shown: <c>/proc</c>.</param>
public sealed class HostPorts(string processes)
{
    private const int Highest = 65535;

    private sealed record Listener(int Port, string Protocol, IPAddress Address, string Inode);

    public static readonly HostPorts OfThisHost = new("/proc");

    /// <summary>Those of these ports on which somebody listens, TCP before UDP.</summary>
    public ImmutableArray<ObservedPort> Taken(IReadOnlySet<int> ports) =>
        ports.Count == 0 ? [] : Find([.. ports.Order().SelectMany(
            p => new[] { (p, "tcp"), (p, "udp") })]);

    /// <summary>Those of the wanted ports on which somebody listens, with the owner.</summary>
    /// <param name="wanted">Number and protocol, <c>tcp</c> or <c>udp</c>.</param>
    public ImmutableArray<ObservedPort> Find(
        IReadOnlyCollection<(int Number, string Protocol)> wanted)
    {
        var found = wanted.Select(w => w.Protocol).Distinct().SelectMany(Listeners)
            .Where(l => wanted.Contains((l.Port, l.Protocol))).ToList();
        if (found.Count == 0)
        {
            return [];
        }
        var owners = Owners(found.Select(l => l.Inode).ToHashSet());
        return
        [
            .. found.GroupBy(l => (l.Port, l.Protocol)).OrderBy(g => g.Key).Select(g => new
                ObservedPort(
                    g.Key.Port, g.Key.Protocol, g.First().Address.ToString(),
                    g.Select(l => owners.GetValueOrDefault(l.Inode))
                        .FirstOrDefault(owner => owner is not null))),
        ];
    }

    /// <summary>Every port on which somebody listens to more than this machine itself, TCP before
    /// UDP.</summary>
    public ImmutableArray<ObservedPort> Listening() => Find(
        [.. ((string[])["tcp", "udp"]).SelectMany(p => Listeners(p)
            .Where(l => !IPAddress.IsLoopback(l.Address)).Select(l => (l.Port, p))).Distinct()]);

    /// <summary>The first port from this one on that nobody listens on; null: all are taken.
    /// </summary>
    public int? NextFree(int from, string protocol)
    {
        var taken = Listeners(protocol).Select(l => l.Port).ToHashSet();
        return Enumerable.Range(from, Math.Max(0, Highest + 1 - from))
            .Where(port => !taken.Contains(port)).Select(port => (int?)port).FirstOrDefault();
    }

    private IEnumerable<Listener> Listeners(string protocol)
    {
        var state = protocol == "udp" ? SocketTable.Unconnected : SocketTable.Listening;
        return SocketTable.Read(Path.Combine(processes, "net"), protocol)
            .Where(s => s.State == state)
            .Select(s => new Listener(s.Local.Port, protocol, s.Local.Address, s.Inode));
    }

    /// <summary>Socket to <c>nginx (process 812)</c>.</summary>
    private Dictionary<string, string> Owners(HashSet<string> inodes)
    {
        var owners = new Dictionary<string, string>();
        foreach (var process in Directory.EnumerateDirectories(processes))
        {
            var id = Path.GetFileName(process);
            if (char.IsAsciiDigit(id[0]) && owners.Count < inodes.Count)
            {
                foreach (var inode in ProcessFiles.Sockets(process).Where(inodes.Contains))
                {
                    owners.TryAdd(
                        inode, $"{ProcessFiles.Name(process) ?? "a process"} (process {id})");
                }
            }
        }
        return owners;
    }
}
