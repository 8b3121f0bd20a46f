using System.Text.Json.Serialization;

namespace Loam.Drivers.Containers.Native;

// https://github.com/opencontainers/runtime-spec and /image-spec, as far as Loam uses them.

internal sealed record OciUser(uint Uid, uint Gid, uint[] AdditionalGids);

internal sealed record OciCapabilities(string[] Bounding, string[] Effective, string[] Permitted);

internal sealed record OciRlimit(string Type, ulong Hard, ulong Soft);

internal sealed record OciProcess
{
    public bool Terminal { get; init; }
    public required OciUser User { get; init; }
    public required string[] Args { get; init; }
    public required string[] Env { get; init; }
    public required string Cwd { get; init; }
    public OciCapabilities? Capabilities { get; init; }
    public OciRlimit[]? Rlimits { get; init; }
    public bool NoNewPrivileges { get; init; }
    public int? OomScoreAdj { get; init; }
}

internal sealed record OciRoot(string Path, bool Readonly);

internal sealed record OciMount(
    string Destination, string Type, string Source, string[] Options);

internal sealed record OciDeviceRule(
    bool Allow, string Access, string? Type = null, long? Major = null, long? Minor = null);

internal sealed record OciDevice(
    string Path, string Type, long Major, long Minor, uint FileMode, uint Uid, uint Gid);

internal sealed record OciMemory(long Limit, long Swap);

internal sealed record OciCpu(long Quota, ulong Period);

internal sealed record OciPids(long Limit);

internal sealed record OciResources
{
    public OciDeviceRule[]? Devices { get; init; }
    public OciMemory? Memory { get; init; }
    public OciCpu? Cpu { get; init; }
    public OciPids? Pids { get; init; }
}

internal sealed record OciNamespace(string Type, string? Path = null);

/// <param name="Op"><c>SCMP_CMP_EQ</c></param>
internal sealed record OciSyscallArg(uint Index, ulong Value, string Op, ulong ValueTwo = 0);

internal sealed record OciSyscalls(
    string[] Names, string Action, OciSyscallArg[]? Args = null, uint? ErrnoRet = null);

internal sealed record OciSeccomp(
    string DefaultAction, uint DefaultErrnoRet, string[] Architectures, OciSyscalls[] Syscalls);

internal sealed record OciLinux
{
    public required OciNamespace[] Namespaces { get; init; }
    public required string CgroupsPath { get; init; }
    public OciResources? Resources { get; init; }
    public OciDevice[]? Devices { get; init; }
    public OciSeccomp? Seccomp { get; init; }
    public string[]? MaskedPaths { get; init; }
    public string[]? ReadonlyPaths { get; init; }
}

internal sealed record OciSpec
{
    public string OciVersion { get; init; } = "1.0.2";
    public required OciProcess Process { get; init; }
    public required OciRoot Root { get; init; }
    public required string Hostname { get; init; }
    public required OciMount[] Mounts { get; init; }
    public required OciLinux Linux { get; init; }
}

internal sealed record OciImageSettings
{
    [JsonPropertyName("User")]
    public string? User { get; init; }
    [JsonPropertyName("Env")]
    public string[]? Env { get; init; }
    [JsonPropertyName("Entrypoint")]
    public string[]? Entrypoint { get; init; }
    [JsonPropertyName("Cmd")]
    public string[]? Cmd { get; init; }
    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }
    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }
}

internal sealed record OciRootfs(
    [property: JsonPropertyName("diff_ids")] string[]? DiffIds);

internal sealed record OciImageConfig(OciImageSettings? Config, OciRootfs? Rootfs);

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OciSpec))]
[JsonSerializable(typeof(OciProcess))]
[JsonSerializable(typeof(OciResources))]
[JsonSerializable(typeof(OciImageConfig))]
[JsonSerializable(typeof(ContainerRecord))]
[JsonSerializable(typeof(ContainerRun))]
internal sealed partial class OciJson : JsonSerializerContext;
