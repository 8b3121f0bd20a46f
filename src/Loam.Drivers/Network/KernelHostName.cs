using System.Runtime.InteropServices;
using System.Text;
using Loam.Drivers.Files;

namespace Loam.Drivers.Network;

/// <summary>The name of this process's UTS namespace.</summary>
public sealed partial class KernelHostName : IHostName
{
    public string Get() => File.ReadAllText("/proc/sys/kernel/hostname").Trim();

    public void Set(string name)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        if (sethostname(bytes, bytes.Length) != 0)
        {
            throw Libc.Failure(
                $"The machine cannot be called {name}", Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sethostname(byte[] name, nint length);
}
