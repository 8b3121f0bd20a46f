using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Sandboxes;

/// <summary>Makes a mount on which a sandbox's user stands for the owner of a directory: what the
/// owner may read and write there, it may; what it makes belongs to the owner. Whatever belongs to
/// others stays others'.</summary>
internal static class Owners
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <param name="path">For messages.</param>
    /// <param name="user">Numeric user and group of the sandbox.</param>
    /// <exception cref="HostException">Unsupported: the file system cannot do that, and the
    /// sandbox is to write.</exception>
    public static void Give(
        SafeFileHandle tree, FileFacts facts, string path, bool writes, uint user)
    {
        using var users = Map(facts.User, facts.Group, user);
        var error = Kernel.Restrict(tree, !writes, users);
        if (error == Libc.ErrorInvalid && !writes)
        {
            // Read with the rights of everybody.
            error = Kernel.Restrict(tree, readOnly: true, null);
        }
        if (error == Libc.ErrorInvalid)
        {
            throw new HostException(Fault.Unsupported,
                $"The file system of {path} cannot lend its owner's rights to a sandbox.",
                "Keep it on ext4, xfs, btrfs or tmpfs, or run the job in a container.");
        }
        if (error != 0)
        {
            throw Libc.Failure($"{path} cannot be given to the sandbox", error);
        }
    }

    /// <summary>A user namespace is made by a process that waits in it, and lives on in the
    /// handle.</summary>
    private static SafeFileHandle Map(uint owner, uint group, uint user)
    {
        var start = new ProcessStartInfo(Command.Find("unshare")
            ?? throw new HostException(Fault.Unsupported, "The program unshare is not installed.",
                "Install util-linux."), ["--user", "cat"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using var waiting = Process.Start(start)!;
        try
        {
            var space = $"/proc/{waiting.Id}/ns/user";
            var own = Link("/proc/self/ns/user");
            var begun = Stopwatch.GetTimestamp();
            while (Link(space) == own)
            {
                if (Stopwatch.GetElapsedTime(begun) > s_patience || waiting.HasExited)
                {
                    throw new HostException(Fault.Unsupported,
                        "The kernel makes no user namespace, which a sandbox needs.",
                        "`sysctl user.max_user_namespaces` must be above 0.");
                }
                Thread.Sleep(1);
            }
            Write($"/proc/{waiting.Id}/uid_map", owner, user);
            Write($"/proc/{waiting.Id}/gid_map", group, user);
            return Kernel.OpenNamespace(space);
        }
        catch (Exception error) when (
            error is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new HostException(Fault.Unsupported,
                $"The kernel makes no user namespace for the sandbox: {error.Message}",
                "`sysctl user.max_user_namespaces` must be above 0.");
        }
        finally
        {
            waiting.Kill();
            waiting.WaitForExit();
        }
    }

    private static string? Link(string path) =>
        File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name;

    private static void Write(string map, uint from, uint to) => File.WriteAllText(map,
        string.Create(CultureInfo.InvariantCulture, $"{from} {to} 1\n"));
}
