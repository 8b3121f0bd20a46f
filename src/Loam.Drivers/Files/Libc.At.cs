using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Files;

/// <summary>Calls that name a file by an open directory and one part of a path: nothing can be
/// swapped in between.</summary>
internal static partial class Libc
{
    /// <summary>A directory is meant.</summary>
    public const int RemoveDirectory = 0x200;

    /// <summary>A link itself is meant.</summary>
    public const int NoFollow = 0x100;

    public const int ErrorNotDirectory = 20;
    public const int ErrorNotEmpty = 39;

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtRaw(
        SafeFileHandle directory, string name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(
        SafeFileHandle from, string name, SafeFileHandle to, string newName);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkAt(string target, SafeFileHandle directory, string name);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwnerAt(
        SafeFileHandle directory, string name, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatAtRaw(
        SafeFileHandle directory, string path, int flags, uint mask, out FileFacts facts);

    /// <summary>Opens without following a link.</summary>
    /// <returns>Null with the error's number when it cannot be opened.</returns>
    public static SafeFileHandle? OpenAt(
        SafeFileHandle directory, string name, int flags, uint mode, out int error)
    {
        int file;
        do
        {
            file = OpenAtRaw(directory, name, flags | OpenNoFollow | OpenCloseOnExec, mode);
            error = file < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == ErrorInterrupted);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>What stands under a name in an open directory, links not followed; null when there
    /// is nothing.</summary>
    public static FileFacts? StatAt(SafeFileHandle directory, string name)
    {
        return StatAtRaw(directory, name, NoFollow, FileFacts.Basic, out var facts) == 0
            ? facts : null;
    }
}
