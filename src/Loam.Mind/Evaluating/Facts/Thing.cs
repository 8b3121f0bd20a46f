namespace Loam.Mind.Evaluating.Facts;

/// <summary>What may change as one: an item with a name, or a topic as a whole.</summary>
/// <param name="Name">Null: the whole topic.</param>
public readonly record struct Thing(string Topic, string? Name)
{
    public override string ToString() => Name is null ? Topic : $"{Topic}.{Name}";
}
