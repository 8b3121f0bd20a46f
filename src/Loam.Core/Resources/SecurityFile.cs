using Loam.Core.Auditing;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>security.yaml: users, secrets, certificates and the audit log.</summary>
public static class SecurityFile
{
    public const string File = "security.yaml";

    /// <summary>The group about the record of who did what.</summary>
    public const string Audit = "audit";

    private static readonly BoolType Bool = new();

    public static readonly Schema User = new("user", "Somebody who can log in.",
    [
        new("name", SecurityFormats.UserName, "Unique.") { Required = true },
        new("uid", new IntegerType(1000, 60_000), "User number; absent: the next free one."),
        new("groups", new ListType(SecurityFormats.UserName) { Unique = true },
            "Groups besides the user's own; docker equals root and is warned of."),
        new("ssh_keys", new ListType(SecurityFormats.SshKey) { Unique = true },
            "Public keys that may log in."),
        new("shell", Formats.AbsolutePath, "Login shell."),
    ])
    { Key = "name", Example = "name: anna" };

    public static readonly Schema Secret = new("secret", "A value that only ciphertext shows.",
    [
        new("name", Formats.Identifier, "Unique; ${secrets.NAME} stands for the value.")
        {
            Required = true,
        },
        new("value", new SecretValueType(),
            "Ciphertext (encrypted:v1: and base64 of age); in a proposal generate:32 stands for a "
            + "fresh value of that length (generate:64:hex: of hexadecimal digits). Plain text is "
            + "an error.") { Required = true },
    ])
    { Key = "name", Example = "name: DB_PASSWORD" };

    public static readonly Schema Certificate = new("certificate", "A TLS certificate.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("domains", new ListType(Formats.Domain) { Unique = true },
            "Names it is for; one with * needs challenge: dns.") { Required = true },
        new("provider", new EnumType(["letsencrypt", "acme", "self-signed"]), "Who signs it.")
        {
            Default = "letsencrypt",
        },
        new("directory", Formats.Url, "The ACME directory, for acme."),
        new("email", SecurityFormats.Email, "Where the provider sends warnings."),
        new("challenge", new EnumType(["http", "dns"]), "How the domain is proved.")
        {
            Default = "http",
        },
        new("dns_hook", new CommandType(),
            "Program and arguments, as a list, that set the record, for dns. It runs on the "
            + "machine itself, in no shell, with set or clear, name and value added."),
        new("auto_renew", Bool, "It is renewed in time.") { Default = "true" },
        new("renew_before_days", new IntegerType(1, 365), "Days before its end.")
        {
            Default = "30",
        },
        new("path", Formats.AbsolutePath, "Directory it is written to."),
        new("used_by", new ListType(Formats.Name) { Unique = true },
            "Services restarted when it is there or renewed."),
    ])
    { Key = "name", Example = "name: site" };

    private static readonly Schema AuditGroup = new("audit", "The record of who did what.",
    [
        new("enabled", Bool, "It is kept.") { Default = "true" },
        new("log_path", Formats.AbsolutePath, "Where a copy is written for other programs."),
        new("retention_days", new IntegerType(1, 36_500), "Days kept.") { Default = "90" },
        new("log_events", new ListType(new EnumType(AuditEvents.All)) { Unique = true },
            "What is recorded; absent: everything."),
    ]);

    public static readonly FileKind Kind = new(File, "SecurityConfig", new("spec",
        "Users, secrets, certificates and the audit log.",
    [
        new("users", new ListType(new ObjectType(User)), "Who can log in.")
        {
            Restricted = true,
        },
        new("secrets", new ListType(new ObjectType(Secret)), "Values that only ciphertext shows.")
        {
            Restricted = true,
        },
        new("certificates", new ListType(new ObjectType(Certificate)), "TLS certificates."),
        new(Audit, new ObjectType(AuditGroup), "The record of who did what.")
        {
            Default = "{}", Restricted = true, Change = Change.Record,
        },
    ]));
}

/// <summary>Forms of texts that only security has.</summary>
internal static class SecurityFormats
{
    public static readonly FormatType UserName = new(
        "a user or group name", "^[a-z_][a-z0-9_-]{0,31}$",
        text => text.Length is > 0 and <= 32 && (char.IsAsciiLetterLower(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
                || c is '_' or '-')
            ? Verdict.Good(text)
            : Verdict.Bad("not a name of a user or group",
                "Write lower-case letters, digits, _ and -, beginning with a letter."));

    public static readonly FormatType Email = new(
        "a mail address", "^[^@\\s]+@[^@\\s]+$",
        text => text.Length <= 254 && text.Split('@') is [{ Length: > 0 } local, var host]
            && !local.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            && Formats.IsHostName(host)
            ? Verdict.Good(text)
            : Verdict.Bad("not a mail address", "Write one such as anna@example.com."));

    public static readonly FormatType SshKey = new(
        "a public SSH key", "^(ssh-|ecdsa-|sk-)", JudgeKey)
    { Hidden = true };

    /// <summary>Algorithm, base64 whose first bytes name the same algorithm, free remark.</summary>
    private static Verdict JudgeKey(string text)
    {
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return Verdict.Bad("a private key", "Write the public key: the line in the .pub file.");
        }
        var parts = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        var blob = new byte[text.Length];
        if (parts.Length < 2 || text.AsSpan().ContainsAny('\n', '\r')
            || !Convert.TryFromBase64String(parts[1], blob, out var length) || length < 8
            || blob is not [0, 0, 0, var name, ..] || name != parts[0].Length
            || length < 4 + name
            || !System.Text.Encoding.ASCII.GetString(blob, 4, name)
                .Equals(parts[0], StringComparison.Ordinal))
        {
            return Verdict.Bad("not a public key",
                "Write the line in the .pub file: ssh-ed25519 AAAA… name.");
        }
        return Verdict.Good(string.Join(' ', parts));
    }
}
