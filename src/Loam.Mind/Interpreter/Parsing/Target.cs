using System.Collections.Immutable;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What a clause is about.</summary>
/// <param name="Text">As said, for questions.</param>
/// <param name="Namings">What the words can name; empty for a reference.</param>
/// <param name="Reference"><c>it</c>, <c>them</c>, <c>all</c>, <c>other</c> …; null: named.
/// </param>
/// <param name="Owner">What it belongs to: <c>gitea</c> in "gitea's database".</param>
internal sealed record Target(
    string Text, ImmutableArray<Naming> Namings, string? Reference, bool Plural, Target? Owner)
{
    /// <summary>Said after <c>for</c>: more likely a purpose than the thing itself.</summary>
    public bool IsPurpose { get; init; }

    /// <summary>Said after <c>from the</c>: somebody there, nothing to be made.</summary>
    public bool IsOrigin { get; init; }

    /// <summary>A second one of its kind: <c>another redis</c>.</summary>
    public bool IsAnother { get; init; }

    /// <summary>The version said right after it: <c>postgres 15</c>.</summary>
    public string? Version { get; init; }

    /// <summary>Chosen as the answer to a question: exactly these services.</summary>
    public ImmutableArray<string> Chosen { get; init; } = [];

    public string? Named(Known known)
    {
        foreach (var naming in Namings)
        {
            if (naming.Known == known)
            {
                return naming.Name;
            }
        }
        return null;
    }
}
