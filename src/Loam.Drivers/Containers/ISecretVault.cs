using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Plaintexts of secrets, for as long as one call takes.</summary>
public interface ISecretVault
{
    /// <summary>Plaintext of a ciphertext.</summary>
    /// <exception cref="HostException">It cannot be decrypted with this machine's key.
    /// </exception>
    string Reveal(string sealedValue);

    /// <summary>Puts a container's secret files in place, on memory only, and says where.
    /// </summary>
    ImmutableArray<BindMount> Place(string container, ImmutableArray<SecretFile> files,
        Func<string, string> reveal);

    /// <summary>Removes a container's secret files; gone is fine.</summary>
    void Discard(string container);
}
