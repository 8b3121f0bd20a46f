using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Loam.Core.Reconciling;
using Loam.Drivers.Secrets;
using Loam.Tests.Files;

namespace Loam.Tests.Secrets;

public sealed class AgeTests : IDisposable
{
    private const string Known =
        "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly Scratch _scratch = new();

    /// <summary>Around the borders of blocks and chunks.</summary>
    public static TheoryData<int> Sizes =>
        [0, 1, 15, 16, 17, 65535, 65536, 65537, 131072, 200000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_was_encrypted_decrypts_to_itself(int size)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);

        Age.Decrypt(Age.Encrypt(plaintext, _identity.Recipient), _identity).ShouldBe(plaintext);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_age_program_reads_what_we_write(int size)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);
        File.WriteAllText(_scratch["key"], _identity.Reveal() + "\n");
        File.WriteAllBytes(_scratch["in"], Age.Encrypt(plaintext, _identity.Recipient));

        Run("age", "--decrypt", "-i", _scratch["key"], "-o", _scratch["out"], _scratch["in"]);

        (File.Exists(_scratch["out"]) ? File.ReadAllBytes(_scratch["out"]) : [])
            .ShouldBe(plaintext);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void We_read_what_the_age_program_writes(int size)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);
        File.WriteAllBytes(_scratch["in"], plaintext);

        Run("age", "-r", _identity.Recipient.ToString(), "-o", _scratch["out"], _scratch["in"]);

        Age.Decrypt(File.ReadAllBytes(_scratch["out"]), _identity).ShouldBe(plaintext);
    }

    [Fact]
    public void Keys_of_age_keygen_are_read_and_give_the_same_recipient()
    {
        Run("age-keygen", "-o", _scratch["key"]);
        var lines = File.ReadAllLines(_scratch["key"]);

        using var identity = AgeIdentity.Parse(lines[^1]);

        lines[1].ShouldBe($"# public key: {identity.Recipient}");
        identity.Reveal().ShouldBe(lines[^1]);
        AgeRecipient.Parse(identity.Recipient.ToString()).ToString()
            .ShouldBe(identity.Recipient.ToString());
    }

    [Fact]
    public void Several_recipients_can_each_read_it()
    {
        using var other = AgeIdentity.Create();
        using var stranger = AgeIdentity.Create();
        var encrypted = Age.Encrypt("both"u8, _identity.Recipient, other.Recipient);

        Age.Decrypt(encrypted, _identity).ShouldBe("both"u8.ToArray());
        Age.Decrypt(encrypted, other).ShouldBe("both"u8.ToArray());
        Should.Throw<HostException>(() => Age.Decrypt(encrypted, stranger))
            .Fault.ShouldBe(Fault.Denied);
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        var encrypted = Age.Encrypt("not to be seen in part"u8, _identity.Recipient);

        for (var length = 0; length < encrypted.Length; length++)
        {
            var cut = encrypted[..length];
            Should.Throw<HostException>(() => Age.Decrypt(cut, _identity));
        }
        Should.Throw<HostException>(() => Age.Decrypt([.. encrypted, 0], _identity));
        Should.Throw<HostException>(() => Age.Decrypt([.. encrypted, .. encrypted], _identity));
    }

    [Fact]
    public void A_cut_between_chunks_is_refused()
    {
        var encrypted = Age.Encrypt(new byte[3 * 65536], _identity.Recipient);
        var head = encrypted.Length - 3 * (65536 + 16);

        for (var chunks = 0; chunks < 3; chunks++)
        {
            var cut = encrypted[..(head + chunks * (65536 + 16))];
            Should.Throw<HostException>(() => Age.Decrypt(cut, _identity));
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var encrypted = Age.Encrypt("secret"u8, _identity.Recipient);

        for (var bit = 0; bit < encrypted.Length * 8; bit++)
        {
            var changed = encrypted.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.Throw<HostException>(() => Age.Decrypt(changed, _identity));
        }
    }

    [Fact]
    public void Hostile_bytes_are_refused_as_faults_of_the_input()
    {
        var bytes = Gen.OneOf(
            Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(),
            Gen.Choose(32, 126).Select(i => (byte)i).ArrayOf()
                .Select(a => "age-encryption.org/v1\n-> X25519 "u8.ToArray().Concat(a).ToArray()));

        Prop.ForAll(bytes.ToArbitrary(), data =>
        {
            Should.Throw<HostException>(() => Age.Decrypt(data, _identity));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("age-encryption.org/v2\n-> X25519 AAAA\n\n--- AAAA\n")]
    [InlineData("age-encryption.org/v1\r\n-> X25519 AAAA\n\n--- AAAA\n")]
    [InlineData("age-encryption.org/v1\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    [InlineData("age-encryption.org/v1\n-> \n\n--- AAAA\n")]
    [InlineData("age-encryption.org/v1\n->  X25519 AAAA\n\n--- AAAA\n")]
    [InlineData("age-encryption.org/v1\n-> X25519 AAAA extra\n\n--- "
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    public void Heads_that_are_not_well_formed_are_refused(string head) =>
        Should.Throw<HostException>(() =>
            Age.Decrypt([.. Encoding.ASCII.GetBytes(head), .. new byte[32]], _identity))
            .Fault.ShouldBe(Fault.Unsupported);

    [Fact]
    public void A_share_of_low_order_is_refused()
    {
        var share = Convert.ToBase64String(new byte[32]).TrimEnd('=');
        var head = $"age-encryption.org/v1\n-> X25519 {share}\n{share}\n--- {share}\n";

        Should.Throw<HostException>(() =>
            Age.Decrypt([.. Encoding.ASCII.GetBytes(head), .. new byte[32]], _identity));
    }

    [Theory]
    [InlineData("")]
    [InlineData("age1")]
    [InlineData("AGE-SECRET-KEY-1")]
    [InlineData("age-secret-key-1egtzvffv20835nwyv6270lxyvk2vknx2mmdkwyklmgr48uawx40q2p2lm0")]
    [InlineData("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM1")]
    [InlineData("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM")]
    [InlineData("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM00")]
    public void Damaged_keys_are_refused_without_being_repeated(string text)
    {
        var e = Should.Throw<HostException>(() => AgeIdentity.Parse(text));

        (e.Message + e.Remedy).ShouldNotContain("EGTZVFFV");
        Should.Throw<HostException>(() => AgeRecipient.Parse(text));
    }

    [Fact]
    public void A_known_key_is_read()
    {
        using var identity = AgeIdentity.Parse(Known);

        identity.Recipient.ToString().ShouldStartWith("age1");
        identity.ToString().ShouldNotContain("SECRET");
    }

    public void Dispose()
    {
        _identity.Dispose();
        _scratch.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, error);
    }
}
