using System.Runtime.InteropServices;

namespace Loam.Drivers.Files;

/// <summary>Who may speak to a Unix socket.</summary>
public static partial class SocketOwner
{
    private const uint OfGroup = 0x1b0; // 0660

    /// <summary>Root and one group; nobody else.</summary>
    /// <param name="group">Its number; null: root alone.</param>
    /// <exception cref="Core.Reconciling.HostException">Denied: we are not root.</exception>
    public static void Give(string socket, uint? group)
    {
        if (Chown(socket, uint.MaxValue, group ?? 0) != 0 || Chmod(socket, OfGroup) != 0)
        {
            throw Libc.Failure($"The socket {socket} cannot be given to its group",
                Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chmod(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);
}
