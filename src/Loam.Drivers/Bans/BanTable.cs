using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Loam.Core.Bans;
using Loam.Core.Reconciling;
using Loam.Drivers.Firewall;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Bans;

/// <summary>Who is shut out, in the kernel: a table of its own with two sets whose entries end by
/// themselves, so that they end also when no daemon runs, and stay when the firewall is written
/// anew. Judged before any redirection, so that published ports obey it; only connections that
/// begin are stopped.</summary>
public sealed partial class BanTable(INftables nft, string instance)
{
    public const string Name = "inet loam_bans";

    private const string Mark = "loam ";
    private const string Clear = $"add table {Name}\ndelete table {Name}\n";

    /// <summary>The program it needs is installed.</summary>
    public static bool CanRun => Command.Find("nft") is not null;

    private uint? _seen;
    private string? _words;

    /// <summary>Makes the kernel's list this one; without any, no table is left.</summary>
    /// <exception cref="HostException">Conflict: the table is somebody else's. Unsupported: the
    /// kernel does not take it.</exception>
    public async Task SetAsync(
        IReadOnlyCollection<Ban> bans, DateTimeOffset now, CancellationToken cancel)
    {
        var head = await nft.HeadAsync(cancel);
        if (head.Comment is { } owner && owner != Mark + instance)
        {
            throw new HostException(Fault.Conflict, $"The table {Name} of nftables belongs to "
                + (owner.StartsWith(Mark, StringComparison.Ordinal) ? "another Loam."
                    : "somebody else."), $"`nft list table {Name}` shows it.");
        }
        if (bans.Count == 0)
        {
            (_seen, _words) = (null, null);
            if (head.Comment is not null)
            {
                await nft.RunAsync(Clear, cancel);
            }
            return;
        }
        await nft.RunAsync(Script(BanSource.Apart(bans), now), cancel);
        // If somebody came in between, the next look is at the list itself.
        _seen = head.Generation is { } former
            && (await nft.HeadAsync(cancel)).Generation is { } next && next == former + 1
                ? next : null;
        _words = await nft.ListAsync(cancel, terse: true) is { } said
            ? WithoutElements(said) : null;
    }

    /// <summary>Whether the kernel has the list as it was set, but for what ended since.</summary>
    public async Task<bool> HoldsAsync(
        IReadOnlyCollection<Ban> all, DateTimeOffset now, CancellationToken cancel)
    {
        var bans = BanSource.Apart(all);
        if (bans.Count == 0)
        {
            return _words is null;
        }
        var head = await nft.HeadAsync(cancel);
        if (head.Generation is { } generation && generation == _seen)
        {
            return true;
        }
        if (await nft.ListAsync(cancel) is not { } said || WithoutElements(said) != _words)
        {
            return false;
        }
        var there = Elements().Matches(said).SelectMany(m => m.Groups["list"].Value.Split(','))
            .Select(e => e.Trim().Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        // What is about to end may have ended.
        if (bans.Where(b => b.Until > now.AddSeconds(2)).All(b => there.Contains(b.Source))
            && there.Count <= bans.Count)
        {
            _seen = head.Generation;
            return true;
        }
        return false;
    }

    private string Script(IReadOnlyCollection<Ban> bans, DateTimeOffset now)
    {
        var text = new StringBuilder(Clear).Append(CultureInfo.InvariantCulture,
            $"table {Name} {{\n\tcomment \"{Mark}{instance}\"\n");
        foreach (var (set, type, flags, isTheirs) in
            ((string, string, string, Func<string, bool>)[])
            [("v4", "ipv4_addr", "timeout", s => !s.Contains(':')),
             ("v6", "ipv6_addr", "interval, timeout", s => s.Contains(':'))])
        {
            var some = bans.Where(b => isTheirs(b.Source)).Select(b => string.Create(
                CultureInfo.InvariantCulture, $"{b.Source} timeout {SecondsOf(b.Until - now)}s"));
            text.Append(CultureInfo.InvariantCulture,
                $"\tset {set} {{\n\t\ttype {type}\n\t\tsize {BanMemory.Most}\n\t\tflags {flags}\n");
            if (string.Join(", ", some) is { Length: > 0 } elements)
            {
                text.Append(CultureInfo.InvariantCulture, $"\t\telements = {{ {elements} }}\n");
            }
            text.Append("\t}\n");
        }
        return text.Append("""
            	chain arriving {
            		type filter hook prerouting priority mangle; policy accept;
            		ct state new ip saddr @v4 drop
            		ct state new ip6 saddr @v6 drop
            	}
            }

            """).ToString();
    }

    private static long SecondsOf(TimeSpan time) =>
        Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));

    private static string WithoutElements(string words) => Elements().Replace(words, "");

    [GeneratedRegex(@"\s*elements = \{(?<list>[^}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Elements();
}
