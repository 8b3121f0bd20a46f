namespace Loam.Testing;

internal static class TestAssembly
{
    /// <summary>Where the runner finds what is shared as source.</summary>
    public const string Name = "Loam.Tests";
}
