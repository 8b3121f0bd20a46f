namespace Loam.System.Harness;

/// <summary>Needs this engine, and what <c>./dev test system</c> sets up.</summary>
public sealed class NeedsAttribute(string engine) : NeedAttribute
{
    public override string? Missing() => Missing(engine);

    public static string? Missing(string engine) => Unset ?? MissingProgram("docker", engine);

    /// <summary>What every story needs, and is not set; null: nothing.</summary>
    internal static string? Unset =>
        Environment.GetEnvironmentVariable("LOAM_BINARY") is null
            || Environment.GetEnvironmentVariable("LOAM_MIRROR") is null
            ? "LOAM_BINARY or LOAM_MIRROR is not set; ./dev test system sets both" : null;
}

/// <summary>Needs what the engine of our own is made of, and its command.</summary>
public sealed class NeedsOwnEngineAttribute : NeedAttribute
{
    public override string? Missing() => NeedsAttribute.Unset
        ?? MissingProgram("containerd", "containerd-shim-runc-v2", "crun", "ctr", "nft");
}
