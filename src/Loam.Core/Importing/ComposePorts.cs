using System.Globalization;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>Ports in compose's short form <c>[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]</c>, ranges
/// included, and its long one.</summary>
internal static class ComposePorts
{
    public const int MostOfRange = 256;

    /// <param name="Host">Null: not published.</param>
    /// <param name="Random">Compose would publish it on a port of the engine's choice.</param>
    public readonly record struct Port(
        int Container, int? Host, string Protocol, string? Address, bool Random)
    {
        public EditValue Written()
        {
            var fields = new List<(string, EditValue)> { ("container", EditValue.Of(Container)) };
            if (Host is { } host)
            {
                fields.Add(("host", EditValue.Of(host)));
            }
            if (Protocol != "tcp")
            {
                fields.Add(("protocol", EditValue.Of(Protocol)));
            }
            if (Address is { Length: > 0 } address && Host is not null)
            {
                fields.Add(("address", EditValue.Of(address)));
            }
            return EditValue.Map([.. fields]);
        }
    }

    /// <returns>Null: it is no port.</returns>
    public static IReadOnlyList<Port>? Read(Node node, ComposeVariables variables)
    {
        if (node is MappingNode map)
        {
            return Join(map["published"].Text(variables), map["target"].Text(variables) ?? "",
                map["protocol"].Text(variables), map["host_ip"].Text(variables));
        }
        if (node.Text(variables) is not { } text)
        {
            return null;
        }
        var slash = text.LastIndexOf('/');
        var (ends, protocol) = slash < 0 ? (text, null) : (text[..slash], text[(slash + 1)..]);
        // An address of version 6 has colons of its own, and brackets around them.
        var bracket = ends.LastIndexOf(']');
        var address = bracket < 0 ? null : ends[..(bracket + 1)].Trim('[', ']');
        var parts = ends[(bracket + 1)..].TrimStart(bracket < 0 ? '\0' : ':').Split(':');
        return (address, parts) switch
        {
            (null, [var container]) => Join(null, container, protocol, null),
            (_, [var host, var container]) => Join(host, container, protocol, address),
            (null, [var on, var host, var container]) => Join(host, container, protocol, on),
            _ => null,
        };
    }

    private static List<Port>? Join(
        string? host, string container, string? protocol, string? address)
    {
        if (Range(container) is not var (first, last)
            || (protocol?.ToLowerInvariant() ?? "tcp") is not ("tcp" or "udp"))
        {
            return null;
        }
        var kind = protocol?.ToLowerInvariant() ?? "tcp";
        (int First, int Last)? published = string.IsNullOrEmpty(host) ? null : Range(host);
        if (!string.IsNullOrEmpty(host)
            && (published is not { } range || range.Last - range.First != last - first))
        {
            return null;
        }
        return [.. Enumerable.Range(0, last - first + 1).Select(i => new Port(
            first + i, published?.First + i, kind, address, published is null))];
    }

    private static (int First, int Last)? Range(string text)
    {
        var ends = text.Trim().Split('-');
        return ends.Length <= 2 && Number(ends[0]) is { } first && Number(ends[^1]) is { } last
            && last >= first && last - first < MostOfRange ? (first, last) : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and <= 65535 ? number : null;
}
