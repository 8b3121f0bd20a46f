using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Booting.Slots;

/// <summary>Whose updates this machine takes: an Ed25519 key (RFC 8032), by OpenSSL's libcrypto,
/// because the base library has none. Such a signature of the same bytes is always the same.
/// </summary>
public sealed partial class UpdateKey
{
    /// <summary>Where an image has it, under the same seal as all of the root.</summary>
    public const string Path = "/usr/lib/loam/update.pub";

    public const int KeyBytes = 32, SignatureBytes = 64;

    private const string Library = "libcrypto.so.3";
    private const int Ed25519 = 1087;

    private readonly byte[] _key;

    private UpdateKey(byte[] key) => _key = key;

    /// <exception cref="HostException">There is none, or it is none.</exception>
    public static UpdateKey Read(string path = Path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskRegion.Failed($"The key for updates cannot be read from {path}", e);
        }
        return Of(text) ?? throw new HostException(Fault.Unsupported,
            $"{path} is no key for updates: {KeyBytes} bytes in base64.", "Build the image anew.");
    }

    public static UpdateKey? Of(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length)
            && length == KeyBytes ? new(bytes[..length]) : null;
    }

    /// <summary>Whether the signature is of these bytes and this key.</summary>
    public bool Holds(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        var key = NewPublic(Ed25519, 0, _key, KeyBytes);
        var context = NewContext();
        try
        {
            Invariant.Require(context != 0, "libcrypto makes a context");
            return key != 0 && signature.Length == SignatureBytes
                && Begin(context, 0, 0, 0, key) == 1
                && Verify(context, signature, SignatureBytes, content, (nuint)content.Length) == 1;
        }
        finally
        {
            FreeContext(context);
            FreeKey(key);
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial nint NewPublic(
        int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int Begin(nint context, nint inner, nint digest, nint engine, nint key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static partial int Verify(nint context, ReadOnlySpan<byte> signature, nuint length,
        ReadOnlySpan<byte> content, nuint contentLength);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);
}
