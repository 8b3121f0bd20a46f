using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Messages;

/// <summary>The last look at a text before it leaves the machine: no secret of this machine stands
/// in it, wherever it came from.</summary>
public static class SecretHiding
{
    /// <summary>Shorter ones are parts of words.</summary>
    private const int Shortest = 4;

    public static string Hide(string text, DesiredState state, ISecretVault vault)
    {
        foreach (var secret in state.Secrets.Values)
        {
            try
            {
                var plain = vault.Reveal(secret.Value).Trim();
                if (plain.Length >= Shortest)
                {
                    text = text.Replace(plain, "***", StringComparison.Ordinal);
                }
            }
            catch (HostException)
            {
                // Sealed for another machine: its plaintext is not known here.
            }
        }
        return text;
    }
}
