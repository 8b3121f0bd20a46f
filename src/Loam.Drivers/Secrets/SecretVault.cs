using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Secrets;

/// <summary>Decrypts with this machine's key, one value at a time, and lays files for containers
/// on memory.</summary>
public sealed class SecretVault(SecretKey key, SecretFiles files) : ISecretVault
{
    public string Reveal(string sealedValue)
    {
        using var identity = key.Open();
        return SecretText.Decrypt(sealedValue, identity);
    }

    public ImmutableArray<BindMount> Place(
        string container, ImmutableArray<SecretFile> wanted, Func<string, string> reveal)
    {
        if (wanted.IsEmpty)
        {
            return [];
        }
        files.Mount();
        return [.. wanted.Select(f => new BindMount(
            files.Write(container, f.Secret, reveal(f.Secret)), f.Target, ReadOnly: true))];
    }

    public void Discard(string container) => files.Remove(container);

    /// <summary>Ciphertext of a fresh random value.</summary>
    public string SealFresh(FreshSecret wanted) =>
        Seal(SecretText.Generate(wanted));

    /// <summary>Ciphertext for this machine.</summary>
    public string Seal(string plaintext) => SecretText.Encrypt(plaintext, key.Recipient);
}
