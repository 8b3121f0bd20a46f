using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Messages;

/// <summary>The last look at a text that is kept or leaves the machine: no secret stands in it,
/// wherever it came from.</summary>
public static class SecretHiding
{
    private const string Hidden = "***";

    /// <summary>Shorter ones are parts of words.</summary>
    private const int Shortest = 4;

    /// <summary>Without any secret of this machine.</summary>
    public static string Hide(string text, DesiredState state, ISecretVault vault) =>
        Hide(text, Known(state, vault));

    /// <summary>Plaintexts of this machine that must not stand in what is told.</summary>
    public static IReadOnlyList<string> Known(DesiredState state, ISecretVault vault) =>
    [
        .. state.Secrets.Values.Select(s => Revealed(s, vault)).OfType<string>()
            .Where(s => s.Length >= Shortest),
    ];

    /// <param name="secrets">Plaintexts; one may be part of another.</param>
    public static string Hide(string text, IEnumerable<string> secrets) =>
        secrets.Where(s => s.Length > 0).OrderByDescending(s => s.Length)
            .Aggregate(text, (t, s) => t.Replace(s, Hidden, StringComparison.Ordinal));

    /// <returns>Null: it is sealed for another machine, and its plaintext is not known here.
    /// </returns>
    private static string? Revealed(Secret secret, ISecretVault vault)
    {
        try
        {
            return vault.Reveal(secret.Value).Trim();
        }
        catch (HostException)
        {
            return null;
        }
    }
}
