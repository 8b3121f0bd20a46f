using System.Reflection;

namespace Loam.Cli;

internal static class Product
{
    /// <summary>As the build says it: <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0";
}
