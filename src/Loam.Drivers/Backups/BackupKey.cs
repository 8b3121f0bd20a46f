using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>The repository's password: generated once, kept for root alone, and the one thing that
/// a person keeps elsewhere, because everything else is in the repository.</summary>
public static class BackupKey
{
    private const int MostBytes = 1024;
    private const uint OwnerOnly = 0x180; // 0600
    private const int Groups = 6, Letters = 4;

    /// <summary>Without those that are taken for each other: it is copied by hand.</summary>
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Makes one the first time. 24 letters of 31 are 118 bits.</summary>
    public static string LoadOrCreate(string path)
    {
        if (Load(path) is { } known)
        {
            return known;
        }
        Store(path, Grouped(RandomNumberGenerator.GetString(Alphabet, Groups * Letters)));
        return Load(path)!;
    }

    public static void Store(string path, string password) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(password + "\n"), OwnerOnly);

    /// <summary>As typed from paper: spaces, dashes and capitals do not matter in one of ours.
    /// </summary>
    public static string Typed(string text)
    {
        var letters = string.Concat(text.ToLowerInvariant().Where(
            c => c != '-' && !char.IsWhiteSpace(c)));
        return letters.Length == Groups * Letters && letters.All(Alphabet.Contains)
            ? Grouped(letters) : text.Trim();
    }

    private static string? Load(string path) => AtomicFile.Read(path, MostBytes) is { } bytes
        ? Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text
            : throw new HostException(Fault.Unsupported, $"{path} is empty.",
                "Write the password of the repository into it.")
        : null;

    private static string Grouped(string letters) =>
        string.Join('-', letters.Chunk(Letters).Select(c => new string(c)));
}
