using System.Text.Json.Serialization;

namespace Loam.Drivers.Containers;

// The parts of Docker Engine API v1.40 that Loam reads and writes, named as the wire names them.
// https://docs.docker.com/engine/api/v1.40/

internal sealed record WireError(string? Message, string? Cause);

internal sealed record WireComponent(string? Name);

internal sealed record WireVersion(string? Version, WireComponent[]? Components);

internal sealed record WireInfo(
    string? CgroupVersion, string? CgroupDriver, string? DockerRootDir,
    [property: JsonPropertyName("NCPU")] int Cpus);

internal sealed record WireListed(string Id, string[]? Names);

internal sealed record WireState(string? Status, int ExitCode, string? StartedAt, int Pid);

internal sealed record WireConfig(Dictionary<string, string>? Labels);

internal sealed record WireRestart(string? Name, int MaximumRetryCount);

internal sealed record WireBinding(string? HostIp, string? HostPort);

internal sealed record WireObservedHost(
    long Memory, long NanoCpus, long CpuQuota, long CpuPeriod, long? PidsLimit,
    WireRestart? RestartPolicy, Dictionary<string, WireBinding[]?>? PortBindings);

internal sealed record WireEndpoint(string[]? Aliases)
{
    [JsonPropertyName("IPAddress")]
    public string? Address { get; init; }
    [JsonPropertyName("NetworkID")]
    public string? NetworkId { get; init; }
}

internal sealed record WireNetworkSettings(Dictionary<string, WireEndpoint?>? Networks);

internal sealed record WireContainer(
    string Id, string Name, string? Image, int RestartCount, WireState? State,
    WireConfig? Config, WireObservedHost? HostConfig, WireNetworkSettings? NetworkSettings);

internal sealed record WireNothing();

internal sealed record WireMount(string Type, string Source, string Target, bool ReadOnly);

internal sealed record WireDevice(
    string PathOnHost, string PathInContainer, string CgroupPermissions);

internal sealed record WireLog(string Type, Dictionary<string, string>? Config);

internal sealed record WireHost
{
    public WireMount[]? Mounts { get; init; }
    public string? NetworkMode { get; init; }
    public Dictionary<string, WireBinding[]>? PortBindings { get; init; }
    public WireRestart? RestartPolicy { get; init; }
    public WireLog? LogConfig { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public string[]? SecurityOpt { get; init; }
    public bool Privileged { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public Dictionary<string, string>? Tmpfs { get; init; }
    public WireDevice[]? Devices { get; init; }
    public long Memory { get; init; }
    public long MemorySwap { get; init; }
    public long NanoCpus { get; init; }
    public long PidsLimit { get; init; }
}

internal sealed record WireNetworking(Dictionary<string, WireEndpoint> EndpointsConfig);

internal sealed record WireCreate
{
    public required string Image { get; init; }
    public string[]? Cmd { get; init; }
    public string[]? Entrypoint { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public string[]? Env { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public Dictionary<string, WireNothing>? ExposedPorts { get; init; }
    public required WireHost HostConfig { get; init; }
    public WireNetworking? NetworkingConfig { get; init; }
}

internal sealed record WireUpdate(
    long Memory, long MemorySwap, long NanoCpus, long PidsLimit, WireRestart RestartPolicy);

internal sealed record WireExec(bool AttachStdout, bool AttachStderr, string[] Cmd)
{
    public bool AttachStdin { get; init; }
}

internal sealed record WireExecStart(bool Detach, bool Tty);

internal sealed record WireExecState(bool Running, int? ExitCode, int Pid);

internal sealed record WireId(string Id);

internal sealed record WireNetwork(
    string Id, string Name, bool Internal, Dictionary<string, string>? Labels);

internal sealed record WireSubnet(string? Subnet);

internal sealed record WireAddressing(string Driver, WireSubnet[]? Config);

internal sealed record WireNetworkCreate(
    string Name, bool CheckDuplicate, string Driver, bool Internal,
    IReadOnlyDictionary<string, string> Labels, Dictionary<string, string> Options,
    [property: JsonPropertyName("IPAM")] WireAddressing? Addressing);

internal sealed record WireConnect(string Container, WireEndpoint EndpointConfig);

internal sealed record WireDisconnect(string Container, bool Force);

internal sealed record WireImage(
    string Id, string[]? RepoTags, string[]? RepoDigests, long Size);

internal sealed record WireLogin(
    [property: JsonPropertyName("username")] string Username,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("serveraddress")] string Server);

internal sealed record WireProgressDetail(
    [property: JsonPropertyName("current")] long Current,
    [property: JsonPropertyName("total")] long Total);

internal sealed record WireProgress(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("progressDetail")] WireProgressDetail? Detail);

internal sealed record WireActor(Dictionary<string, string>? Attributes);

internal sealed record WireEvent(
    string? Type, string? Action, WireActor? Actor,
    [property: JsonPropertyName("timeNano")] long TimeNano,
    [property: JsonPropertyName("time")] long Time);

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WireVersion))]
[JsonSerializable(typeof(WireInfo))]
[JsonSerializable(typeof(WireListed[]))]
[JsonSerializable(typeof(WireContainer))]
[JsonSerializable(typeof(WireForeign))]
[JsonSerializable(typeof(WireImageConfig))]
[JsonSerializable(typeof(WireCreate))]
[JsonSerializable(typeof(WireUpdate))]
[JsonSerializable(typeof(WireExec))]
[JsonSerializable(typeof(WireExecStart))]
[JsonSerializable(typeof(WireExecState))]
[JsonSerializable(typeof(WireId))]
[JsonSerializable(typeof(WireNetwork[]))]
[JsonSerializable(typeof(WireNetworkCreate))]
[JsonSerializable(typeof(WireConnect))]
[JsonSerializable(typeof(WireDisconnect))]
[JsonSerializable(typeof(WireImage))]
[JsonSerializable(typeof(WireImage[]))]
[JsonSerializable(typeof(WireLogin))]
[JsonSerializable(typeof(WireProgress))]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class EngineJson : JsonSerializerContext;
