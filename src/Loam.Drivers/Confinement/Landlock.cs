using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Confinement;

/// <summary>What a confined program may do with a path and all below it.</summary>
[Flags]
internal enum PathRights
{
    Read = 1,
    Write = 2,
    Execute = 4,
}

/// <summary>A set of paths; whoever enters it reaches no other, opens no port, and signals nobody
/// outside. https://docs.kernel.org/userspace-api/landlock.html</summary>
internal sealed partial class Landlock : IDisposable
{
    private const int Create = 444, Add = 445, Enter = 446;
    private const int OfPath = 1, AskVersion = 1;

    private const ulong MayExecute = 1, MayWriteFile = 2, MayReadFile = 4, MayReadDirectory = 8;
    private const ulong MayTruncate = 1 << 14, OnFiles = 0xc007;

    // All that makes, removes or moves something, but for devices.
    private const ulong MayMake = 0x10 | 0x20 | 0x80 | 0x100 | 0x200 | 0x1000;
    private const ulong MayMoveAcross = 1 << 13;

    private readonly SafeFileHandle _rules;
    private readonly ulong _handled;

    /// <summary>The first version that refuses to connect over TCP.</summary>
    public const int WithNetwork = 4;

    /// <summary>Which of it the kernel knows; 0: nothing.</summary>
    public static int Version { get; } = (int)Math.Max(0, CreateRaw(Create, 0, 0, AskVersion));

    /// <exception cref="HostException">Unsupported: the kernel has no Landlock.</exception>
    public Landlock()
    {
        if (Version < 1)
        {
            throw new HostException(Fault.Unsupported,
                "This kernel has no Landlock, without which nothing is confined.",
                "Boot a kernel of 5.13 or newer with landlock among its security modules "
                + "(`cat /sys/kernel/security/lsm`).");
        }
        _handled = Version switch { 1 => 0x1fff, 2 => 0x3fff, < 5 => 0x7fff, _ => 0xffff };
        Span<byte> wanted = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, _handled);
        BinaryPrimitives.WriteUInt64LittleEndian(wanted[8..], 3); // bind and connect over TCP
        BinaryPrimitives.WriteUInt64LittleEndian(wanted[16..], 3); // abstract sockets, signals
        var size = Version switch { < 4 => 8, < 6 => 16, _ => 24 };
        nint made;
        unsafe
        {
            fixed (byte* at = wanted)
            {
                made = CreateRaw(Create, (nint)at, size, 0);
            }
        }
        _rules = made >= 0 ? new(made, ownsHandle: true)
            : throw Libc.Failure("No rules of Landlock can be made",
                Marshal.GetLastPInvokeError());
    }

    /// <summary>Allows something; a path that does not exist allows nothing.</summary>
    public void Allow(string path, PathRights rights)
    {
        if (!Path.Exists(path))
        {
            return;
        }
        using var file = Kernel.Pin(path);
        Allow(file, path, Directory.Exists(path), rights);
    }

    /// <summary>Allows something with what is pinned.</summary>
    public void Allow(SafeFileHandle pinned, string path, bool isDirectory, PathRights rights)
    {
        var allowed = (rights.HasFlag(PathRights.Read) ? MayReadFile | MayReadDirectory : 0)
            | (rights.HasFlag(PathRights.Write)
                ? MayWriteFile | MayTruncate | MayMake | MayMoveAcross : 0)
            | (rights.HasFlag(PathRights.Execute) ? MayExecute : 0);
        allowed &= isDirectory ? _handled : _handled & OnFiles;
        Span<byte> rule = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(rule, allowed);
        BinaryPrimitives.WriteInt32LittleEndian(rule[8..], (int)pinned.DangerousGetHandle());
        unsafe
        {
            fixed (byte* at = rule)
            {
                if (AddRaw(Add, _rules.DangerousGetHandle(), OfPath, (nint)at, 0) != 0)
                {
                    throw Libc.Failure($"{path} cannot be allowed",
                        Marshal.GetLastPInvokeError());
                }
            }
        }
    }

    /// <summary>From here on, for the calling thread and what it starts, for ever.</summary>
    public void Restrict()
    {
        if (EnterRaw(Enter, _rules.DangerousGetHandle(), 0) != 0)
        {
            throw Libc.Failure("Landlock cannot be entered", Marshal.GetLastPInvokeError());
        }
    }

    public void Dispose() => _rules.Dispose();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint CreateRaw(nint number, nint attributes, nint size, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint AddRaw(
        nint number, nint rules, nint kind, nint attributes, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint EnterRaw(nint number, nint rules, nint flags);
}
