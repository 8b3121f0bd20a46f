using System.Collections.Immutable;

namespace Loam.Core.StateFiles;

/// <summary>The state files' texts by file name, with <c>images.lock</c> beside them. A file that
/// is absent is not in it.</summary>
public sealed record StateSet(ImmutableSortedDictionary<string, string> Texts)
{
    public const string Lock = "images.lock";

    public static readonly StateSet Empty =
        new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    public string? this[string file] => Texts.GetValueOrDefault(file);

    public StateSet With(string file, string text) => new(Texts.SetItem(file, text));

    public StateSet Without(string file) => new(Texts.Remove(file));

    /// <summary>Files whose text differs, in either direction.</summary>
    public IEnumerable<string> ChangedFrom(StateSet other) =>
        Texts.Keys.Union(other.Texts.Keys).Order(StringComparer.Ordinal)
            .Where(f => this[f] != other[f]);
}
