using System.Security.Cryptography;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Secrets;

/// <summary>Who can read: <c>age1…</c>. Public.</summary>
public sealed class AgeRecipient
{
    private const string Prefix = "age";

    internal AgeRecipient(byte[] point) => Point = point;

    internal byte[] Point { get; }

    /// <exception cref="HostException">Unsupported: it is not an X25519 recipient.</exception>
    public static AgeRecipient Parse(string text) =>
        Bech32.Decode(Prefix, text) is { Length: Curve.Bytes } point
            && text == text.ToLowerInvariant()
            ? new(point)
            : throw new HostException(Fault.Unsupported,
                "The text is not an age recipient.",
                "It begins with age1 and has 62 characters; copy it whole.");

    public override string ToString() => Bech32.Encode(Prefix, Point);
}

/// <summary>A private key. Wiped when disposed of: hold it no longer than one use.</summary>
public sealed class AgeIdentity : IDisposable
{
    private const string Prefix = "age-secret-key-";

    private readonly byte[] _secret;

    private AgeIdentity(byte[] secret)
    {
        _secret = secret;
        Recipient = new(Curve.PublicOf(secret));
    }

    public AgeRecipient Recipient { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    public static AgeIdentity Create() => new(RandomNumberGenerator.GetBytes(Curve.Bytes));

    /// <exception cref="HostException">Unsupported: it is not an X25519 identity. The message
    /// does not repeat the text.</exception>
    public static AgeIdentity Parse(ReadOnlySpan<char> text) =>
        text.StartsWith("AGE-SECRET-KEY-1")
            && Bech32.Decode(Prefix, text) is { Length: Curve.Bytes } secret
            ? new(secret)
            : throw new HostException(Fault.Unsupported,
                "The text is not an age identity.",
                "It begins with AGE-SECRET-KEY-1 and has 74 characters; copy it whole.");

    /// <summary>The text form, as <c>age-keygen</c> writes it. Secret.</summary>
    internal string Reveal() => Bech32.Encode(Prefix, _secret).ToUpperInvariant();

    public override string ToString() => $"identity of {Recipient}";

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
