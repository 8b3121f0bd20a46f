using System.Buffers.Binary;
using System.Security.Cryptography;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Secrets;

/// <summary>The file format age-encryption.org/v1 with X25519 recipients, whole in memory.
/// https://github.com/C2SP/C2SP/blob/main/age.md</summary>
/// <remarks>Every byte is authenticated before any plaintext leaves: a changed, cut or extended
/// text is refused, never decrypted to something else.</remarks>
public static class Age
{
    private const string Kind = "X25519";
    private const int FileKeyBytes = 16;
    private const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int NonceBytes = 16;
    private const int ChunkBytes = 64 * 1024;

    private static ReadOnlySpan<byte> WrapInfo => "age-encryption.org/v1/X25519"u8;

    public static byte[] Encrypt(
        ReadOnlySpan<byte> plaintext, params ReadOnlySpan<AgeRecipient> recipients)
    {
        Invariant.Require(recipients.Length > 0, "encryption is for somebody");
        Span<byte> fileKey = stackalloc byte[FileKeyBytes];
        RandomNumberGenerator.Fill(fileKey);
        try
        {
            var stanzas = new AgeStanza[recipients.Length];
            for (var i = 0; i < recipients.Length; i++)
            {
                stanzas[i] = Wrap(fileKey, recipients[i]);
            }
            var unsigned = AgeHeader.Unsigned(stanzas);
            return [.. AgeHeader.Signed(unsigned, Mac(fileKey, unsigned)),
                .. Seal(fileKey, plaintext)];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <exception cref="HostException">Denied: encrypted for another key, or changed;
    /// Unsupported: not an age file.</exception>
    public static byte[] Decrypt(ReadOnlySpan<byte> encrypted, AgeIdentity identity)
    {
        var header = AgeHeader.Parse(encrypted);
        Span<byte> fileKey = stackalloc byte[FileKeyBytes];
        try
        {
            if (!header.Stanzas.Any(s => s.Arguments[0] == Kind)
                || !Unwrap(header.Stanzas, identity, fileKey))
            {
                throw new HostException(Fault.Denied,
                    $"The text is encrypted for another key than {identity.Recipient}.",
                    "Put the key it was encrypted for back, or set the secret anew.");
            }
            var mac = Mac(fileKey, encrypted[..header.SignedBytes]);
            if (!CryptographicOperations.FixedTimeEquals(mac, header.Mac))
            {
                throw Changed();
            }
            return Open(fileKey, encrypted[header.Bytes..]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    private static AgeStanza Wrap(ReadOnlySpan<byte> fileKey, AgeRecipient recipient)
    {
        Span<byte> ephemeral = stackalloc byte[Curve.Bytes];
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(ephemeral);
        try
        {
            var share = Curve.PublicOf(ephemeral);
            if (!TryWrapKey(ephemeral, recipient.Point, share, recipient.Point, key))
            {
                throw new HostException(Fault.Unsupported,
                    "The age recipient is a point of low order, which protects nothing.",
                    "Make a new key.");
            }
            var body = new byte[FileKeyBytes + TagBytes];
            using var cipher = new ChaCha20Poly1305(key);
            Span<byte> nonce = stackalloc byte[12];
            nonce.Clear();
            cipher.Encrypt(nonce, fileKey, body.AsSpan(0, FileKeyBytes),
                body.AsSpan(FileKeyBytes));
            return new([Kind, Convert.ToBase64String(share).TrimEnd('=')], body);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ephemeral);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static bool Unwrap(
        IReadOnlyList<AgeStanza> stanzas, AgeIdentity identity, Span<byte> fileKey)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> nonce = stackalloc byte[12];
        nonce.Clear();
        try
        {
            foreach (var stanza in stanzas.Where(s => s.Arguments[0] == Kind))
            {
                if (stanza.Arguments.Count != 2
                    || AgeHeader.FromText(stanza.Arguments[1]) is not { Length: Curve.Bytes } share
                    || stanza.Body.Length != FileKeyBytes + TagBytes
                    || !TryWrapKey(
                        identity.Secret, share, share, identity.Recipient.Point, key))
                {
                    throw AgeHeader.Malformed("has a recipient that is not well formed");
                }
                using var cipher = new ChaCha20Poly1305(key);
                try
                {
                    cipher.Decrypt(nonce, stanza.Body.AsSpan(0, FileKeyBytes),
                        stanza.Body.AsSpan(FileKeyBytes), fileKey);
                    return true;
                }
                catch (AuthenticationTagMismatchException)
                {
                    // Wrapped for somebody else: the next may be for us.
                }
            }
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static bool TryWrapKey(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> other,
        ReadOnlySpan<byte> share, ReadOnlySpan<byte> recipient, Span<byte> key)
    {
        Span<byte> shared = stackalloc byte[Curve.Bytes];
        Span<byte> salt = stackalloc byte[2 * Curve.Bytes];
        share.CopyTo(salt);
        recipient.CopyTo(salt[Curve.Bytes..]);
        try
        {
            if (!Curve.TryShare(secret, other, shared))
            {
                return false;
            }
            HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, key, salt, WrapInfo);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    private static byte[] Mac(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> signed)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, [], "header"u8);
        var mac = HMACSHA256.HashData(key, signed);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }

    private static byte[] Seal(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> plaintext)
    {
        var chunks = Math.Max(1, (plaintext.Length + ChunkBytes - 1) / ChunkBytes);
        var result = new byte[NonceBytes + plaintext.Length + chunks * TagBytes];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var cipher = Stream(fileKey, result.AsSpan(0, NonceBytes));
        Span<byte> nonce = stackalloc byte[12];
        var to = NonceBytes;
        for (var i = 0; i < chunks; i++)
        {
            var chunk = plaintext[(i * ChunkBytes)..];
            chunk = chunk[..Math.Min(ChunkBytes, chunk.Length)];
            Number(nonce, i, last: i == chunks - 1);
            cipher.Encrypt(nonce, chunk, result.AsSpan(to, chunk.Length),
                result.AsSpan(to + chunk.Length, TagBytes));
            to += chunk.Length + TagBytes;
        }
        return result;
    }

    private static byte[] Open(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> payload)
    {
        const int full = ChunkBytes + TagBytes;
        if (payload.Length < NonceBytes + TagBytes)
        {
            throw Changed();
        }
        using var cipher = Stream(fileKey, payload[..NonceBytes]);
        var rest = payload[NonceBytes..];
        var chunks = (rest.Length + full - 1) / full;
        var lastBytes = rest.Length - (chunks - 1) * full;
        // Only the whole text may be empty; an empty chunk after others is not.
        if (lastBytes < TagBytes || (lastBytes == TagBytes && chunks > 1))
        {
            throw Changed();
        }
        var plaintext = new byte[rest.Length - chunks * TagBytes];
        Span<byte> nonce = stackalloc byte[12];
        try
        {
            for (var i = 0; i < chunks; i++)
            {
                var chunk = rest.Slice(i * full, i == chunks - 1 ? lastBytes : full);
                Number(nonce, i, last: i == chunks - 1);
                cipher.Decrypt(nonce, chunk[..^TagBytes], chunk[^TagBytes..],
                    plaintext.AsSpan(i * ChunkBytes, chunk.Length - TagBytes));
            }
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            throw Changed();
        }
    }

    private static ChaCha20Poly1305 Stream(
        ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> nonce)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, nonce, "payload"u8);
        var cipher = new ChaCha20Poly1305(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>Eleven bytes of counter and one that marks the last chunk.</summary>
    private static void Number(Span<byte> nonce, int chunk, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt32BigEndian(nonce[7..], chunk);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    private static HostException Changed() =>
        new(Fault.Denied, "The encrypted text was changed or cut off.",
            "Take it from the history or from a backup, or set the secret anew.");
}
