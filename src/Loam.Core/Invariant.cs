using System.Diagnostics.CodeAnalysis;

namespace Loam.Core;

/// <summary>A fault of ours. Nothing goes on from it: a request ends and what it began is taken
/// back; elsewhere the process ends and recovery takes over.</summary>
public sealed class InvariantException(string message) : Exception(message);

public static class Invariant
{
    /// <summary>States what must hold here, in release builds too.</summary>
    public static void Require([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds)
        {
            throw new InvariantException(what);
        }
    }
}
