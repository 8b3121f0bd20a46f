using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;

namespace Loam.Drivers.Sandboxes;

/// <summary>A program without any of root's rights, before it does anything: a user that exists
/// nowhere else, no group, no capability and no way to one.</summary>
public static class Lowered
{
    /// <summary>The verb of our program that becomes another, lowered.</summary>
    public const string Verb = "lower";

    /// <summary>Becomes the program. What is open and not closed on exec stays open.</summary>
    /// <param name="user">Number of the user and of its group.</param>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">All of it.</param>
    /// <exception cref="HostException">It was not possible; the caller must end, as it may be
    /// lowered in part.</exception>
    public static void Become(uint user, string program, IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment)
    {
        using var pinned = Kernel.Pin(program);
        Privileges.LimitThreads(Limits.ContainerPids);
        Privileges.Become(user);
        var error = Execution.Run(pinned, [program, .. arguments],
            environment.Select(e => $"{e.Key}={e.Value}"));
        throw Libc.Failure($"{program} cannot be started", error);
    }
}
