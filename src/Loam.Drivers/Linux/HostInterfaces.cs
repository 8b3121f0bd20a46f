namespace Loam.Drivers.Linux;

/// <summary>The network interfaces of this process's own network namespace, which <c>/sys</c> does
/// not follow.</summary>
internal static class HostInterfaces
{
    public static IEnumerable<string> Names() => File.ReadLines("/proc/net/dev")
        .Where(l => l.Contains(':', StringComparison.Ordinal))
        .Select(l => l.Split(':', 2)[0].Trim());

    public static bool Exists(string name) => Names().Contains(name);
}
