using System.Collections.Immutable;
using System.Net;

namespace Loam.Core.Bans;

/// <summary>An address, or of IPv6 a whole /64, that cannot begin connections to this machine.
/// </summary>
/// <param name="Source"><c>203.0.113.9</c> or <c>2001:db8:0:1::/64</c>.</param>
/// <param name="By">The service at which it failed; null: a person shut it out.</param>
/// <param name="Why">A sentence.</param>
public sealed record Ban(
    string Source, string? By, string Why, DateTimeOffset From, DateTimeOffset Until);

/// <summary>Who is shut out now, and how far the log was read; kept over restarts.</summary>
public sealed record BanMemory
{
    /// <summary>More than the kernel's set holds would be refused.</summary>
    public const int Most = 65_536;

    public static BanMemory None { get; } = new();

    public ImmutableSortedDictionary<string, Ban> Bans { get; init; } =
        ImmutableSortedDictionary<string, Ban>.Empty;

    /// <summary>Where the system's log is read on; null: from now on.</summary>
    public string? Position { get; init; }

    /// <summary>Of two for one source the longer one stands. When there are too many, the one
    /// that would end first goes.</summary>
    public BanMemory With(Ban ban)
    {
        var bans = Bans.TryGetValue(ban.Source, out var old) && old.Until > ban.Until ? Bans
            : Bans.SetItem(ban.Source, ban);
        return this with
        {
            Bans = bans.Count <= Most ? bans
                : bans.Remove(bans.Values.MinBy(b => b.Until)!.Source),
        };
    }

    public BanMemory Without(string source) => this with { Bans = Bans.Remove(source) };

    /// <summary>Those that have not ended, and whose rule is still declared.</summary>
    public BanMemory Living(DateTimeOffset now, IReadOnlySet<string> services)
    {
        var gone = Bans.Values.Where(b => b.Until <= now
            || (b.By is not null && !services.Contains(b.By))).Select(b => b.Source).ToList();
        return gone.Count == 0 ? this : this with { Bans = Bans.RemoveRange(gone) };
    }
}

/// <summary>How a source is written.</summary>
public static class BanSource
{
    private const int IPv6Bytes = 16, HostBytes = 8;

    /// <summary>The address itself; of IPv6 the /64 around it, of which one host has them all.
    /// </summary>
    public static string Of(IPAddress address)
    {
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (bare.GetAddressBytes().Length < IPv6Bytes)
        {
            return bare.ToString();
        }
        if (bare.IsIPv6LinkLocal)
        {
            return new IPAddress(bare.GetAddressBytes()).ToString();
        }
        var bytes = bare.GetAddressBytes();
        bytes.AsSpan(HostBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
