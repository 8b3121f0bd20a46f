using Loam.Core.Reconciling;
using Loam.Drivers.Secrets;
using Loam.Tests.Files;
using SecretText = Loam.Drivers.Secrets.SecretText;

namespace Loam.Tests.Secrets;

public sealed class SecretVaultTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string KeyFile => _scratch["age.key"];

    private SecretKey Key => SecretKey.LoadOrCreate(KeyFile, TimeProvider.System);

    private SecretVault Vault => new(Key, new SecretFiles(_scratch["secrets"]));

    [Fact]
    public void The_key_is_made_once_and_only_root_reads_it()
    {
        var first = Key.Recipient.ToString();

        Key.Recipient.ToString().ShouldBe(first);
        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(KeyFile).ShouldContain($"# public key: {first}");
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused_with_the_remedy()
    {
        _ = Key;
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var e = Should.Throw<HostException>(() => Key);

        e.Fault.ShouldBe(Fault.Denied);
        e.Remedy.ShouldContain($"chmod 600 {KeyFile}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("# public key: age1\n\n")]
    [InlineData("garbage\n")]
    public void A_damaged_key_is_not_replaced(string content)
    {
        File.WriteAllText(KeyFile, content);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead);

        Should.Throw<HostException>(() => Key).Fault.ShouldBe(Fault.Unsupported);
        File.ReadAllText(KeyFile).ShouldBe(content);
    }

    [Theory]
    [InlineData("")]
    [InlineData("grün ☂ with: colons\nand lines")]
    public void A_secret_is_revealed_as_it_was_set(string plaintext)
    {
        var text = SecretText.Encrypt(plaintext, Key.Recipient);

        text.ShouldStartWith("encrypted:v1:");
        Vault.Reveal(text).ShouldBe(plaintext);
    }

    [Theory]
    [InlineData("generate:32")]
    [InlineData("plain words")]
    [InlineData("encrypted:v1:")]
    [InlineData("encrypted:v1:!!!")]
    [InlineData("encrypted:v1:aGVsbG8=")]
    public void A_value_that_is_not_encrypted_text_is_refused_without_repeating_it(
        string value)
    {
        var e = Should.Throw<HostException>(() => Vault.Reveal(value));

        e.Fault.ShouldBe(Fault.Unsupported);
        e.ToString().ShouldNotContain(value.Length > 13 ? value[13..] : "plain words");
    }

    [Fact]
    public void Another_machines_secret_is_denied()
    {
        using var other = AgeIdentity.Create();
        var text = SecretText.Encrypt("hunter2", other.Recipient);

        var e = Should.Throw<HostException>(() => Vault.Reveal(text));

        e.Fault.ShouldBe(Fault.Denied);
        e.Message.ShouldContain(Key.Recipient.ToString());
        e.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void Without_its_key_a_secret_is_not_found_and_the_remedy_is_the_backup()
    {
        var vault = Vault;
        var text = vault.SealFresh(new(8, false));
        File.Delete(KeyFile);

        var e = Should.Throw<HostException>(() => vault.Reveal(text));

        e.Fault.ShouldBe(Fault.NotFound);
        e.Remedy.ShouldContain("backup");
    }

    [Fact]
    public void Generated_values_have_the_length_use_every_letter_and_differ()
    {
        var text = SecretText.Generate(new(20_000, false));

        text.Length.ShouldBe(20_000);
        text.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c));
        // 20 000 draws of 62: each is expected 323 times; 150 is more than nine deviations away.
        text.GroupBy(c => c).Count().ShouldBe(62);
        text.GroupBy(c => c).ShouldAllBe(g => g.Count() > 150 && g.Count() < 500);
        SecretText.Generate(new(32, false)).ShouldNotBe(SecretText.Generate(new(32, false)));
    }

    [Fact]
    public void A_generated_value_of_hexadecimal_digits_has_no_others()
    {
        var text = SecretText.Generate(new(64, true));
        text.Length.ShouldBe(64);
        text.ShouldAllBe(c => char.IsAsciiHexDigitLower(c));
        SecretText.Generate(new(64, true)).ShouldNotBe(text);
    }

    [Fact]
    public void A_fresh_secret_has_the_length_asked_for() =>
        Vault.Reveal(Vault.SealFresh(new(48, false))).Length.ShouldBe(48);

    public void Dispose() => _scratch.Dispose();
}
