using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Auditing;

/// <summary>The key that signs the record. The public half lies beside the record; a copy of it
/// kept elsewhere shows whether somebody with root's rights made both anew.</summary>
public sealed class AuditKey
{
    private const int MostBytes = 4096;
    private const uint OwnerOnly = 0x180, Shown = 0x1a4;

    private readonly string _path;

    private AuditKey(string path) => _path = path;

    /// <exception cref="HostException">It cannot be written.</exception>
    public static AuditKey LoadOrCreate(string path, string publicPath)
    {
        if (!File.Exists(path))
        {
            using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            AtomicFile.Write(
                path, Encoding.ASCII.GetBytes(fresh.ExportPkcs8PrivateKeyPem() + "\n"), OwnerOnly);
        }
        var key = new AuditKey(path);
        if (!File.Exists(publicPath))
        {
            using var pair = key.Open();
            AtomicFile.Write(publicPath,
                Encoding.ASCII.GetBytes(pair.ExportSubjectPublicKeyInfoPem() + "\n"), Shown);
        }
        return key;
    }

    /// <summary>The signature of some bytes, base64.</summary>
    public string Sign(byte[] content)
    {
        using var pair = Open();
        return Convert.ToBase64String(pair.SignData(content, HashAlgorithmName.SHA256));
    }

    /// <summary>A public key in PEM.</summary>
    /// <exception cref="HostException">NotFound; Unsupported: it holds something else.</exception>
    public static ECDsa Public(string path) => Read(path,
        "`loam audit key` prints it; write that into a file.");

    /// <summary>Whether the signature is of these bytes and this key.</summary>
    public static bool Holds(ECDsa key, byte[] content, string signature)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyData(content, bytes.AsSpan(0, length), HashAlgorithmName.SHA256);
    }

    /// <summary>What a person compares: <c>SHA256:…</c> as ssh shows it.</summary>
    public static string Fingerprint(ECDsa key) => "SHA256:" + Convert.ToBase64String(
        SHA256.HashData(key.ExportSubjectPublicKeyInfo())).TrimEnd('=');

    private ECDsa Open() => Read(_path,
        "Move it aside: a new key is made, and the record goes on with it.");

    private static ECDsa Read(string path, string remedy)
    {
        var bytes = AtomicFile.Read(path, MostBytes)
            ?? throw new HostException(Fault.NotFound, $"{path} is not there.", remedy);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.UTF8.GetString(bytes));
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new HostException(Fault.Unsupported, $"{path} holds no key.", remedy);
        }
    }
}
