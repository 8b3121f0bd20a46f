using Loam.Drivers.Linux;

namespace Loam.Drivers.Firewall;

/// <summary>The bridges that container engines made on this host, told by their names: an engine
/// says nothing else about them to the kernel.</summary>
public static class EngineBridges
{
    private static readonly string[] s_prefixes = ["docker", "podman", "cni-podman", "cni"];

    public static IReadOnlyCollection<string> OfThisHost() =>
        [.. HostInterfaces.Names().Where(IsEngines).Order(StringComparer.Ordinal)];

    /// <summary><c>docker0</c>, <c>podman1</c>, Docker's <c>br-</c> with twelve hexadecimal
    /// digits, and Loam's own; not <c>br-lan</c>.</summary>
    internal static bool IsEngines(string name) =>
        Array.Exists(s_prefixes, p => name.StartsWith(p, StringComparison.Ordinal)
            && name.AsSpan(p.Length).IndexOfAnyExceptInRange('0', '9') < 0)
        || (name.StartsWith("br-", StringComparison.Ordinal) && name.Length == 15
            && name.AsSpan(3).IndexOfAnyExcept("0123456789abcdef") < 0)
        || (name.StartsWith("lm", StringComparison.Ordinal) && name.Length == 15
            && name[6] == '-' && name.AsSpan(7).IndexOfAnyExcept("0123456789abcdef") < 0);
}
