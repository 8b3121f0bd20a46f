namespace Loam.Mind.Gateway.Grammar;

/// <summary>A schema that no grammar can hold an answer to.</summary>
/// <param name="message">A sentence: what in it, and where.</param>
public sealed class GrammarException(string message) : Exception(message);
