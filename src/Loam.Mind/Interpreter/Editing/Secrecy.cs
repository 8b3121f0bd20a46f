using Loam.Core.Resources;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Values that are not repeated to anybody.</summary>
internal static class Secrecy
{
    public static bool IsSecretName(string name) => SecretNames.IsSecret(name);

    /// <summary><c>NAME=value</c>, or <c>NAME (hidden)</c>.</summary>
    public static string Shown(string name, string value) =>
        IsSecretName(name) && !value.StartsWith("${", StringComparison.Ordinal)
            ? $"{name} (hidden)" : $"{name}={value}";
}
