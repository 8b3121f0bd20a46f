namespace Loam.Init;

/// <summary>Interfaces with hardware beneath them, virtual machines' included; not bridges and the
/// like.</summary>
internal static class NetworkCards
{
    private const string Sys = "/sys/class/net";

    public static IEnumerable<string> All() => Directory.EnumerateDirectories(Sys)
        .Select(d => Path.GetFileName(d)).Where(IsOne).Order(StringComparer.Ordinal);

    public static bool IsOne(string name) => Directory.Exists(Path.Combine(Sys, name, "device"));
}
