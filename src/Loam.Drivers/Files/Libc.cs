using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Files;

/// <summary>The calls of the C library that the base library does not offer. Numbers are those
/// of Linux on x86-64 and arm64.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    public const int OpenReadOnly = 0;
    public const int OpenWriteOnly = 1;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>O_NOFOLLOW and O_DIRECTORY differ between the two processors.</summary>
    public static readonly int OpenNoFollow = IsArm ? 0x8000 : 0x20000;
    public static readonly int OpenDirectory = IsArm ? 0x4000 : 0x10000;

    public const int ErrorNoEntry = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorNoDevice = 6;
    public const int ErrorAgain = 11;
    public const int ErrorAccess = 13;
    public const int ErrorBusy = 16;
    public const int ErrorExists = 17;
    public const int ErrorInvalid = 22;
    public const int ErrorNoSpace = 28;
    public const int ErrorReadOnly = 30;
    public const int ErrorLoop = 40;
    public const int ErrorQuota = 122;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenRaw(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeFileHandle file);

    /// <summary>Nobody handles a signal any more, and nobody ignores it.</summary>
    public static void ResetSignal(int number) => SignalRaw(number, 0);

    [LibraryImport(Library, EntryPoint = "signal")]
    private static partial nint SignalRaw(int number, nint handler);

    /// <returns>Zero or the error's number; errno is not set.</returns>
    [LibraryImport(Library, EntryPoint = "posix_fallocate")]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(
        string source, string target, string type, nuint flags, string options);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatRaw(
        int directory, string path, int flags, uint mask, out FileFacts facts);

    /// <summary>Opens without following a link in the last part of the path.</summary>
    /// <returns>Null with the error's number when it cannot be opened.</returns>
    public static SafeFileHandle? Open(string path, int flags, uint mode, out int error)
    {
        int file;
        do
        {
            file = OpenRaw(path, flags | OpenNoFollow | OpenCloseOnExec, mode);
            error = file < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == ErrorInterrupted);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>What an open file is; links cannot be swapped in underneath.</summary>
    public static FileFacts Stat(SafeFileHandle file)
    {
        const int emptyPath = 0x1000;
        var taken = false;
        try
        {
            file.DangerousAddRef(ref taken);
            var number = (int)file.DangerousGetHandle();
            if (StatRaw(number, "", emptyPath, FileFacts.Basic, out var facts) != 0)
            {
                throw Failure("A file cannot be examined", Marshal.GetLastPInvokeError());
            }
            return facts;
        }
        finally
        {
            if (taken)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>What stands under a name, links not followed; null when there is nothing.
    /// </summary>
    public static FileFacts? Stat(string path)
    {
        const int currentDirectory = -100;
        const int noFollow = 0x100;
        if (StatRaw(currentDirectory, path, noFollow, FileFacts.Basic, out var facts) == 0)
        {
            return facts;
        }
        var error = Marshal.GetLastPInvokeError();
        const int notDirectory = 20;
        return error is ErrorNoEntry or notDirectory ? null
            : throw Failure($"{path} cannot be examined", error);
    }

    /// <summary>What a name leads to, links followed; null when there is nothing.</summary>
    public static FileFacts? StatTarget(string path)
    {
        const int currentDirectory = -100;
        return StatRaw(currentDirectory, path, 0, FileFacts.Basic, out var facts) == 0
            ? facts : null;
    }

    /// <summary>The host's fault behind an error number, as a sentence.</summary>
    /// <param name="what">The thing and what failed, without a full stop.</param>
    public static HostException Failure(string what, int error)
    {
        var reason = $"{what}: {Marshal.GetPInvokeErrorMessage(error)}.";
        return error switch
        {
            ErrorNoSpace or ErrorQuota => new(Fault.Exhausted, reason,
                "Free some space on that file system and try again."),
            ErrorAccess or 1 => new(Fault.Denied, reason,
                "Run Loam as root, or give it access to that path."),
            ErrorReadOnly => new(Fault.Denied, reason,
                "Mount that file system writable and try again."),
            ErrorNoEntry => new(Fault.NotFound, reason, "Check that the directory exists."),
            ErrorExists => new(Fault.Conflict, reason, "Move what stands there aside."),
            _ => new(Fault.Unavailable, reason, "Check the disk and the kernel's log (dmesg)."),
        };
    }
}

/// <summary>The kernel's <c>struct statx</c>, the same on every processor; statx(2).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileFacts
{
    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint Basic = 0x7ff;

    [FieldOffset(16)] private readonly uint _links;
    [FieldOffset(20)] private readonly uint _user;
    [FieldOffset(24)] private readonly uint _group;
    [FieldOffset(28)] private readonly ushort _mode;
    [FieldOffset(32)] private readonly ulong _inode;
    [FieldOffset(40)] private readonly ulong _size;
    [FieldOffset(128)] private readonly uint _nodeMajor;
    [FieldOffset(132)] private readonly uint _nodeMinor;
    [FieldOffset(136)] private readonly uint _deviceMajor;
    [FieldOffset(140)] private readonly uint _deviceMinor;

    /// <summary>How many names it has.</summary>
    public uint Links => _links;
    public uint User => _user;
    public uint Group => _group;
    public ulong Inode => _inode;
    public long Size => (long)_size;

    /// <summary>Numbers of the device that its file system is on.</summary>
    public (uint Major, uint Minor) Device => (_deviceMajor, _deviceMinor);

    /// <summary>Numbers of the device that it is.</summary>
    public (uint Major, uint Minor) Node => (_nodeMajor, _nodeMinor);

    /// <summary>Permission bits, with set-id and sticky.</summary>
    public uint Permissions => _mode & 0xfffu;

    public bool IsRegular => (_mode & 0xf000) == 0x8000;
    public bool IsDirectory => (_mode & 0xf000) == 0x4000;
    public bool IsLink => (_mode & 0xf000) == 0xa000;
    public bool IsCharacterDevice => (_mode & 0xf000) == 0x2000;
    public bool IsBlockDevice => (_mode & 0xf000) == 0x6000;

    /// <summary>For messages: what stands there instead of a file.</summary>
    public string Sort => (_mode & 0xf000) switch
    {
        0x8000 => "a file",
        0x4000 => "a directory",
        0xa000 => "a symbolic link",
        0x1000 => "a pipe",
        0xc000 => "a socket",
        _ => "a device",
    };
}
