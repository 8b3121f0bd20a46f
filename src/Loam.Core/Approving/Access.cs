using System.Globalization;
using System.Net;

namespace Loam.Core.Approving;

/// <summary>A person's way in: the connection over which they administer this machine.</summary>
/// <param name="Source">Where it comes from, as this machine sees it.</param>
/// <param name="LocalPort">The port of this machine it goes to: that of sshd.</param>
/// <param name="Interface">The interface that has the local address; null: not known.</param>
public sealed record Access(
    string Source, int SourcePort, string Local, int LocalPort, string? Interface)
{
    /// <summary>It comes from this machine itself, and so proves nothing about the way in.
    /// </summary>
    public bool IsFromHere { get; init; }

    /// <summary>Who is connected, by the account's name; null: not known.</summary>
    public string? User { get; init; }

    /// <summary>Tells it from every other connection: <c>10.0.1.50:53122 to 22</c>.</summary>
    public string Key() => KeyOf(ToString(), LocalPort);

    public static string KeyOf(string source, int localPort) =>
        string.Create(CultureInfo.InvariantCulture, $"{source} to {localPort}");

    /// <summary>For people: <c>10.0.1.50:53122</c>.</summary>
    public override string ToString() => Source.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Source}]:{SourcePort}")
        : string.Create(CultureInfo.InvariantCulture, $"{Source}:{SourcePort}");

    public IPAddress Address() => IPAddress.Parse(Source);
}
