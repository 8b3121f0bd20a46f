using System.Runtime.InteropServices;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Sandboxes;

/// <summary>Calls of the kernel that make a sandbox. Numbers are those of Linux on x86-64 and
/// arm64, which are the same for what came after 5.1.</summary>
internal static partial class Kernel
{
    private const string Library = "libc";
    private const int EmptyPath = 0x1000;

    public const int NewMounts = 0x20000;
    public const int NewNetwork = 0x40000000;

    private const int OpenTree = 428, MoveMount = 429, MountSetattr = 442;
    private const int OpenPath = 0x200000, CloseOnExec = 0x80000;

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareRaw(int what);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenRaw(string path, int flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenTreeRaw(nint number, nint directory, string path, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint MoveMountRaw(
        nint number, nint from, string path, nint to, string target, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint MountSetattrRaw(nint number, nint directory, string path,
        nint flags, in MountAttributes attributes, nint size);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFileRaw(string name, uint flags);

    /// <summary>Gives the calling thread, and what it starts, namespaces of its own.</summary>
    public static void Unshare(int what)
    {
        if (UnshareRaw(what) != 0)
        {
            throw Libc.Failure("The kernel gives the sandbox no namespaces of its own",
                Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>In the calling thread's mount namespace.</summary>
    public static void Mount(
        string source, string target, string type, MountFlags flags, string options = "")
    {
        if (Libc.Mount(source, target, type, (nuint)flags, options) != 0)
        {
            throw Libc.Failure($"{target} cannot be mounted",
                Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>A handle of a file or directory that pins it and gives no right. Links are
    /// followed: ask <see cref="PathOf"/> where it lies.</summary>
    public static SafeFileHandle Pin(string path)
    {
        var file = OpenRaw(path, OpenPath | CloseOnExec);
        return file >= 0 ? new(file, ownsHandle: true)
            : throw Libc.Failure($"{path} cannot be given to the sandbox",
                Marshal.GetLastPInvokeError());
    }

    /// <summary>A namespace of another process, by its link below /proc.</summary>
    public static SafeFileHandle OpenNamespace(string path)
    {
        var file = OpenRaw(path, CloseOnExec);
        return file >= 0 ? new(file, ownsHandle: true)
            : throw Libc.Failure($"{path} cannot be opened", Marshal.GetLastPInvokeError());
    }

    /// <summary>Where an open file lies now.</summary>
    public static string PathOf(SafeFileHandle file) => File.ResolveLinkTarget(
        $"/proc/self/fd/{file.DangerousGetHandle()}", returnFinalTarget: false)!.FullName;

    /// <summary>A copy of a mount that begins at a pinned file, attached nowhere; what is mounted
    /// below it is no part of it.</summary>
    public static SafeFileHandle CopyMount(SafeFileHandle pinned, string path)
    {
        var tree = OpenTreeRaw(
            OpenTree, pinned.DangerousGetHandle(), "", EmptyPath | CloseOnExec | 1);
        return tree >= 0 ? new(tree, ownsHandle: true)
            : throw Libc.Failure($"{path} cannot be given to the sandbox",
                Marshal.GetLastPInvokeError());
    }

    /// <summary>No set-id programs, no devices, read only if asked for; and, with
    /// <paramref name="users"/>, with the owners that user namespace says.</summary>
    /// <returns>Zero, or the error's number.</returns>
    public static int Restrict(SafeFileHandle tree, bool readOnly, SafeFileHandle? users)
    {
        const ulong isReadOnly = 1, noSetId = 2, noDevices = 4, mapped = 0x100000;
        var attributes = new MountAttributes
        {
            Set = noSetId | noDevices | (readOnly ? isReadOnly : 0)
                | (users is null ? 0 : mapped),
            Users = (ulong)(users?.DangerousGetHandle() ?? 0),
        };
        return MountSetattrRaw(MountSetattr, tree.DangerousGetHandle(), "", EmptyPath,
            attributes, Marshal.SizeOf<MountAttributes>()) == 0
            ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Attach(SafeFileHandle tree, string target)
    {
        const int fromEmptyPath = 4, currentDirectory = -100;
        if (MoveMountRaw(MoveMount, tree.DangerousGetHandle(), "", currentDirectory, target,
            fromEmptyPath) != 0)
        {
            throw Libc.Failure($"{target} cannot be mounted", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>A file in memory that a child inherits; the caller closes it.</summary>
    public static SafeFileHandle InheritedFile(ReadOnlySpan<byte> content)
    {
        var number = MemoryFileRaw("loam", 0);
        if (number < 0)
        {
            throw Libc.Failure("There is no memory for a file", Marshal.GetLastPInvokeError());
        }
        var file = new SafeFileHandle(number, ownsHandle: true);
        // At its beginning stays where a reader begins.
        RandomAccess.Write(file, content, 0);
        return file;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set, Clear, Propagation, Users;
    }
}
