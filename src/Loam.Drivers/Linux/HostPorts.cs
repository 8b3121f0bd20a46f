using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.Observing;

namespace Loam.Drivers.Linux;

/// <summary>Who listens on this host. Reading the tables costs a millisecond, finding an owner
/// looks at every open file of every process: ask only when somebody wants to know.
/// https://docs.kernel.org/networking/proc_net_tcp.html</summary>
/// <param name="processes">Where processes are shown: <c>/proc</c>.</param>
public sealed class HostPorts(string processes)
{
    private const int Highest = 65535;
    private const string Listening = "0A";
    private const string Unconnected = "07";

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
        var state = protocol == "udp" ? Unconnected : Listening;
        foreach (var version in (string[])["", "6"])
        {
            var table = Path.Combine(processes, "net", protocol + version);
            foreach (var line in File.Exists(table) ? File.ReadLines(table).Skip(1) : [])
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 9 && words[3] == state && Parse(words[1]) is { } local)
                {
                    yield return new(local.Port, protocol, local.Address, words[9]);
                }
            }
        }
    }

    /// <summary><c>0100007F:1F90</c>: words of four bytes, each in the machine's order.</summary>
    private static IPEndPoint? Parse(string local)
    {
        var colon = local.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(
            local.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
            out var port))
        {
            return null;
        }
        var bytes = Convert.FromHexString(local[..colon]);
        for (var i = 0; BitConverter.IsLittleEndian && i < bytes.Length; i += 4)
        {
            Array.Reverse(bytes, i, 4);
        }
        return new(new IPAddress(bytes), port);
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
                foreach (var inode in Sockets(process).Where(inodes.Contains))
                {
                    owners.TryAdd(inode, $"{Name(process)} (process {id})");
                }
            }
        }
        return owners;
    }

    private static IEnumerable<string> Sockets(string process)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(Path.Combine(process, "fd"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var file in files)
        {
            if (Target(file) is { } target
                && target.StartsWith("socket:[", StringComparison.Ordinal))
            {
                yield return target[8..^1];
            }
        }
    }

    private static string? Target(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Name(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "a process";
        }
    }
}
