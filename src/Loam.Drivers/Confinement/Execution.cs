using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Confinement;

/// <summary>Becoming another program, by a handle of it.</summary>
internal static unsafe partial class Execution
{
    private const int EmptyPath = 0x1000, BrokenPipe = 13;

    /// <returns>The error's number: where it succeeds there is nobody to return to.</returns>
    public static int Run(
        SafeFileHandle program, IEnumerable<string> arguments, IEnumerable<string> environment)
    {
        // The runtime ignores it, and what is ignored stays so.
        Files.Libc.ResetSignal(BrokenPipe);
        var arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        fixed (byte* nothing = "\0"u8)
        {
            ExecuteAt(arm ? 281 : 322, program.DangerousGetHandle(), (nint)nothing,
                (nint)Vector(arguments), (nint)Vector(environment), EmptyPath);
        }
        return Marshal.GetLastPInvokeError();
    }

    // Given up with the process; after a failure that ends, too.
    private static byte** Vector(IEnumerable<string> values)
    {
        var texts = values.Select(Marshal.StringToCoTaskMemUTF8).ToList();
        var vector = (byte**)NativeMemory.AllocZeroed(
            (nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            vector[i] = (byte*)texts[i];
        }
        return vector;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint ExecuteAt(
        nint number, nint file, nint path, nint arguments, nint environment, nint flags);
}
