using System.Globalization;
using System.Net;

namespace Loam.Drivers.Linux;

/// <param name="State">The kernel's number, in hexadecimal.</param>
internal sealed record KernelSocket(
    IPEndPoint Local, IPEndPoint Remote, string State, string Inode);

/// <summary>The kernel's tables of sockets.
/// https://docs.kernel.org/networking/proc_net_tcp.html</summary>
internal static class SocketTable
{
    public const string Established = "01", Listening = "0A", Unconnected = "07";

    /// <param name="folder">Where the tables are: <c>/proc/net</c>, or that of a process, which is
    /// of its network namespace.</param>
    /// <param name="protocol"><c>tcp</c> or <c>udp</c>; of v4 and v6.</param>
    public static IEnumerable<KernelSocket> Read(string folder, string protocol)
    {
        foreach (var version in (string[])["", "6"])
        {
            var table = Path.Combine(folder, protocol + version);
            foreach (var line in File.Exists(table) ? File.ReadLines(table).Skip(1) : [])
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 9 && Parse(words[1]) is { } local
                    && Parse(words[2]) is { } remote)
                {
                    yield return new(local, remote, words[3], words[9]);
                }
            }
        }
    }

    /// <summary><c>0100007F:1F90</c>: words of four bytes, each in the machine's order.</summary>
    private static IPEndPoint? Parse(string end)
    {
        var colon = end.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(
            end.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
            out var port))
        {
            return null;
        }
        var bytes = Convert.FromHexString(end[..colon]);
        for (var i = 0; BitConverter.IsLittleEndian && i < bytes.Length; i += 4)
        {
            Array.Reverse(bytes, i, 4);
        }
        return new(new IPAddress(bytes), port);
    }
}

/// <summary>What the kernel knows of a process, by <c>/proc</c>.</summary>
internal static class ProcessFiles
{
    /// <summary>Numbers of its sockets.</summary>
    public static IEnumerable<string> Sockets(string process)
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

    /// <summary>Its name; null: there is no such process, or it is hidden from us.</summary>
    public static string? Name(string process) => Text(process, "comm")?.Trim();

    /// <summary>A small file of it; null: not to be read.</summary>
    public static string? Text(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
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
}
