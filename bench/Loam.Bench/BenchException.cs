namespace Loam.Bench;

/// <summary>The benchmark cannot be run here; the message says why.</summary>
internal sealed class BenchException(string message) : Exception(message);
