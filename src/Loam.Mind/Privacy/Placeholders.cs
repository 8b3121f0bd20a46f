using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Loam.Mind.Privacy;

/// <summary>What stands for what in one request: <c>⟦mail-1⟧</c>. The same thing gets the same
/// placeholder. Addresses are numbered by network and within it, <c>⟦private-address-1.7⟧</c>, so
/// that which of them belong together can still be seen; number 0 is the network itself.</summary>
internal sealed partial class Placeholders
{
    public const char Open = '⟦';
    public const char Close = '⟧';
    public const string Dropped = "⟦secret⟧";

    private readonly Dictionary<(PrivateKind, string), string> _byText = [];
    private readonly Dictionary<string, string> _byPlaceholder = new(StringComparer.Ordinal);
    private readonly Dictionary<PrivateKind, int> _places = [];
    private readonly Dictionary<PrivateKind, int> _numbers = [];
    private readonly Dictionary<(PrivateKind, string), (int Number, int Last)> _networks = [];

    public ImmutableArray<RedactionCount> Counts => [.. _places.OrderBy(p => p.Key)
        .Select(p => new RedactionCount(p.Key, p.Key == PrivateKind.Secret ? p.Value
            : _byText.Keys.Count(k => k.Item1 == p.Key), p.Value))];

    public string Drop()
    {
        Count(PrivateKind.Secret);
        return Dropped;
    }

    public string For(PrivateKind kind, string text)
    {
        Count(kind);
        return _byText.TryGetValue((kind, text), out var known) ? known
            : Add(kind, text, $"{Next(kind)}");
    }

    /// <param name="network">The part of the address its network has.</param>
    /// <param name="self">The address of the network as text; null: it has none here.</param>
    public string ForAddress(PrivateKind kind, string text, string network, string? self)
    {
        Count(kind);
        if (_byText.TryGetValue((kind, text), out var known))
        {
            return known;
        }
        if (!_networks.TryGetValue((kind, network), out var place))
        {
            place = (Next(kind), 0);
            if (self is not null)
            {
                _byPlaceholder[Placeholder(kind, $"{place.Number}.0")] = self;
            }
        }
        var last = text == self ? 0 : place.Last + 1;
        _networks[(kind, network)] = (place.Number, Math.Max(last, place.Last));
        return Add(kind, text, $"{place.Number}.{last}");
    }

    /// <summary>Every placeholder of this request replaced by what it stands for, in one pass;
    /// others stay.</summary>
    public string PutBack(string text) => text.Contains(Open, StringComparison.Ordinal)
        ? Written().Replace(text, m => _byPlaceholder.GetValueOrDefault(m.Value, m.Value)) : text;

    private int Next(PrivateKind kind) =>
        _numbers[kind] = _numbers.GetValueOrDefault(kind) + 1;

    private void Count(PrivateKind kind) => _places[kind] = _places.GetValueOrDefault(kind) + 1;

    private string Add(PrivateKind kind, string text, string number)
    {
        var placeholder = Placeholder(kind, number);
        _byText[(kind, text)] = placeholder;
        _byPlaceholder[placeholder] = text;
        return placeholder;
    }

    private static string Placeholder(PrivateKind kind, string number) => string.Create(
        CultureInfo.InvariantCulture, $"{Open}{Word(kind)}-{number}{Close}");

    public static string Word(PrivateKind kind) => kind switch
    {
        PrivateKind.Secret => "secret",
        PrivateKind.SshKey => "ssh-key",
        PrivateKind.Mail => "mail",
        PrivateKind.PrivateAddress => "private-address",
        PrivateKind.Address => "address",
        PrivateKind.Mac => "mac",
        PrivateKind.Host => "host",
        PrivateKind.Person => "person",
        PrivateKind.Id => "id",
        PrivateKind.Wireless => "wifi",
        PrivateKind.Serial => "serial",
        _ => "mark",
    };

    [GeneratedRegex(@"⟦[a-z-]{2,20}-[0-9]{1,9}(?:\.[0-9]{1,9})?⟧")]
    private static partial Regex Written();
}
