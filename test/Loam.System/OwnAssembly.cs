namespace Loam.System;

internal static class OwnAssembly
{
    /// <summary>Where the runner finds what is shared as source.</summary>
    public const string Name = "Loam.System";
}
