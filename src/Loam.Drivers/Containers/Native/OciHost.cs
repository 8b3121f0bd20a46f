using System.Globalization;
using System.Text.RegularExpressions;
using Loam.Drivers.Confinement;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers.Native;

/// <summary>What containers can have on a host.</summary>
/// <param name="IsUnified">Only version 2 of the control groups: a container sees its own alone.
/// </param>
/// <param name="SealsTrees">What is mounted below a read-only mount is read-only, too.</param>
/// <param name="Score">For the kernel's memory killer: like any other process. Not below our own,
/// which may not be lowered everywhere; above it, so that the daemon's protection is its own.
/// </param>
internal sealed partial record OciHost(bool IsUnified, bool SealsTrees, int Score)
{
    // mount_setattr(2), and crun's option for it.
    private static readonly Version s_kernel = new(5, 12), s_crun = new(1, 4);

    public static async Task<OciHost> OfThisHostAsync(CancellationToken cancel)
    {
        var said = await Command.RunAsync("crun", ["--version"], "", cancel)
            .ConfigureAwait(false);
        return new(ControlGroup.Version == 2,
            Environment.OSVersion.Version >= s_kernel && CrunOf(said.Output) >= s_crun,
            Math.Max(0, int.Parse(
                File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture)));
    }

    /// <summary>Its version as it says it; of what cannot be read, none.</summary>
    internal static Version CrunOf(string said) =>
        Version.TryParse(Numbers().Match(said).Groups[1].Value, out var version) ? version : new();

    [GeneratedRegex(@"^crun version (\d+\.\d+(\.\d+)?)", RegexOptions.Multiline)]
    private static partial Regex Numbers();
}
