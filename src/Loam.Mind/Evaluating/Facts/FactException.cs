namespace Loam.Mind.Evaluating.Facts;

/// <summary>A case or fact that means nothing: what is wrong and what to write.</summary>
public sealed class FactException(string message, string remedy) : Exception(message)
{
    public string Remedy { get; } = remedy;
}
