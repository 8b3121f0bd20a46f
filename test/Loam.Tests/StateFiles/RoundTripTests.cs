using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Tests.StateFiles;

/// <summary>Printing and reading again gives the same values, for any values of any table.
/// </summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("home")]
    [InlineData("small")]
    public void Examples_printed_and_read_again_are_the_same(string name)
    {
        var set = Examples.Read(name);
        var printed = set;
        foreach (var kind in FileKinds.All.Where(k => set[k.File] is not null))
        {
            printed = printed.With(kind.File,
                StatePrinter.Print(kind, name, Read(kind, set[kind.File]!)));
        }
        var before = StateReader.Read(set).State!;
        var again = StateReader.Read(printed);
        again.Findings.Where(f => f.IsError).ShouldBeEmpty();
        StateDiff.Between(before, again.State!).Where(d => d.Id.Name != "metadata").ShouldBeEmpty();
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 300)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Anything_printed_and_read_again_is_the_same(int seed)
    {
        var values = new AnyValue(new Random(seed));
        foreach (var kind in FileKinds.All)
        {
            var spec = values.Map(kind.Spec);
            var text = StatePrinter.Print(kind, "any: name", spec);
            Read(kind, text).Canonical().ShouldBe(WithDefaults(kind, spec).Canonical(), text);
            // The normal form is a fixed point.
            StatePrinter.Print(kind, "any: name", Read(kind, text)).ShouldBe(text);
        }
    }

    private static MapValue Read(FileKind kind, string text)
    {
        var found = new DiagnosticBag();
        var root = YamlReader.Read(kind.File, text, found);
        var spec = root is null ? null
            : FileKinds.SpecType(kind).Read(root["spec"]!, "", found) as MapValue;
        found.ToList().ShouldBeEmpty(text);
        return spec.ShouldNotBeNull();
    }

    /// <summary>What reading adds: the defaults of fields that are not written, everywhere.
    /// </summary>
    private static MapValue WithDefaults(FileKind kind, MapValue spec) =>
        (MapValue)Fill(FileKinds.SpecType(kind), spec);

    private static Value Fill(FieldType type, Value value) => (type, value) switch
    {
        (ObjectType group, MapValue map) => new MapValue(
        [
            .. group.Schema.Fields
                .Select(f => (f.Name, Value: map[f.Name] is { } written ? Fill(f.Type, written)
                    : ObjectType.DefaultOf(f)))
                .Where(f => f.Value is not null)
                .Select(f => KeyValuePair.Create(f.Name, f.Value!)),
        ]),
        (ListType list, ListValue items) =>
            new ListValue([.. items.Items.Select(i => Fill(list.Item, i))]),
        _ => value,
    };
}

/// <summary>Values that fit a table, drawn by chance: for formats from a stock of good texts, for
/// numbers from the whole range.</summary>
internal sealed class AnyValue(Random chance)
{
    private static readonly Span At = new("any.yaml", 1, 1, 1, 1);

    private static readonly string[] Texts =
    [
        "plain", "8080", "true", "no", "~", "null", "", " spaces ", "a: b", "# none", "- x", "'q'",
        "\"d\"", "back\\slash", "two\nlines", "tab\there", "${HOME}", "é ß 中 😀", "\u2028x", "@at",
        "%", "*star", "&and", "!bang", "0o7", "1e3", "{a}", "[b]", "key:", "x #y", "\u00a0",
    ];

    /// <summary>By the words of the format; what is missing here is drawn from its example.
    /// </summary>
    private static readonly Dictionary<string, string[]> Stock = new()
    {
        [Formats.Text.Words] = Texts,
        [Formats.Name.Words] = ["web", "a-1", "0", "no", "true"],
        [Formats.Identifier.Words] = ["KEY", "_x1", "null"],
        [Formats.AbsolutePath.Words] = ["/", "/srv/data", "/with space", "/#x"],
        ["octal permissions such as 0755"] = ["0755", "0700"],
        ["a schedule of five fields such as 0 2 * * *"] = ["0 2 * * *", "*/5 1-3,7 * jan mon"],
        ["an image reference such as nginx:1.27"] =
            ["docker.io/library/nginx:1.27", "docker.io/a/b", "127.0.0.1:5000/x:1",
             "ghcr.io/a/b@sha256:" + Hex],
        ["an image tag such as 1.27"] = ["1.27", "latest", "0"],
        ["a URL such as https://example.com"] = ["https://example.com/#a", "${secrets.URL}"],
        ["an IP address"] = ["10.0.0.1", "fd00::1", "0.0.0.0"],
        ["a network such as 10.0.0.0/8"] = ["10.0.0.0/8", "::/0"],
        ["an address with prefix such as 192.168.1.10/24"] = ["192.168.1.10/24"],
        ["a port such as 443 or a range such as 8000-8100"] = ["443", "8000-8100"],
        ["a host name"] = ["web.example.com", "0"],
        ["a domain such as example.com"] = ["example.com", "*.example.com"],
        ["a host with an optional port such as registry.example.com:5000"] =
            ["a.org", "a.org:5000", "[::1]:80"],
        ["a directory or a URL such as sftp://user@host/backups"] = ["/mnt/usb", "s3://box/loam"],
        ["a volume's name or an absolute path"] = ["data", "/srv"],
        ["a path such as /health"] = ["/", "/a?b=c#d"],
        ["a user name, a uid, or uid:gid"] = ["www-data", "1000:1000", "0"],
        ["a Linux capability such as NET_ADMIN"] = ["NET_ADMIN", "ALL"],
        ["a device such as /dev/ttyUSB0"] = ["/dev/a", "/dev/a:/dev/b:rw"],
        ["a time zone such as Europe/Berlin"] = ["Europe/Berlin", "UTC"],
        ["hours such as 22:00-07:00"] = ["22:00-07:00"],
        [ManifestFormats.Endpoint.Words] = ["http://127.0.0.1:11434", "https://a.org/v1#a"],
        ["a URL or a host with port"] = ["http://a.org", "a.org:5000"],
        ["an interface such as eth0"] = ["eth0", "lo"],
        ["states of a connection such as established,related"] = ["established,related", "new"],
        ["a rate such as 10/minute"] = ["10/minute"],
        ["words such as login failed from {address}"] =
            ["denied for {address}", "{address} - * \"#\" 401", "a: * from {address}, x"],
        ["a file system such as ext4"] = ["ext4", "nfs"],
        ["a name of a volume group such as media"] = ["media", "VG_0", "ubuntu-vg"],
        ["a disk such as /dev/sdb"] = ["/dev/sdb", "/dev/disk/by-id/usb-0:0"],
        ["a mount option such as noatime"] = ["noatime", "uid=1000"],
        ["a user or group name"] = ["anna", "_x"],
        ["a public SSH key"] =
        [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBXIFLQHzS3J1b5uVPHPSWSCP2OALiVImnOqsBHFDkSR a b",
        ],
        ["a mail address"] = ["a@example.com"],
        ["mail addresses with commas between"] = ["a@example.com", "a@b.de, c@d.example.com"],
        ["read:/PATH, write:/PATH or network:HOST:PORT"] = ["read:/x", "network:a.org:1"],
    };

    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public MapValue Map(Schema schema) => new(
    [
        .. schema.Fields.Where(f => f.Required || chance.Next(3) > 0)
            .Select(f => KeyValuePair.Create(f.Name, Of(f.Type))),
    ], At);

    private Value Of(FieldType type) => type switch
    {
        ObjectType group => Map(group.Schema),
        ListType list => List(list),
        MapType map => new MapValue(
        [
            .. Enumerable.Range(0, chance.Next(4)).Select(i => KeyValuePair.Create(
                (string)(i % 2 == 0 ? $"KEY_{i}" : $"a.b-{i}"), Of(map.Item))),
        ], At),
        CommandType => chance.Next(2) == 0
            ? new ListValue([new TextValue("/bin/sh"), new TextValue("-c"), Text(Texts)], At)
            : new ListValue([.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => Text(Texts))], At),
        FormatType format => Text(Stock[format.Words]),
        EnumType choice => Text([.. choice.Choices]),
        BoolType => new BoolValue(chance.Next(2) == 0, At),
        IntegerType whole => new NumberValue(chance.NextInt64(whole.Least, whole.Most), At),
        DecimalType number => new NumberValue(
            Numbers.Trim(Math.Round(number.Least
                + (number.Most - number.Least) * chance.Next(1000) / 1000m, 3)), At),
        SizeType size => new NumberValue(size.Least + (chance.Next(2) == 0
            ? chance.NextInt64(1L << 40) : chance.NextInt64(1L << 20) << 20), At),
        DurationType duration => new NumberValue(Math.Max(duration.Least, chance.Next(2) == 0
            ? chance.NextInt64(1_000_000_000) : chance.NextInt64(100_000) * 1000), At),
        CpuType => new NumberValue(chance.Next(1, 64_000), At),
        SecretValueType => Text(["generate:32", "encrypted:v1:YWJj"]),
        _ => throw new NotSupportedException(type.ToString()),
    };

    /// <summary>Keys and single values stand once.</summary>
    private ListValue List(ListType type)
    {
        var seen = new HashSet<string>();
        var items = Enumerable.Range(0, chance.Next(4)).Select(_ => Of(type.Item))
            .Where(i => type.Item is ObjectType { Schema.Key: { } key }
                ? seen.Add(((MapValue)i).Text(key)!) : seen.Add(i.Canonical()));
        return new([.. items], At);
    }

    private TextValue Text(string[] stock) => new(stock[chance.Next(stock.Length)], At);
}
