using System.Collections.Immutable;

namespace Loam.Mind.Interpreter;

/// <summary>An answer of several things, as rows. The message says the same in a sentence.
/// </summary>
/// <param name="Title">A short sentence that says what the rows are.</param>
/// <param name="Columns">Lower case; as many as each row has cells.</param>
public sealed record Listing(
    string Title, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows);
