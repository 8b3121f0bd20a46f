using System.Security.Cryptography;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Secrets;

/// <summary>The form of a secret in security.yaml: <c>encrypted:v1:BASE64</c> of an age file.
/// </summary>
public static class SecretText
{
    private const string Prefix = "encrypted:v1:";

    /// <summary>Letters and digits only: 62 of them give 5.95 bits each, and a value may stand
    /// in a URL, a shell word or an option without quoting.</summary>
    private const string Alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static string Encrypt(string plaintext, AgeRecipient recipient)
    {
        var bytes = Strict.GetBytes(plaintext);
        try
        {
            return Prefix + Convert.ToBase64String(Age.Encrypt(bytes, recipient));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <exception cref="HostException">Denied: for another key, or changed; Unsupported: not of
    /// this form. The message carries no part of the value.</exception>
    public static string Decrypt(string text, AgeIdentity identity)
    {
        var bytes = Age.Decrypt(Decode(text), identity);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new HostException(Fault.Unsupported,
                "The secret is not text in UTF-8.", "Set it anew, encoded as base64.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>A fresh random value; every character equally likely.</summary>
    public static string Generate(FreshSecret wanted)
    {
        Invariant.Require(wanted.Length is > 0 and <= Limits.SecretBytes,
            "a secret's length is bounded");
        return wanted.IsHex
            ? RandomNumberGenerator.GetHexString(wanted.Length, lowercase: true)
            : RandomNumberGenerator.GetString(Alphabet, wanted.Length);
    }

    /// <summary>The age file inside.</summary>
    private static byte[] Decode(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw AgeHeader.Malformed($"does not begin with {Prefix}");
        }
        // An editor may have folded the long line: white space inside does not matter.
        var encoded = text.AsSpan(Prefix.Length);
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64Chars(encoded, bytes, out var count)
            ? bytes[..count] : throw AgeHeader.Malformed("is not base64");
    }
}
