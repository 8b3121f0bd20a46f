using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Loam.Core.Observing;
using Loam.Core.StateFiles.Types;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>What udhcpc tells its script, one event a line. What stands in it comes from whoever
/// answers in the network: only what is well formed is taken, and of each only a few.</summary>
internal static class LeaseText
{
    private const int Fields = 10, MostServers = 3, MostDomains = 6, MostWays = 64;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_unsaid = TimeSpan.FromHours(1);

    /// <summary>For ever, as servers say it, is as long.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3650);

    /// <summary>The script. Numbers and addresses are written by udhcpc itself; words that
    /// servers choose are left out when they have other letters than names do.</summary>
    public const string Script = """
        #!/bin/sh
        # Written by Loam. Says what udhcpc was told, in one line, and does nothing else.
        trap '' PIPE
        words() { case "$1" in *[!A-Za-z0-9._\ -]*) ;; *) printf %s "$1" ;; esac; }
        printf '%s|%s|%s|%s|%s|%s|%s|%s|%s|%s\n' "$1" "$ip" "$mask" "$router" "$dns" \
          "$(words "$search")" "$(words "$domain")" "$lease" "$serverid" "$staticroutes" \
          || kill "$PPID"

        """;

    /// <returns>Null: it tells nothing, such as of a lease that is none.</returns>
    public static LeaseNews? Read(string line, DateTimeOffset now)
    {
        var fields = line.Split('|');
        return fields.Length != Fields ? null : fields[0] switch
        {
            "bound" or "renew" => LeaseOf(fields, now) is { } lease ? new(lease) : null,
            "deconfig" or "nak" => new(null),
            _ => null,
        };
    }

    private static Lease? LeaseOf(string[] fields, DateTimeOffset now)
    {
        if (HostAddress(fields[1]) is not { } address || !int.TryParse(fields[2],
            NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix is < 1 or > 32)
        {
            return null;
        }
        var seconds = uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture,
            out var said) ? TimeSpan.FromSeconds(said) : s_unsaid;
        return new(string.Create(CultureInfo.InvariantCulture, $"{address}/{prefix}"),
            Ways(fields[3], fields[9]), [.. Words(fields[4]).Select(HostAddress)
                .OfType<string>().Distinct().Take(MostServers)],
            [.. (fields[5].Length > 0 ? Words(fields[5]) : Words(fields[6]))
                .Where(Formats.IsHostName).Distinct().Take(MostDomains)],
            HostAddress(fields[8]), now,
            seconds < s_shortest ? s_unsaid : seconds > s_longest ? s_longest : seconds);
    }

    /// <summary>Where routes are told one by one, the router does not count (RFC 3442). One way
    /// out, since the kernel takes no two that are alike.</summary>
    private static ImmutableArray<string> Ways(string routers, string routes)
    {
        var words = Words(routes).Take(2 * MostWays).ToList();
        var all = words.Count == 0 ? Words(routers)
            : words.Chunk(2).Where(r => r is ["0.0.0.0/0", _]).Select(r => r[1]);
        return [.. all.Select(HostAddress).OfType<string>().Take(1)];
    }

    private static string[] Words(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>An IPv4 address that a single machine in a network may have; null: none.</summary>
    private static string? HostAddress(string text) => IPAddress.TryParse(text, out var address)
        && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
        && address.GetAddressBytes()[0] is > 0 and not 127 and < 224 ? text : null;
}
