using System.Runtime.InteropServices;
using Loam.Core;

namespace Loam.Drivers.Secrets;

/// <summary>X25519 (RFC 7748) on OpenSSL's libcrypto, which .NET's own cryptography loads too;
/// the base library has the other parts of age, but not this one.</summary>
internal static partial class Curve
{
    public const int Bytes = 32;

    private const string Library = "libcrypto.so.3";

    /// <summary>NID_X25519.</summary>
    private const int X25519 = 1034;

    /// <summary>The public key that belongs to a private one.</summary>
    public static byte[] PublicOf(ReadOnlySpan<byte> secret)
    {
        Invariant.Require(secret.Length == Bytes, "an X25519 key has 32 bytes");
        using var key = NewPrivate(X25519, 0, secret, Bytes);
        var result = new byte[Bytes];
        nuint length = Bytes;
        Invariant.Require(
            !key.IsInvalid && GetPublic(key, result, ref length) == 1 && length == Bytes,
            "libcrypto derives an X25519 public key");
        return result;
    }

    /// <summary>The shared secret, or false when the other's point is of low order, which
    /// RFC 7748 and age tell to refuse.</summary>
    public static bool TryShare(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> other, Span<byte> shared)
    {
        Invariant.Require(
            secret.Length == Bytes && other.Length == Bytes && shared.Length == Bytes,
            "an X25519 key has 32 bytes");
        using var mine = NewPrivate(X25519, 0, secret, Bytes);
        using var theirs = NewPublic(X25519, 0, other, Bytes);
        Invariant.Require(!mine.IsInvalid && !theirs.IsInvalid, "libcrypto takes X25519 keys");
        using var context = NewContext(mine, 0);
        Invariant.Require(
            !context.IsInvalid && BeginDerive(context) == 1, "libcrypto begins X25519");
        nuint length = Bytes;
        return SetPeer(context, theirs) == 1
            && Derive(context, shared, ref length) == 1 && length == Bytes
            && shared.IndexOfAnyExcept((byte)0) >= 0;
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    private static partial KeyHandle NewPrivate(
        int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial KeyHandle NewPublic(
        int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    private static partial int GetPublic(KeyHandle key, Span<byte> result, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_new")]
    private static partial ContextHandle NewContext(KeyHandle key, nint engine);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_init")]
    private static partial int BeginDerive(ContextHandle context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_set_peer")]
    private static partial int SetPeer(ContextHandle context, KeyHandle peer);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive")]
    private static partial int Derive(
        ContextHandle context, Span<byte> result, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_free")]
    private static partial void FreeContext(nint context);

    internal sealed class KeyHandle() : SafeHandle(0, true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeKey(handle); // wipes the private key
            return true;
        }
    }

    internal sealed class ContextHandle() : SafeHandle(0, true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
