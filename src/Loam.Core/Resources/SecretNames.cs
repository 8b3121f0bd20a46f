namespace Loam.Core.Resources;

/// <summary>Which variables carry secrets, judged by their names.</summary>
public static class SecretNames
{
    private static readonly string[] s_parts =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL"];

    /// <summary>The name of a variable whose value is most likely a secret.</summary>
    public static bool IsSecret(string name) =>
        s_parts.Any(p => name.Contains(p, StringComparison.OrdinalIgnoreCase));
}
