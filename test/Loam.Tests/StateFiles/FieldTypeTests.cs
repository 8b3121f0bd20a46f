using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Tests.StateFiles;

/// <summary>Good and bad texts of every type.</summary>
public sealed class FieldTypeTests
{
    private static readonly Dictionary<string, FieldType> Types = new()
    {
        ["text"] = Formats.Text,
        ["name"] = Formats.Name,
        ["identifier"] = Formats.Identifier,
        ["path"] = Formats.AbsolutePath,
        ["permissions"] = Formats.Permissions,
        ["cron"] = Formats.Cron,
        ["image"] = Formats.Image,
        ["tag"] = Formats.Tag,
        ["url"] = Formats.Url,
        ["address"] = Formats.Address,
        ["cidr"] = Formats.Cidr,
        ["interface address"] = Formats.InterfaceAddress,
        ["ports"] = Formats.PortRange,
        ["hostname"] = Formats.HostName,
        ["domain"] = Formats.Domain,
        ["host port"] = Formats.HostPort,
        ["bool"] = new BoolType(),
        ["port"] = new IntegerType(1, 65535),
        ["decimal"] = new DecimalType(0, 2),
        ["size"] = new SizeType(1024),
        ["duration"] = new DurationType(1),
        ["cpu"] = new CpuType(),
        ["secret"] = new SecretValueType(),
        ["source"] = ServiceFormats.Source,
        ["user"] = ServiceFormats.User,
        ["capability"] = ServiceFormats.Capability,
        ["device"] = ServiceFormats.Device,
        ["http path"] = ServiceFormats.HttpPath,
        ["timezone"] = ManifestFormats.Timezone,
        ["hours"] = ManifestFormats.Hours,
        ["mirror"] = ManifestFormats.Mirror,
        ["endpoint"] = ManifestFormats.Endpoint,
        ["interface"] = NetworkFormats.InterfaceName,
        ["states"] = NetworkFormats.States,
        ["rate"] = NetworkFormats.Rate,
        ["filesystem"] = StorageFormats.FileSystem,
        ["option"] = StorageFormats.Option,
        ["user name"] = SecurityFormats.UserName,
        ["email"] = SecurityFormats.Email,
        ["ssh key"] = SecurityFormats.SshKey,
        ["access"] = ScheduledFormats.Access,
        ["restart"] = ServicesFile.Service["restart"]!.Type,
    };

    private const string Key = "AAAAC3NzaC1lZDI1NTE5AAAAIBXIFLQHzS3J1b5uVPHPSWSCP2OALiVImnOqsBHFDkSR";

    [Theory]
    [InlineData("text", "8080", "\"8080\"")]
    [InlineData("text", "true", "\"true\"")]
    [InlineData("text", "1.10", "\"1.10\"")]
    [InlineData("text", "two\nlines", "\"two\\nlines\"")]
    [InlineData("name", "web-1", "\"web-1\"")]
    [InlineData("name", "0", "\"0\"")]
    [InlineData("identifier", "DB_PASSWORD", "\"DB_PASSWORD\"")]
    [InlineData("identifier", "_x9", "\"_x9\"")]
    [InlineData("path", "/", "\"/\"")]
    [InlineData("path", "/srv//data/", "\"/srv/data\"")]
    [InlineData("permissions", "755", "\"0755\"")]
    [InlineData("permissions", "1777", "\"1777\"")]
    [InlineData("cron", "0 2 * * *", "\"0 2 * * *\"")]
    [InlineData("cron", "*/15  8-18 1,15 JAN-jun mon-fri/2", "\"*/15 8-18 1,15 jan-jun mon-fri/2\"")]
    [InlineData("cron", "5/10 0 29 2 *", "\"5/10 0 29 2 *\"")]
    [InlineData("cron", "0 0 31 2 mon", "\"0 0 31 2 mon\"")]
    [InlineData("cron", "0 0 * * 7", "\"0 0 * * 7\"")]
    [InlineData("image", "nginx", "\"docker.io/library/nginx\"")]
    [InlineData("image", "nginx:1.27", "\"docker.io/library/nginx:1.27\"")]
    [InlineData("image", "127.0.0.1:5000/a/b:2", "\"127.0.0.1:5000/a/b:2\"")]
    [InlineData("tag", "1.27-alpine", "\"1.27-alpine\"")]
    [InlineData("url", "https://example.com/a?b=c", "\"https://example.com/a?b=c\"")]
    [InlineData("url", "${secrets.HOOK}", "\"${secrets.HOOK}\"")]
    [InlineData("address", "192.168.1.10", "\"192.168.1.10\"")]
    [InlineData("address", "FD00:0:0::1", "\"fd00::1\"")]
    [InlineData("cidr", "10.1.2.3/8", "\"10.0.0.0/8\"")]
    [InlineData("cidr", "10.1.2.3", "\"10.1.2.3/32\"")]
    [InlineData("cidr", "fd00:1::5/32", "\"fd00:1::/32\"")]
    [InlineData("cidr", "0.0.0.0/0", "\"0.0.0.0/0\"")]
    [InlineData("interface address", "192.168.1.10/24", "\"192.168.1.10/24\"")]
    [InlineData("ports", "8000-8100", "\"8000-8100\"")]
    [InlineData("ports", "443", "\"443\"")]
    [InlineData("hostname", "Web.Example.com", "\"web.example.com\"")]
    [InlineData("domain", "*.example.com", "\"*.example.com\"")]
    [InlineData("host port", "[::1]:8443", "\"[::1]:8443\"")]
    [InlineData("host port", "mail.example.com", "\"mail.example.com\"")]
    [InlineData("bool", "true", "true")]
    [InlineData("bool", "False", "false")]
    [InlineData("port", "65535", "65535")]
    [InlineData("decimal", "0.30", "0.3")]
    [InlineData("size", "128Mi", "134217728")]
    [InlineData("size", "1.5Gi", "1610612736")]
    [InlineData("size", "500M", "500000000")]
    [InlineData("size", "4096", "4096")]
    [InlineData("duration", "1h30m", "5400000")]
    [InlineData("duration", "7d", "604800000")]
    [InlineData("duration", "250ms", "250")]
    [InlineData("cpu", "0.5", "500")]
    [InlineData("cpu", "500m", "500")]
    [InlineData("cpu", "2", "2000")]
    [InlineData("secret", "generate:8", "\"generate:8\"")]
    [InlineData("secret", "generate:64:hex", "\"generate:64:hex\"")]
    [InlineData("secret", "encrypted:v1:YWJj", "\"encrypted:v1:YWJj\"")]
    [InlineData("source", "data", "\"data\"")]
    [InlineData("source", "/srv/data", "\"/srv/data\"")]
    [InlineData("user", "1000:1000", "\"1000:1000\"")]
    [InlineData("capability", "cap_net_admin", "\"NET_ADMIN\"")]
    [InlineData("device", "/dev/dri", "\"/dev/dri\"")]
    [InlineData("device", "/dev/a:/dev/b:rw", "\"/dev/a:/dev/b:rw\"")]
    [InlineData("http path", "/health?full=1", "\"/health?full=1\"")]
    [InlineData("timezone", "America/Argentina/Buenos_Aires", "\"America/Argentina/Buenos_Aires\"")]
    [InlineData("hours", "22:00-07:00", "\"22:00-07:00\"")]
    [InlineData("mirror", "127.0.0.1:5000", "\"127.0.0.1:5000\"")]
    [InlineData("endpoint", "http://[::1]:11434/v1?a=b@c", "\"http://[::1]:11434/v1?a=b@c\"")]
    [InlineData("interface", "enp3s0", "\"enp3s0\"")]
    [InlineData("states", "related, established", "\"established,related\"")]
    [InlineData("rate", "10/minute", "\"10/minute\"")]
    [InlineData("filesystem", "ext4", "\"ext4\"")]
    [InlineData("option", "uid=1000", "\"uid=1000\"")]
    [InlineData("user name", "www-data", "\"www-data\"")]
    [InlineData("email", "a.b@example.com", "\"a.b@example.com\"")]
    [InlineData("ssh key", "ssh-ed25519 " + Key + " anna at home", "\"ssh-ed25519 " + Key + " anna at home\"")]
    [InlineData("access", "network:logs.example.com:514", "\"network:logs.example.com:514\"")]
    [InlineData("access", "write:/var/log", "\"write:/var/log\"")]
    [InlineData("restart", "on-failure", "\"on-failure\"")]
    public void Good(string type, string text, string canonical)
    {
        var found = new DiagnosticBag();
        var value = Types[type].Read(Scalar(text), "field", found);
        found.ToList().ShouldBeEmpty();
        value!.Canonical().ShouldBe(canonical);
        // What is shown can be written again.
        var shown = Types[type].Show(value);
        if (Types[type] is not SecretValueType || text.StartsWith("generate", StringComparison.Ordinal))
        {
            Types[type].Read(Scalar(shown), "field", found)!.Canonical().ShouldBe(canonical);
        }
        MatchesEditor(Types[type], text);
    }

    [Theory]
    [InlineData("text", "bell\u0007", "Remove the character")]
    [InlineData("text", "", "text")]
    [InlineData("name", "Web_1", "Write web-1.")]
    [InlineData("name", "a b", "Write a-b.")]
    [InlineData("name", "-", "lower-case letters")]
    [InlineData("identifier", "DB-PASSWORD", "letters, digits and _")]
    [InlineData("identifier", "9lives", "not beginning with a digit")]
    [InlineData("path", "srv/data", "from / on")]
    [InlineData("path", "/srv/../etc", "the path it leads to")]
    [InlineData("path", "/a:b", "without colons")]
    [InlineData("permissions", "0o755", "0755")]
    [InlineData("permissions", "789", "0755")]
    [InlineData("cron", "@daily", "\"0 0 * * *\"")]
    [InlineData("cron", "* * * *", "minute, hour")]
    [InlineData("cron", "60 * * * *", "0 to 59")]
    [InlineData("cron", "* * * foo *", "1 to 12")]
    [InlineData("cron", "* 5-2 * * *", "0 to 23")]
    [InlineData("cron", "*/0 * * * *", "0 to 59")]
    [InlineData("cron", "1, * * * *", "0 to 59")]
    [InlineData("cron", "0 0 31 2,4 *", "Choose a day")]
    [InlineData("image", "Nginx", "nginx:1.27")]
    [InlineData("image", "nginx:", "nginx:1.27")]
    [InlineData("image", "a b.c:5/x", "nginx:1.27")]
    [InlineData("image", "nginx@sha256:abc", "nginx:1.27")]
    [InlineData("tag", "a b", "letters")]
    [InlineData("url", "example.com", "https://")]
    [InlineData("url", "ftp://example.com", "https://")]
    [InlineData("address", "127.1", "192.168.1.10")]
    [InlineData("address", "256.1.1.1", "192.168.1.10")]
    [InlineData("address", "010.1.1.1", "192.168.1.10")]
    [InlineData("cidr", "10.0.0.0/33", "10.0.0.0/8")]
    [InlineData("cidr", "10.0.0.0/08", "10.0.0.0/8")]
    [InlineData("interface address", "192.168.1.10", "192.168.1.10/24")]
    [InlineData("ports", "8100-8000", "range")]
    [InlineData("ports", "0", "range")]
    [InlineData("hostname", "-a", "labels")]
    [InlineData("domain", "*.*.com", "example.com")]
    [InlineData("host port", "a:b:c", "5000")]
    [InlineData("bool", "yes", "Write true.")]
    [InlineData("bool", "off", "Write false.")]
    [InlineData("port", "080", "from 1 to 65535")]
    [InlineData("port", "8_080", "from 1 to 65535")]
    [InlineData("port", "0x50", "from 1 to 65535")]
    [InlineData("port", "99999999999999999999", "from 1 to 65535")]
    [InlineData("decimal", "1e-1", "0 to 2")]
    [InlineData("decimal", "2.5", "0 to 2")]
    [InlineData("size", "512MB", "Write 512Mi.")]
    [InlineData("size", "512m", "Write 512Mi.")]
    [InlineData("size", "1 GiB", "Write 1Gi.")]
    [InlineData("size", "99999999999999999999G", "128Mi")]
    [InlineData("size", "-1Gi", "128Mi")]
    [InlineData("size", "12", "1Ki")]
    [InlineData("duration", "30", "30s for seconds")]
    [InlineData("duration", "1m1h", "30s")]
    [InlineData("duration", "4000d", "3650d")]
    [InlineData("duration", "99999999999999s", "30s")]
    [InlineData("cpu", "half", "\"0.5\"")]
    [InlineData("cpu", "0.0001", "\"0.5\"")]
    [InlineData("cpu", "0", "\"0.5\"")]
    [InlineData("secret", "hunter2", "loam secret set")]
    [InlineData("secret", "generate:7", "8 to 256")]
    [InlineData("secret", "generate:032", "8 to 256")]
    [InlineData("secret", "generate:32:base64", "8 to 256")]
    [InlineData("secret", "generate:7:hex", "8 to 256")]
    [InlineData("secret", "encrypted:v1:", "loam secret set")]
    [InlineData("secret", "encrypted:v1:ab=c", "loam secret set")]
    [InlineData("source", "./data", "from / on")]
    [InlineData("source", "~/data", "from / on")]
    [InlineData("user", "a:b:c", "1000:1000")]
    [InlineData("capability", "NETADMIN", "Write NET_ADMIN.")]
    [InlineData("device", "/dev/a:/dev/b:x", "/dev/ttyUSB0")]
    [InlineData("http path", "health", "from / on")]
    [InlineData("timezone", "Europe//Berlin", "Europe/Berlin")]
    [InlineData("hours", "22:00-24:00", "22:00-07:00")]
    [InlineData("mirror", "not a host", "5000")]
    [InlineData("endpoint", "models.example.com", "https://")]
    [InlineData("endpoint", "https://", "https://")]
    [InlineData("endpoint", "${secrets.URL}", "api_key_secret")]
    [InlineData("endpoint", "https://models.example.com/${secrets.KEY}", "api_key_secret")]
    [InlineData("endpoint", "https://anna:word@models.example.com", "api_key_secret")]
    [InlineData("interface", "averyveryverylongname", "15")]
    [InlineData("states", "establised", "Write established.")]
    [InlineData("rate", "10/min", "10/minute")]
    [InlineData("filesystem", "EXT4", "ext4")]
    [InlineData("option", "a,b", "item of its own")]
    [InlineData("user name", "Anna", "lower-case")]
    [InlineData("email", "anna", "anna@example.com")]
    [InlineData("ssh key", "ssh-rsa " + Key, ".pub")]
    [InlineData("ssh key", "-----BEGIN OPENSSH PRIVATE KEY-----", "public key")]
    [InlineData("access", "network:host", "network:HOST:PORT")]
    [InlineData("access", "exec:/bin/sh", "read:/PATH")]
    [InlineData("restart", "unless-stopped", "Write always.")]
    [InlineData("restart", "on_failure", "Write on-failure.")]
    [InlineData("restart", "purple", "always, on-failure or never")]
    public void Bad(string type, string text, string remedy)
    {
        var found = new DiagnosticBag();
        Types[type].Read(Scalar(text), "field of service web", found).ShouldBeNull();
        var finding = found.ToList().ShouldHaveSingleItem();
        finding.Message.ShouldStartWith("Field of service web ");
        finding.Message.ShouldEndWith(".");
        finding.Remedy.ShouldContain(remedy);
        finding.At!.Line.ShouldBe(3);
    }

    [Fact]
    public void Every_type_refuses_lists_mappings_and_nothing()
    {
        foreach (var (name, type) in Types)
        {
            Node[] nodes = [new SequenceNode(At, []), new MappingNode(At, []), Scalar("~")];
            foreach (var node in nodes)
            {
                var found = new DiagnosticBag();
                type.Read(node, "field", found).ShouldBeNull(name);
                found.ToList().ShouldHaveSingleItem().Remedy.ShouldNotBeEmpty(name);
            }
            type.Describe().ShouldNotBeNullOrWhiteSpace(name);
        }
    }

    [Theory]
    [InlineData("encrypted:v2:c2VjcmV0")]
    [InlineData("correct horse battery staple")]
    [InlineData("generate:correct")]
    public void A_wrong_secret_is_never_repeated(string value)
    {
        var reading = StateReader.Read(Examples.Spec(SecurityFile.Kind,
            $"secrets:\n  - name: X\n    value: \"{value}\""));
        reading.State.ShouldBeNull();
        var finding = reading.Findings.ShouldHaveSingleItem();
        finding.Code.ShouldBe(Codes.PlaintextSecret);
        foreach (var word in value.Split(' ', ':').Where(w => w.Length > 8 || w == "horse"))
        {
            finding.ToString().ShouldNotContain(word == "encrypted" ? "c2VjcmV0" : word);
        }
    }

    [Theory]
    [InlineData("secrets: [hunter2hunter2]")]
    [InlineData("secrets: {DB: hunter2hunter2}")]
    [InlineData("secrets:\n  - name: DB\n    value: [hunter2hunter2]")]
    [InlineData("secrets:\n  - name: DB\n    value: {x: hunter2hunter2}")]
    [InlineData("secrets:\n  - name: hunter2-hunter2\n    value: generate:32")]
    [InlineData("secrets:\n  - name: DB\n    password: hunter2hunter2")]
    public void A_secret_at_a_wrong_place_is_not_repeated_either(string spec)
    {
        var reading = StateReader.Read(Examples.Spec(SecurityFile.Kind, spec));
        reading.State.ShouldBeNull();
        foreach (var finding in reading.Findings)
        {
            finding.Message.ShouldNotContain("hunter2hunter2");
            finding.Remedy.ShouldNotContain("hunter2");
        }
    }

    [Fact]
    public void A_key_in_place_of_its_name_is_not_repeated()
    {
        var reading = StateReader.Read(Examples.Spec(ManifestFile.Kind,
            "llm:\n  api_key_secret: sk-verysecret-0123456789abcdef"));
        reading.Findings.ShouldHaveSingleItem().ToString().ShouldNotContain("verysecret");
        reading = StateReader.Read(Examples.Spec(ManifestFile.Kind,
            "llm:\n  api_key_secret: ghp_0123456789abcdef0123456789abcdef0123"));
        reading.Findings.ShouldHaveSingleItem().ToString().ShouldNotContain("89abcdef");
    }

    [Theory]
    [InlineData("imagee", "image")]
    [InlineData("healthCheck", "healthcheck")]
    [InlineData("depends-on", "depends_on")]
    [InlineData("port", "ports")]
    [InlineData("enviroment", "environment")]
    [InlineData("zebra", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_found(string word, string? nearest) =>
        Nearest.To(word, ServicesFile.Service.Fields.Select(f => f.Name)).ShouldBe(nearest);

    /// <summary>An editor must not refuse what Loam accepts.</summary>
    private static void MatchesEditor(FieldType type, string text)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            type.WriteSchema(json);
            json.WriteEndObject();
        }
        using var schema = JsonDocument.Parse(stream.ToArray());
        if (schema.RootElement.TryGetProperty("pattern", out var pattern))
        {
            Regex.IsMatch(text, pattern.GetString()!).ShouldBeTrue(
                $"{text} against {pattern.GetString()}");
        }
    }

    private static readonly Span At = new("services.yaml", 3, 5, 3, 9);

    private static ScalarNode Scalar(string text) => new(At, text, true);
}
