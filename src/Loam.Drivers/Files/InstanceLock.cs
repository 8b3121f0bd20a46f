using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Files;

/// <summary>One daemon for one data directory. The kernel lets go of the lock when the process
/// ends, however it ends.</summary>
public sealed class InstanceLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private InstanceLock(SafeFileHandle file) => _file = file;

    /// <exception cref="HostException">Conflict: another process holds it; the message names it.
    /// </exception>
    public static InstanceLock Take(InstancePaths paths)
    {
        const int exclusive = 2;
        const int notWaiting = 4;
        var file = Libc.Open(
            paths.LockFile, Libc.OpenReadWrite | Libc.OpenCreate, 0x180, out var error)
            ?? throw Libc.Failure($"{paths.LockFile} cannot be opened", error);
        if (Libc.Lock(file, exclusive | notWaiting) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            using (file)
            {
                throw error == Libc.ErrorAgain ? Held(paths, file)
                    : Libc.Failure($"{paths.LockFile} cannot be locked", error);
            }
        }
        var name = Encoding.ASCII.GetBytes($"{Environment.ProcessId,-10}\n");
        RandomAccess.Write(file, name, 0);
        return new(file);
    }

    public void Dispose() => _file.Dispose();

    private static HostException Held(InstancePaths paths, SafeFileHandle file)
    {
        var buffer = new byte[16];
        var count = RandomAccess.Read(file, buffer, 0);
        var text = Encoding.ASCII.GetString(buffer, 0, count).Trim();
        var holder = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? $"process {id} ({NameOf(id)})" : "another process";
        return new(Fault.Conflict, $"{paths.DataDir} is in use by {holder}.",
            "Use that daemon, or stop it first; or choose another --home.");
    }

    private static string NameOf(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ').Trim();
            return line.Length > 80 ? line[..80] + "…" : line.Length == 0 ? "unknown" : line;
        }
        catch (IOException)
        {
            return "unknown";
        }
        catch (UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
