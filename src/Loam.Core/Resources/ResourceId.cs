using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>The kinds of things Loam reconciles today.</summary>
public enum ResourceKind
{
    Setting, Secret, Image, Group, Volume, Network, Service, Firewall, Job, User, Certificate,
    Identity, Dns, Interface, Mount, Ban,
}

/// <summary><c>service/web</c>: a kind and a name, unique on one machine.</summary>
public readonly record struct ResourceId(ResourceKind Kind, string Name)
    : IComparable<ResourceId>
{
    /// <summary>The one firewall a machine has.</summary>
    public static readonly ResourceId Firewall = new(ResourceKind.Firewall, "host");

    /// <summary>What the machine is called, and where it is.</summary>
    public static readonly ResourceId Hostname = new(ResourceKind.Identity, "hostname");
    public static readonly ResourceId Timezone = new(ResourceKind.Identity, "timezone");

    /// <summary>The one way a machine resolves names.</summary>
    public static readonly ResourceId Dns = new(ResourceKind.Dns, "host");

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}/{Name}";

    public int CompareTo(ResourceId other) =>
        Kind != other.Kind ? Kind.CompareTo(other.Kind)
            : string.CompareOrdinal(Name, other.Name);

    /// <summary>Reads <c>kind/name</c>; false when it is not one.</summary>
    public static bool TryParse(string text, out ResourceId id)
    {
        var cut = text.IndexOf('/', StringComparison.Ordinal);
        id = default;
        if (cut <= 0 || !Enum.TryParse<ResourceKind>(text[..cut], true, out var kind))
        {
            return false;
        }
        id = new(kind, text[(cut + 1)..]);
        return id.Name.Length > 0;
    }
}

/// <summary>One declared thing: its name, its checked fields and what must be there first.
/// </summary>
/// <param name="Spec">Normal form of what the file says, defaults included.</param>
/// <param name="At">Where it is declared.</param>
public sealed record Resource(
    ResourceId Id, MapValue Spec, ImmutableArray<ResourceId> DependsOn, Span? At);
