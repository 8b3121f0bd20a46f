using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Secrets;

/// <summary>Seals and reveals this machine's secrets, one at a time. Nothing is kept: the caller
/// drops the plaintext after its one use.</summary>
public sealed class SecretVault(SecretKey key, SecretFiles files) : ISecretVault
{
    /// <summary>Ciphertext for security.yaml.</summary>
    public string Seal(string plaintext) => SecretText.Encrypt(plaintext, key.Recipient);

    /// <summary>Ciphertext of a fresh random value that nobody sees.</summary>
    /// <param name="length">Characters.</param>
    public string SealFresh(int length) => Seal(SecretText.Generate(length));

    /// <exception cref="HostException">Denied: for another key, or changed; Unsupported: not a
    /// sealed value; NotFound: the key is gone. No message carries any part of the value.
    /// </exception>
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
}
