using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Secrets;

/// <summary>The machine's own age key, in a file as <c>age-keygen</c> writes it. Only the
/// recipient stays in memory; the identity is read for each use and wiped.</summary>
public sealed class SecretKey
{
    private const int MostBytes = 4096;
    private const uint OwnerOnly = 0x180; // 0600

    private readonly string _path;

    private SecretKey(string path, AgeRecipient recipient)
    {
        _path = path;
        Recipient = recipient;
    }

    /// <summary>Public: for whom the machine's secrets are encrypted.</summary>
    public AgeRecipient Recipient { get; }

    /// <summary>Makes the key the first time. The caller holds the instance's lock.</summary>
    /// <param name="time">Dates a new key.</param>
    /// <exception cref="HostException">Denied: others can read it; Unsupported: it is not one.
    /// </exception>
    public static SecretKey LoadOrCreate(string path, TimeProvider time)
    {
        if (Libc.Stat(path) is null)
        {
            using var fresh = AgeIdentity.Create();
            var text = Encoding.ASCII.GetBytes(
                $"# created: {time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}\n"
                + $"# public key: {fresh.Recipient}\n{fresh.Reveal()}\n");
            AtomicFile.Write(path, text, OwnerOnly);
            CryptographicOperations.ZeroMemory(text);
        }
        using var identity = Read(path);
        return new(path, identity.Recipient);
    }

    /// <exception cref="HostException">NotFound: it is gone; Denied; Unsupported.</exception>
    internal AgeIdentity Open() => Read(_path);

    private static AgeIdentity Read(string path)
    {
        var facts = Libc.Stat(path) ?? throw new HostException(Fault.NotFound,
            $"The key {path} is gone.",
            "Restore it from a backup; without it no secret can be read.");
        if ((facts.Permissions & 0x3f) != 0 || facts.User != Libc.EffectiveUser())
        {
            throw new HostException(Fault.Denied, $"Others than root can read the key {path}.",
                $"chown root:root {path} && chmod 600 {path}; if somebody may have read it, "
                + "set all secrets anew.");
        }
        var bytes = AtomicFile.Read(path, MostBytes) ?? [];
        var text = new char[bytes.Length];
        try
        {
            Encoding.ASCII.GetChars(bytes, text);
            foreach (var range in text.AsSpan().Split('\n'))
            {
                var line = text.AsSpan()[range].Trim();
                if (line.Length > 0 && line[0] != '#')
                {
                    return AgeIdentity.Parse(line);
                }
            }
            throw new HostException(Fault.Unsupported, $"{path} holds no age key.",
                "Restore it from a backup; without it no secret can be read.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(text);
        }
    }
}
