using Loam.Core.Diagnostics;

namespace Loam.Core.Importing;

/// <summary>A compose file that cannot be imported at all.</summary>
/// <param name="at">Null: no place of it.</param>
public sealed class ComposeException(Span? at, string message, string remedy)
    : Exception(at is { } place && place.File.Length > 0
        ? $"{place.File}:{place.Line}: {message}" : message)
{
    public Span? At { get; } = at;
    public string Remedy { get; } = remedy;
}
