namespace Loam.Tests;

internal static class OwnAssembly
{
    /// <summary>Where the runner finds what is shared as source.</summary>
    public const string Name = "Loam.Tests";
}
