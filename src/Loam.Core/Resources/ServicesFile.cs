using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>services.yaml: networks and services.</summary>
public static class ServicesFile
{
    public const string File = "services.yaml";

    /// <summary>The network every instance has; it is there without being declared.</summary>
    public const string DefaultNetwork = "default";

    private static readonly BoolType Bool = new();
    private static readonly CommandType Command = new();
    private static readonly IntegerType PortNumber = new(1, 65535);
    /// <summary>Bytes; the engines refuse less.</summary>
    internal const long LeastMemory = 6L << 20;

    private static readonly SizeType MemorySize = new(LeastMemory);
    private static readonly DurationType PositiveTime = new(1);

    private static readonly Schema Port = new("port", "A port of the container.",
    [
        new("container", PortNumber, "The port the program listens on.") { Required = true },
        new("host", PortNumber,
            "The port of the host that leads to it; absent: not published, and reachable by "
            + "services on the same network only."),
        new("protocol", new EnumType(["tcp", "udp"]), "The transport protocol.")
        {
            Default = "tcp",
        },
        new("address", Formats.Address,
            "The host's address to publish on; 127.0.0.1 for this machine alone.")
        {
            Default = "0.0.0.0",
        },
    ])
    { Example = "container: 80" };

    internal static readonly Schema VolumeUse = new("volume", "A directory in the container.",
    [
        new("source", ServiceFormats.Source,
            "A volume's name, or an absolute path: one equal to or under a declared volume's path "
            + "or mount depends on it; any other is a directory of the host, listed in the plan "
            + "and made if absent.")
        {
            Required = true,
        },
        new("target", Formats.AbsolutePath, "Where the container finds it.") { Required = true },
        new("readonly", Bool, "The container cannot write to it.") { Default = "false" },
    ])
    { Example = "source: data", Key = "target" };

    private static readonly Schema Limits = new("resources", "What one container may use.",
    [
        new("cpu", new CpuType(), "Processor time.") { Change = Change.InPlace },
        new("memory", MemorySize, "Main memory.") { Change = Change.InPlace },
        new("pids", new IntegerType(1, 4_194_304), "Processes and threads.")
        {
            Change = Change.InPlace,
        },
    ]);

    private static readonly Schema HttpProbe = new("http",
        "An HTTP request to the container.",
    [
        Probed("path", ServiceFormats.HttpPath, "The path to ask for.") with { Default = "/" },
        Probed("port", PortNumber,
            "The container's port; absent: the service's first TCP port."),
        Probed("expect", new IntegerType(100, 599),
            "The status that counts as healthy; absent: any below 400."),
    ]);

    private static readonly Schema TcpProbe = new("tcp", "A connection to the container.",
    [
        Probed("port", PortNumber,
            "The container's port; absent: the service's first TCP port."),
    ]);

    private static readonly Schema HealthCheck = new("healthcheck",
        "How Loam finds out whether the service is well: test, http or tcp.",
    [
        Probed("test", Command, "A command in the container that ends with 0 when it is well."),
        Probed("http", new ObjectType(HttpProbe), "An HTTP request."),
        Probed("tcp", new ObjectType(TcpProbe), "A TCP connection."),
        Probed("interval", PositiveTime, "Pause between probes.") with { Default = "30s" },
        Probed("timeout", PositiveTime, "How long one probe may take.") with { Default = "10s" },
        Probed("retries", new IntegerType(1, 1000),
            "Failures in a row that make the service unhealthy.") with { Default = "3" },
        Probed("start_period", new DurationType(0),
            "Time after the start in which failures do not count.") with { Default = "0s" },
    ])
    { Example = "http: {path: /, port: 80}" };

    /// <summary>Loam probes by itself, so a new probe needs no new container.</summary>
    private static Field Probed(string name, FieldType type, string sentence) =>
        new(name, type, sentence) { Change = Change.Record };

    public static readonly Schema Service = new("service", "A program in a container.",
    [
        new("name", Formats.Name, "Unique; other services reach it by this name.")
        {
            Required = true,
        },
        new("image", Formats.Image,
            "OCI reference. The digest that was resolved is recorded in images.lock, and a revert "
            + "uses it.")
        {
            Required = true,
        },
        new("tag", Formats.Tag,
            "Replaces the reference's tag (with a warning when both differ); without any tag "
            + "latest is meant, with a warning."),
        new("command", Command, "Replaces the image's command."),
        new("entrypoint", Command, "Replaces the image's entry point."),
        new("user", ServiceFormats.User, "User, or uid and gid, that the program runs as."),
        new("workdir", Formats.AbsolutePath, "Working directory in the container."),
        new("replicas", new IntegerType(0, Core.Limits.Replicas),
            "Number of equal containers; 0 stops the service and keeps its declaration.")
        {
            Default = "1",
            Change = Change.InPlace,
        },
        new("ports", new ListType(new ObjectType(Port)), "Ports of the container."),
        new("volumes", new ListType(new ObjectType(VolumeUse)),
            "Directories that outlive the container."),
        new("environment", new MapType(Formats.Text, ServiceFormats.VariableName),
            "Environment variables."),
        new("resources", new ObjectType(Limits), "Limits of one container.")
        {
            Default = "{}",
            Change = Change.InPlace,
        },
        new("healthcheck", new ObjectType(HealthCheck),
            "How to find out whether it is well; absent: a TCP connection to the first port, said "
            + "in the plan.")
        {
            Change = Change.Record,
        },
        new("restart", new EnumType(["always", "on-failure", "never"],
            new Dictionary<string, string>
            {
                ["unless-stopped"] = "always", ["no"] = "never", ["false"] = "never",
                ["yes"] = "always", ["true"] = "always",
            }),
            "What happens when the program ends by itself.")
        {
            Default = "always",
            Change = Change.InPlace,
        },
        new("networks", new ListType(Formats.Name) { Unique = true },
            "Networks it joins; services on one network reach each other by name. Absent: the "
            + "machine's default network."),
        new("depends_on", new ListType(Formats.Name) { Unique = true },
            "Services that must be healthy before this one starts.")
        {
            Change = Change.Record,
        },
        new("labels", new MapType(Formats.Text, ServiceFormats.LabelName),
            "Kept on the container; prometheus.scrape, prometheus.port, backup.enabled and "
            + "backup.schedule are honoured."),
        new("read_only", Bool, "The container cannot write outside its volumes.")
        {
            Default = "false",
        },
        new("cap_add", new ListType(ServiceFormats.Capability) { Unique = true },
            "Linux capabilities added; each raises the plan's risk."),
        new("devices", new ListType(ServiceFormats.Device) { Unique = true },
            "Devices of the host; each raises the plan's risk."),
        new("privileged", Bool, "All rights over the host; raises the plan's risk.")
        {
            Default = "false",
        },
        new("restarted_at", Formats.Text,
            "A time; changing it restarts the service, which is how a restart is declared."),
    ])
    { Key = "name", Example = "name: web" };

    public static readonly Schema Network = new("network", "A network of containers.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("driver", new EnumType(["bridge"]), "How it is made.") { Default = "bridge" },
        new("internal", Bool, "No way out of it.") { Default = "false" },
    ])
    { Key = "name", Example = "name: backend" };

    public static readonly FileKind Kind = new(File, "ServiceManifest", new("spec",
        "Programs that run in containers and the networks that join them.",
    [
        new("networks", new ListType(new ObjectType(Network)), "Networks of containers."),
        new("services", new ListType(new ObjectType(Service)), "Programs in containers."),
    ]));
}
