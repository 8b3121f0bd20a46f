using System.Runtime.InteropServices;
using Loam.Core;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Containers.Native.Logs;

/// <summary>Keeps what a container says: a process of its own for each, started by containerd's
/// shim with the container's streams, so that lines get their time when they come and nothing of
/// it depends on the daemon.
/// https://github.com/containerd/containerd/blob/v1.6.20/runtime/v2/README.md#logging</summary>
public static class LogKeeper
{
    public const string Verb = "keep-log";
    private const int Output = 3, Errors = 4, Ready = 5;

    /// <summary>The address of the streams, as the shim takes it.</summary>
    /// <param name="program">Loam's own.</param>
    internal static string Address(string program, string folder) =>
        $"binary://{program}?{Verb}={Uri.EscapeDataString(folder)}";

    /// <summary>Returns when the container has ended and all of it is written.</summary>
    public static void Run(string folder)
    {
        // The shim asks it to end as soon as the container has: there may be more to read.
        using var deaf = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM, context => context.Cancel = true);
        using var writer = new LogWriter(
            folder, Limits.ContainerLogMebibytes << 20, Limits.ContainerLogFiles,
            TimeProvider.System);
        var errors = new Thread(() => Keep(Errors, writer, isError: true));
        errors.Start();
        new SafeFileHandle(Ready, ownsHandle: true).Dispose();
        Keep(Output, writer, isError: false);
        errors.Join();
    }

    private static void Keep(int number, LogWriter writer, bool isError)
    {
        using var stream = new FileStream(
            new SafeFileHandle(number, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = Read(stream, buffer)) > 0)
        {
            writer.Add(isError, buffer.AsSpan(0, read));
        }
        writer.End(isError);
    }

    private static int Read(FileStream stream, byte[] buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (IOException)
        {
            // The shim is gone, and the other end with it.
            return 0;
        }
    }
}
