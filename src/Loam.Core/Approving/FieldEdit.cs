using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>The smallest part of a change that can be judged, and taken over, by itself.</summary>
/// <param name="Kind">What happens to the whole resource.</param>
/// <param name="Field">As the tables name it, groups joined by dots: <c>resources.memory</c>;
/// empty: that the resource comes or goes.</param>
/// <param name="Key">In a mapping its key, in a list what the item is known by; null: the whole
/// field.</param>
public sealed record FieldEdit(
    ResourceId Id, DiffKind Kind, string Field, string? Key, Value? Before, Value? After)
{
    /// <summary>That the resource is there or not.</summary>
    public const string Whole = "";

    /// <summary>That a file says which things of a kind there are: an absent list is left alone
    /// (decision 1).</summary>
    public const string List = "*";

    public string? BeforeText => (Before as TextValue)?.Text;
    public string? AfterText => (After as TextValue)?.Text;
    public decimal? BeforeNumber => (Before as NumberValue)?.Number;
    public decimal? AfterNumber => (After as NumberValue)?.Number;

    /// <summary>What is said when exactly this is said.</summary>
    public SaidEdit Said => new(Id, Kind, Field, Key, After?.Canonical());
}

/// <summary>A change of one field to one value, by what it comes to.</summary>
/// <param name="After">Canonical; null: nothing stands there afterwards.</param>
public sealed record SaidEdit(
    ResourceId Id, DiffKind Kind, string Field, string? Key, string? After);
