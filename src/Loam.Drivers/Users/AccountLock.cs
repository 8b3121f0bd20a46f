using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Users;

/// <summary>The lock of lckpwdf(3), under which every program changes accounts. Ours belongs to
/// the open file, not to the process, so that parts of one process keep each other out, too; the
/// kernel lets neither kind through the other.</summary>
internal sealed partial class AccountLock : IDisposable
{
    private const int OfFileSet = 37, OfFileGet = 36; // F_OFD_SETLK, F_OFD_GETLK
    private const short ForWriting = 1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly SafeFileHandle _file;

    private AccountLock(SafeFileHandle file) => _file = file;

    /// <summary>As long as lckpwdf waits.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    /// <exception cref="HostException">Unavailable: somebody else holds it for longer.
    /// </exception>
    public static async Task<AccountLock> TakeAsync(
        string path, TimeSpan patience, CancellationToken cancel)
    {
        var file = Libc.Open(path, Libc.OpenReadWrite | Libc.OpenCreate, 0x180, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);
        try
        {
            var waited = Stopwatch.StartNew();
            while (!TryTake(file, path))
            {
                if (waited.Elapsed >= patience)
                {
                    throw Held(file, path);
                }
                await Task.Delay(s_pause, cancel).ConfigureAwait(false);
            }
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool TryTake(SafeFileHandle file, string path)
    {
        var whole = new Range { Type = ForWriting };
        if (fcntl(file, OfFileSet, ref whole) == 0)
        {
            return true;
        }
        var error = Marshal.GetLastPInvokeError();
        return error is Libc.ErrorAgain or Libc.ErrorAccess or Libc.ErrorInterrupted ? false
            : throw Libc.Failure($"{path} cannot be locked", error);
    }

    private static HostException Held(SafeFileHandle file, string path)
    {
        var range = new Range { Type = ForWriting };
        var holder = fcntl(file, OfFileGet, ref range) == 0 && range.Process > 0
            ? string.Create(CultureInfo.InvariantCulture, $"process {range.Process}")
            : "another program";
        return new(Fault.Unavailable,
            $"Accounts are being changed by {holder}, which holds {path}.",
            "Wait until it is done, or end it.");
    }

    /// <summary><c>struct flock</c>, the same on both processors; all zero but for its kind is the
    /// whole file.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Range
    {
        [FieldOffset(0)] public short Type;
        [FieldOffset(24)] public int Process;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle file, int command, ref Range range);
}
