using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>A range of IPv4 addresses.</summary>
/// <param name="First">In the order of numbers.</param>
/// <param name="Length">Of the prefix, in bits.</param>
public readonly record struct Subnet(uint First, int Length)
{
    /// <summary>Of one network: room for a thousand containers.</summary>
    private const int Usual = 22;

    private const int Widest = 30;

    private uint Mask => Length == 0 ? 0 : uint.MaxValue << (32 - Length);

    /// <summary>The first address, which is the host's.</summary>
    public string Gateway => Text(First + 1);

    public bool Contains(uint address) => (address & Mask) == First;

    public bool Overlaps(Subnet other) =>
        Length <= other.Length ? Contains(other.First) : other.Contains(First);

    /// <summary>The lowest address that nobody has.</summary>
    /// <returns>Null: there is none.</returns>
    public string? Free(IEnumerable<string> taken)
    {
        var has = taken.ToHashSet(StringComparer.Ordinal);
        var last = First | ~Mask;
        for (var address = First + 2; address < last; address++)
        {
            if (!has.Contains(Text(address)))
            {
                return Text(address);
            }
        }
        return null;
    }

    /// <summary>A range that touches none of these. Docker's and Podman's own ones, and what
    /// everybody uses at home, are left alone.</summary>
    /// <param name="seed">Where the search begins, so that two instances meet seldom.</param>
    /// <exception cref="HostException">Exhausted: there is none.</exception>
    public static Subnet Choose(IReadOnlyCollection<Subnet> taken, int seed)
    {
        var wide = Enumerable.Range(200, 50).Select(n => (10u << 24) | ((uint)n << 16)).ToList();
        var start = (seed & int.MaxValue) % wide.Count;
        var all = wide.Skip(start).Concat(wide.Take(start))
            .Concat(Enumerable.Range(20, 12).Select(n => (172u << 24) | ((uint)n << 16)));
        const uint each = 1u << (32 - Usual);
        foreach (var range in all)
        {
            for (var first = range; first < range + 0x10000; first += each)
            {
                var candidate = new Subnet(first, Usual);
                if (!taken.Any(candidate.Overlaps))
                {
                    return candidate;
                }
            }
        }
        throw new HostException(Fault.Exhausted, "No range of addresses is free for a network.",
            "Free a part of 10.200.0.0 to 10.249.255.255, or of 172.20.0.0 to 172.31.255.255.");
    }

    /// <exception cref="HostException">Unsupported: it is no such range.</exception>
    public static Subnet Parse(string text)
    {
        var cut = text.IndexOf('/', StringComparison.Ordinal);
        return cut > 0 && IPAddress.TryParse(text[..cut], out var address)
            && address.AddressFamily == AddressFamily.InterNetwork
            && int.TryParse(text.AsSpan(cut + 1), CultureInfo.InvariantCulture, out var length)
            && length is > 0 and <= Widest
            && Of(address, length) is var subnet && subnet.First == Number(address)
                ? subnet : throw new HostException(Fault.Unsupported,
                    $"{text} is no range of IPv4 addresses for a network.",
                    "Write it as 10.200.0.0/22.");
    }

    public static Subnet Of(IPAddress address, int length)
    {
        var subnet = new Subnet(0, length);
        return subnet with { First = Number(address) & subnet.Mask };
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Text(First)}/{Length}");

    private static uint Number(IPAddress address) =>
        BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static string Text(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }
}
