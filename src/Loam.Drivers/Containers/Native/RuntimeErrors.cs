using System.Text.RegularExpressions;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <summary>What containerd says when crun refuses, without the chain of prefixes.</summary>
internal static partial class RuntimeErrors
{
    public static HostException Readable(HostException fault, string name)
    {
        var said = Chain().Replace(fault.Message, "");
        return said == fault.Message ? fault : new(
            IsMissing(said) ? Fault.Unsupported : fault.Fault, $"Container {name}: {said}",
            IsMissing(said) ? "Check the command." : fault.Remedy);
    }

    /// <summary>The program that a command names is not in the container.</summary>
    public static bool IsMissing(string said) =>
        said.Contains("executable file", StringComparison.OrdinalIgnoreCase)
        || (said.Contains("exec", StringComparison.OrdinalIgnoreCase)
            && said.Contains("No such file or directory", StringComparison.OrdinalIgnoreCase));

    /// <summary>It is there and must not be run.</summary>
    public static bool IsForbidden(string said) =>
        said.Contains("Permission denied", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^[^:]*: .*?OCI runtime (create|start|exec|update) failed: "
        + @"(unable to retrieve OCI runtime error \([^)]*\): )?")]
    private static partial Regex Chain();
}
