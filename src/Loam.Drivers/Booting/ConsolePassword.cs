using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting;

/// <summary>What whoever sits at the console of a machine has to know, once somebody has set it.
/// Only what a guess is compared with is kept (PBKDF2, RFC 8018).</summary>
public sealed class ConsolePassword(string file)
{
    private const int Rounds = 100_000, SaltBytes = 16, HashBytes = 32, MostBytes = 1024;
    private const uint OwnerOnly = 0b110_000_000;

    public bool IsSet => File.Exists(file);

    /// <param name="password">Empty: none is asked for any more.</param>
    public void Set(string password)
    {
        if (password.Length == 0)
        {
            File.Delete(file);
            return;
        }
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(
            new(Rounds, salt, Hash(password, salt, Rounds)), PasswordJson.Default.KeptPassword),
            OwnerOnly);
    }

    /// <exception cref="HostException">Conflict: what is kept cannot be read.</exception>
    public bool Matches(string password)
    {
        try
        {
            return AtomicFile.Read(file, MostBytes) is { } kept
                && JsonSerializer.Deserialize(kept, PasswordJson.Default.KeptPassword) is { } known
                && CryptographicOperations.FixedTimeEquals(
                    Hash(password, known.Salt, known.Rounds), known.Hash);
        }
        catch (JsonException)
        {
            throw new HostException(Fault.Conflict, $"{file} is damaged.",
                "As root over SSH: remove it, then `loam console password`.");
        }
    }

    private static byte[] Hash(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds,
            HashAlgorithmName.SHA256, HashBytes);
}

internal sealed record KeptPassword(int Rounds, byte[] Salt, byte[] Hash);

[JsonSerializable(typeof(KeptPassword))]
internal sealed partial class PasswordJson : JsonSerializerContext;
