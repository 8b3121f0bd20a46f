using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Network namespaces that a path keeps. network_namespaces(7).</summary>
public static partial class NetworkSpace
{
    private const uint Readable = 0x124; // 0444
    private const int Detach = 2;

    /// <summary>Does something in a namespace, on a thread of its own that ends with it; sockets
    /// made there stay there.</summary>
    /// <param name="path">Null: this process's own.</param>
    public static T In<T>(string? path, Func<T> work) => path is null ? work() : Apart(() =>
    {
        using var space = Kernel.OpenNamespace(path);
        if (Enter((int)space.DangerousGetHandle(), Kernel.NewNetwork) != 0)
        {
            throw Libc.Failure($"The network namespace {path} cannot be entered",
                Marshal.GetLastPInvokeError());
        }
        return work();
    });

    /// <summary>Makes one, with its loop up, in which ports below 1024 are for everybody and
    /// everybody may ping, as in containers of other engines.</summary>
    internal static void Make(string path)
    {
        using (Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCreate, Readable, out var error)
            ?? throw Libc.Failure($"{path} cannot be made", error))
        {
        }
        Apart(() =>
        {
            Kernel.Unshare(Kernel.NewNetwork);
            Network.KernelLinks.RaiseLoop();
            Setting("ipv4/ip_unprivileged_port_start", "0");
            Setting("ipv4/ping_group_range", "0 2147483647");
            Kernel.Mount("/proc/thread-self/ns/net", path, "none", MountFlags.Bind);
            return true;
        });
    }

    internal static void Delete(string path)
    {
        if (Libc.Stat(path) is null)
        {
            return;
        }
        // Nothing mounted there: it never came to be.
        Libc.Unmount(path, Detach);
        AtomicFile.Filing(path, () => File.Delete(path));
    }

    /// <summary>Whether a namespace is there, not only the file for it.</summary>
    internal static bool IsMade(string path) => Libc.StatTarget(path) is { } space
        && Libc.StatTarget(Path.GetDirectoryName(path)!) is { } folder
        && space.Device != folder.Device;

    /// <summary>A folder whose mounts are seen in the mount namespaces of others.</summary>
    internal static void Share(string folder)
    {
        AtomicFile.Filing(folder, () => Directory.CreateDirectory(folder));
        if (IsMade(folder))
        {
            return;
        }
        if (!File.ReadLines("/proc/self/mountinfo").Any(l => l.Split(' ')[4] == folder))
        {
            Kernel.Mount(folder, folder, "none", MountFlags.Bind);
        }
        Kernel.Mount("none", folder, "none", MountFlags.Shared);
    }

    /// <summary>Of the thread's own namespace; below /proc/sys/net.</summary>
    internal static void Setting(string name, string value)
    {
        var path = $"/proc/sys/net/{name}";
        AtomicFile.Filing(path, () => File.WriteAllText(path, value));
    }

    private static T Apart<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                fault = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            IsBackground = true, Name = "network",
        };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int space, int kind);
}
