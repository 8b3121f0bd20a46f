namespace Loam.System.Harness;

/// <summary>Needs this engine, and what <c>./dev test system</c> sets up.</summary>
public sealed class NeedsAttribute(string engine) : NeedAttribute
{
    public override string? Missing() => Missing(engine);

    public static string? Missing(string engine) =>
        Environment.GetEnvironmentVariable("LOAM_BINARY") is null
            || Environment.GetEnvironmentVariable("LOAM_MIRROR") is null
            ? "LOAM_BINARY or LOAM_MIRROR is not set; ./dev test system sets both"
            : MissingProgram("docker", engine);
}
