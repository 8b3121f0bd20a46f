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

/// <summary>Where the system's log was read to, over restarts.</summary>
/// <param name="Position">Null: it is read from now on.</param>
public sealed record LogPlace(string? Position)
{
    public static LogPlace None { get; } = new((string?)null);
}

/// <summary>Who is shut out now; kept over restarts.</summary>
public sealed record BanMemory
{
    /// <summary>More than the kernel's set holds would be refused.</summary>
    public const int Most = 65_536;

    /// <summary>So many make room at once when there are too many: a flood must not look through
    /// all of them for each that comes.</summary>
    private const int MakeRoom = 1024;

    /// <summary>A clock that was set back by less has only been corrected.</summary>
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(1);

    public static BanMemory None { get; } = new();

    public ImmutableSortedDictionary<string, Ban> Bans { get; init; } =
        ImmutableSortedDictionary<string, Ban>.Empty;

    /// <summary>Of two for one source the longer one stands. When there are too many, those that
    /// would end first go.</summary>
    public BanMemory With(Ban ban)
    {
        var bans = Bans.TryGetValue(ban.Source, out var old) && old.Until > ban.Until ? Bans
            : Bans.SetItem(ban.Source, ban);
        return this with
        {
            Bans = bans.Count <= Most ? bans
                : bans.RemoveRange(bans.Values.Where(b => b.Source != ban.Source)
                    .OrderBy(b => b.Until).Take(MakeRoom).Select(b => b.Source).ToList()),
        };
    }

    public BanMemory Without(string source) => this with { Bans = Bans.Remove(source) };

    /// <summary>Those that have not ended, and whose rule is still declared. One from the future
    /// was made by a clock that was set back since: it lasts as long from now.</summary>
    public BanMemory Living(DateTimeOffset now, IReadOnlySet<string> services)
    {
        var gone = Bans.Values.Where(b => b.Until <= now
            || (b.By is not null && !services.Contains(b.By))).Select(b => b.Source).ToList();
        var early = Bans.Values.Where(b => b.From > now + s_step).Select(b => KeyValuePair.Create(
            b.Source, b with { From = now, Until = now + (b.Until - b.From) })).ToList();
        return gone.Count + early.Count == 0 ? this
            : this with { Bans = Bans.SetItems(early).RemoveRange(gone) };
    }
}

/// <summary>How a source is written.</summary>
public static class BanSource
{
    private const int IPv6Bytes = 16, HostBytes = 8;

    /// <summary>The address itself; of IPv6 the /64 around it, of which one host has them all.
    /// </summary>
    public static string Of(IPAddress address) => NetworkOf(address) is { } network
        ? $"{network}/64" : Alone(address);

    /// <summary>The address itself, without a zone.</summary>
    public static string Alone(IPAddress address) =>
        new IPAddress(address.Bare().GetAddressBytes()).ToString();

    /// <summary>The /64 around an address; null: it is of IPv4, or of one link only.</summary>
    public static IPAddress? NetworkOf(IPAddress address)
    {
        var bytes = address.Bare().GetAddressBytes();
        if (bytes.Length < IPv6Bytes || address.IsIPv6LinkLocal)
        {
            return null;
        }
        bytes.AsSpan(HostBytes).Clear();
        return new(bytes);
    }

    /// <summary>Without those that lie within another: the kernel's set takes no two that
    /// overlap.</summary>
    public static List<Ban> Apart(IReadOnlyCollection<Ban> bans)
    {
        var all = bans.Select(b => b.Source).ToHashSet(StringComparer.Ordinal);
        return [.. bans.Where(b => b.Source.Contains('/', StringComparison.Ordinal)
            || !b.Source.Contains(':', StringComparison.Ordinal)
            || NetworkOf(IPAddress.Parse(b.Source)) is not { } network
            || !all.Contains($"{network}/64"))];
    }
}
