namespace Loam.Mind.Interpreter.Editing;

/// <summary>Values that are not repeated to anybody.</summary>
internal static class Secrecy
{
    private static readonly string[] s_parts =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL"];

    /// <summary>The name of a variable whose value is most likely a secret.</summary>
    public static bool IsSecretName(string name) =>
        s_parts.Any(p => name.Contains(p, StringComparison.OrdinalIgnoreCase));

    /// <summary><c>NAME=value</c>, or <c>NAME (hidden)</c>.</summary>
    public static string Shown(string name, string value) =>
        IsSecretName(name) && !value.StartsWith("${", StringComparison.Ordinal)
            ? $"{name} (hidden)" : $"{name}={value}";
}
