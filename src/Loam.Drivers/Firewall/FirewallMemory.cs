using System.Text;
using Loam.Drivers.Files;

namespace Loam.Drivers.Firewall;

/// <summary>What was written into the kernel last, and how the kernel said it back: nftables puts
/// rules into words of its own, so only its own earlier words show whether somebody changed them.
/// </summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class FirewallMemory(string? path)
{
    private const int MostBytes = 4096;

    private (string Digest, string Words)? _kept = path is null ? null : Load(path);

    /// <summary>The table's digest and the digest of the kernel's words for it, empty while they
    /// are not known; null: no table was written.</summary>
    public (string Digest, string Words)? Kept => _kept;

    /// <summary>Before a table is written: whatever happens, it is looked for.</summary>
    public void Expect(string digest) => Keep((digest, ""));

    public void Written(string digest, string words) => Keep((digest, words));

    public void Forget()
    {
        _kept = null;
        if (path is not null)
        {
            AtomicFile.Delete(path);
        }
    }

    private void Keep((string Digest, string Words) kept)
    {
        _kept = kept;
        if (path is not null)
        {
            AtomicFile.Write(
                path, Encoding.ASCII.GetBytes($"{kept.Digest} {kept.Words}\n"), 0b110_000_000);
        }
    }

    private static (string, string)? Load(string path) =>
        AtomicFile.Read(path, MostBytes) is not { } bytes ? null
            : Encoding.ASCII.GetString(bytes).TrimEnd('\n').Split(' ') is [var digest, var words]
                ? (digest, words) : ("", "");
}
