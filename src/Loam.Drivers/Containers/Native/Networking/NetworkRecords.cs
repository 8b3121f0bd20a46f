using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native.Networking;

/// <param name="Subnet">Its addresses, of which the first is the bridge's.</param>
public sealed record NetworkRecord(string Declared, string Revision, bool Internal, string Subnet,
    ImmutableSortedDictionary<string, string> Labels);

/// <param name="Inner">The name of its end in the container.</param>
public sealed record AttachmentRecord(
    string Network, string Address, string Inner, ImmutableArray<string> Aliases);

/// <summary>A container, as far as networks know it.</summary>
/// <param name="Service">Containers of one service share its host ports; empty: it publishes
/// none.</param>
/// <param name="Attachments">In the order they came.</param>
public sealed record MemberRecord(
    string Service, ImmutableArray<Port> Ports, ImmutableArray<AttachmentRecord> Attachments)
{
    public static MemberRecord Empty { get; } = new("", [], []);
}

/// <summary>Interfaces between which nothing was passed on before Loam needed forwarding, and
/// nothing is afterwards.</summary>
/// <param name="Boot">Since when; forwarding is off again after the next.</param>
public sealed record GuardRecord(string Boot, ImmutableArray<string> Links);

/// <summary>What should be, by the engine's names.</summary>
/// <param name="Guard">Null: the host passed packets on already.</param>
public sealed record NetworkRecords(
    ImmutableSortedDictionary<string, NetworkRecord> Networks,
    ImmutableSortedDictionary<string, MemberRecord> Containers, GuardRecord? Guard)
{
    public static NetworkRecords Empty { get; } = new(
        ImmutableSortedDictionary<string, NetworkRecord>.Empty.WithComparers(
            StringComparer.Ordinal),
        ImmutableSortedDictionary<string, MemberRecord>.Empty.WithComparers(
            StringComparer.Ordinal), null);

    public MemberRecord Of(string container) =>
        Containers.GetValueOrDefault(container, MemberRecord.Empty);

    public NetworkRecords With(string container, MemberRecord record) =>
        this with { Containers = Containers.SetItem(container, record) };

    /// <summary>By which it is reached from elsewhere; null: it is in none but internal networks.
    /// </summary>
    public AttachmentRecord? Reachable(string container) => Of(container).Attachments
        .FirstOrDefault(a => Networks.TryGetValue(a.Network, out var n) && !n.Internal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NetworkRecords))]
[JsonSerializable(typeof(NameTable))]
public sealed partial class NetworkJson : JsonSerializerContext;

/// <param name="path">Null: it is kept in memory only.</param>
internal sealed class NetworkLedger(string? path) : JsonLedger<NetworkRecords>(
    path, NetworkJson.Default.NetworkRecords, NetworkRecords.Empty, "networks of containers")
{
    public NetworkRecords Records => Kept;

    public void Put(NetworkRecords records) => Keep(records);

    /// <summary>Without something that is there no more.</summary>
    public void Drop(NetworkRecords records) => KeepOrHold(records);
}
