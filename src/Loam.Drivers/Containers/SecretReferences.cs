using System.Collections.Immutable;
using System.Text;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Puts plaintexts in place of <c>${secrets.NAME}</c>, at the last moment before the
/// engine gets the value.</summary>
internal static class SecretReferences
{
    private const string Open = "${secrets.";

    /// <summary>A container with its plaintexts, and its secret files put in place.</summary>
    public static EngineContainer Fill(ContainerSpec spec, ISecretVault vault,
        ImmutableSortedDictionary<string, string> labels)
    {
        string Reveal(string secret) => vault.Reveal(spec.Sealed[secret]);
        var environment = spec.Environment.ToImmutableSortedDictionary(
            e => e.Key, e => Fill(e.Value, Reveal), StringComparer.Ordinal);
        var filled = spec with
        {
            Command = [.. spec.Command.Select(c => Fill(c, Reveal))],
            Entrypoint = [.. spec.Entrypoint.Select(c => Fill(c, Reveal))],
        };
        var files = vault.Place(spec.Name, spec.SecretFiles, Reveal);
        return new(filled, environment, [.. spec.Mounts, .. files], labels);
    }

    public static string Fill(string text, Func<string, string> reveal)
    {
        var at = text.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }
        var filled = new StringBuilder();
        var from = 0;
        while (at >= 0)
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
            {
                break;
            }
            filled.Append(text, from, at - from).Append(reveal(text[(at + Open.Length)..end]));
            from = end + 1;
            at = text.IndexOf(Open, from, StringComparison.Ordinal);
        }
        return filled.Append(text, from, text.Length - from).ToString();
    }
}
