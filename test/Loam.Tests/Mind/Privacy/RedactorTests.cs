using System.Diagnostics;
using System.Text;
using Loam.Mind.Answers;
using Loam.Mind.Privacy;

namespace Loam.Tests.Mind.Privacy;

/// <summary>What is private does not leave, and comes back; what is secret does neither.</summary>
public sealed class RedactorTests
{
    internal static readonly RedactionFacts Facts = new(
        ["atlas"], ["example.org"], ["anna", "ben"], ["web"], ["DB_PASSWORD"]);

    private static Redactor New() => new(Facts, onlySecrets: false);

    // Put together here, so that nothing takes them for real ones.
    private static readonly string[] s_secrets =
    [
        "-----BEGIN OPENSSH PRIV" + "ATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIV"
            + "ATE KEY-----",
        "AGE-SECRET-KEY-1" + "QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", "sk-" + "ant-api03-abcdefghijklmnop",
        "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789", "AKIA" + "IOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "xoxb-" + "123456789012-abcdefghij", "glpat-" + "abcdefghij0123456789",
        "123456789:" + "AAabcdefghijklmnopqrstuvwxyz0123456", "$6$salt$" + "abcdefghijklmnop",
        "encrypted:v1:YWdlLWVuY3J5cHRpb24ub3Jn", "Zx8Qp2Lm9Vt4Rk7Wn3Bc6Yd1",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    ];

    private static readonly string[] s_private =
    [
        "anna@example.com", "192.168.10.7", "203.0.113.9", "10.1.2.3", "2001:db8:1:2::7",
        "fd12:3456:789a::1", "52:54:00:ab:cd:ef", "atlas", "wiki.example.org", "example.org",
        "/home/carla/.config", "anna", "ben", "550e8400-e29b-41d4-a716-446655440000",
        "ssid=Flat 7", "serial number: WD-4711X",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFake anna@laptop",
    ];

    private static readonly string[] s_plain =
    [
        "web", " ", "\n", ", ", "nginx:1.27", "8080", "127.0.0.1", "0.0.0.0/0", "12:34:56", "::1",
        "10.0.0.0/8", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "⟦", "⟧", "⟦secret⟧", "⟦mail-1⟧", "⟦private-address-1.7⟧", "DB_PASSWORD: ${secrets.DB_PASSWORD}",
        "max_tokens: 4096", "value: encrypted:v1:kept/DB+PASSWORD", "- ", "kept-1", "a", "é", "\ud83d\ude80",
        "-----", "/24", ":", "@", "=", ".", "://", "x86_64-linux-gnu", "loam-0badcafe-web-1",
    ];

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_is_dropped_for_good(string secret)
    {
        var redactor = New();
        var sent = redactor.Redact($"before {secret} after");
        sent.ShouldStartWith("before ");
        sent.ShouldEndWith(" after");
        sent.ShouldContain("⟦secret⟧");
        sent.ShouldNotContain(secret[^8..]);
        redactor.Restore(sent).ShouldBe(sent);
        new Redactor(RedactionFacts.None, onlySecrets: true).Redact(secret)
            .ShouldNotContain(secret[^8..]);
    }

    public static TheoryData<string> Secrets() => [.. s_secrets];

    [Theory]
    [InlineData("DB_PASS=hunter2, passed=3", "DB_PASS=⟦secret⟧, passed=3")]
    [InlineData("DB_PASSWORD=hunter2 next", "DB_PASSWORD=⟦secret⟧ next")]
    [InlineData("password: \"hunter 2\"", "password: \"⟦secret⟧\"")]
    [InlineData("{\"api_key\":\"abc123\",\"x\":1}", "{\"api_key\":\"⟦secret⟧\",\"x\":1}")]
    [InlineData("Server=db;User=app;Password=s3;", "Server=db;User=app;Password=⟦secret⟧;")]
    [InlineData("postgres://app:s3cr3t@db/app", "postgres://app:⟦secret⟧@db/app")]
    [InlineData("mysqldump --password=abc x", "mysqldump --password=⟦secret⟧ x")]
    [InlineData("Authorization: Bearer abcdefgh", "Authorization: Bearer ⟦secret⟧")]
    [InlineData("set the password to Sommer2026!", "set the password to ⟦secret⟧")]
    [InlineData("set the password to something", "set the password to something")]
    [InlineData("api_key_secret: DB_PASSWORD", "api_key_secret: DB_PASSWORD")]
    [InlineData("TOKEN_FILE: /run/secrets/token", "TOKEN_FILE: /run/secrets/token")]
    [InlineData("DB_PASSWORD: kept-1", "DB_PASSWORD: kept-1")]
    [InlineData("secrets:\n  - name: A", "secrets:\n  - name: A")]
    [InlineData("value: generate:32", "value: generate:32")]
    public void A_password_goes_and_what_only_names_one_stays(string text, string sent) =>
        New().Redact(text).ShouldBe(sent);

    [Fact]
    public void Addresses_keep_their_shape()
    {
        var redactor = New();
        redactor.Redact("192.168.10.7 192.168.10.9 192.168.20.7 192.168.10.0/24 8.8.4.4:53").ShouldBe(
            "⟦private-address-1.1⟧ ⟦private-address-1.2⟧ ⟦private-address-2.1⟧ "
            + "⟦private-address-1.0⟧/24 ⟦address-1.1⟧:53");
        // A model that saw one address may speak of its network.
        redactor.Restore("source: ⟦private-address-2.0⟧/24").ShouldBe("source: 192.168.20.0/24");
        redactor.Restore("⟦private-address-9.1⟧ ⟦x⟧").ShouldBe("⟦private-address-9.1⟧ ⟦x⟧");
    }

    [Fact]
    public void The_same_gets_the_same_and_files_come_back_to_the_letter()
    {
        var redactor = New();
        var file = "hostname: atlas\nto: [anna@example.com, \"⟦mail-1⟧\"]\n# anna, 10.1.2.3\n";
        var sent = redactor.Redact(file);
        redactor.Redact(file).ShouldBe(sent);
        foreach (var word in new[] { "atlas", "anna", "10.1" })
        {
            sent.ShouldNotContain(word);
        }
        var answer = new ModelAnswer(AnswerKind.Proposal, "For ⟦person-1⟧.")
        {
            Files = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty
                .Add("manifest.yaml", sent),
        };
        redactor.Restore(answer).Files["manifest.yaml"].ShouldBe(file);
        redactor.Restore(answer).Words.ShouldBe("For anna.");
    }

    [Fact]
    public void Names_of_things_and_ordinary_words_stay() =>
        new Redactor(new(["server"], [], ["web", "root"], ["web"], []), false)
            .Redact("server web root atlases annas /home/user").ShouldBe(
                "server web root atlases annas /home/user");

    /// <summary>restore(redact(x)) = x without secrets, and nothing that a detector would find is
    /// left, whatever stands beside it.</summary>
    [Fact]
    public void Any_text_comes_back_and_holds_nothing_private()
    {
        var chance = new Random(11);
        for (var run = 0; run < 6000; run++)
        {
            var hasSecret = run % 2 == 0;
            var text = new StringBuilder();
            for (var n = chance.Next(1, 10); n > 0; n--)
            {
                var pool = chance.Next(3) switch
                {
                    0 => s_private,
                    1 when hasSecret => s_secrets,
                    _ => s_plain,
                };
                text.Append(pool[chance.Next(pool.Length)]);
                text.Append(chance.Next(4) == 0 ? "" : chance.Next(2) == 0 ? " " : "\n");
            }
            var redactor = New();
            var sent = redactor.Redact(text.ToString());
            var hidden = redactor.Counts.Any(c => c.Kind == PrivateKind.Secret);
            if (!hidden)
            {
                redactor.Restore(sent).ShouldBe(text.ToString(), $"run {run}");
            }
            var rest = sent;
            foreach (var mark in new[] { "⟦", "⟧" })
            {
                rest.Split(mark).Length.ShouldBe(sent.Split("⟦").Length, $"run {run}: {sent}");
            }
            // What a second look finds besides the brackets of the first.
            var second = New();
            second.Redact(sent);
            second.Counts.Where(c => c.Kind != PrivateKind.Mark).ShouldBeEmpty(
                $"run {run}: {text}\n→ {sent}");
        }
    }

    [Theory]
    [InlineData("a:")]
    [InlineData("password=")]
    [InlineData("-----BEGIN PRIV")]
    [InlineData("1.2.3.")]
    [InlineData("://a:")]
    [InlineData("a.b@c-")]
    [InlineData("⟦")]
    [InlineData("aB1")]
    [InlineData("x_token_x_")]
    public void Hostile_repetition_takes_time_in_proportion(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        var clock = Stopwatch.StartNew();
        New().Redact(text);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }
}
