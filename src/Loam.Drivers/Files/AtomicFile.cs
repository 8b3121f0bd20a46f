using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Files;

/// <summary>Files that are old or new, never half, whatever happens while they are written.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes beside, syncs, renames over, syncs the directory. What stood there keeps
    /// its owner and mode; a link is replaced, not followed.</summary>
    /// <param name="newMode">Permission bits of a file that was not there before.</param>
    /// <exception cref="HostException">Exhausted: disk full; Denied; Unavailable.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, uint newMode)
    {
        var directory = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(directory,
            $".loam-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp");
        var file = Libc.Open(temporary,
            Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive, 0x180, out var error)
            ?? throw Libc.Failure($"{path} cannot be written", error);
        try
        {
            using (file)
            {
                TakeOver(path, file, newMode);
                Fill(file, content, path);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(temporary);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(path, e);
            }
            throw;
        }
        SyncDirectory(directory);
    }

    /// <summary>Removes a file durably; absent is success.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, e);
        }
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads a regular file without following a link; null when nothing is there.
    /// </summary>
    /// <param name="most">Bytes it may have.</param>
    /// <exception cref="HostException">Unsupported: a link, pipe, directory or device stands
    /// there, or the file is too large.</exception>
    public static byte[]? Read(string path, long most)
    {
        // Non-blocking, or a pipe of that name would hold us for ever.
        using var file = Libc.Open(
            path, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0, out var error);
        if (file is null)
        {
            return error switch
            {
                Libc.ErrorNoEntry => null,
                Libc.ErrorLoop or Libc.ErrorNoDevice => throw NotAFile(path, Libc.Stat(path)),
                _ => throw Libc.Failure($"{path} cannot be read", error),
            };
        }
        var facts = Libc.Stat(file);
        if (!facts.IsRegular)
        {
            throw NotAFile(path, facts);
        }
        if (facts.Size > most)
        {
            throw TooLarge(path, most);
        }
        // It may grow while it is read: one byte more than allowed tells.
        var buffer = new byte[Math.Min(most, facts.Size) + 1];
        var filled = 0;
        while (true)
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(filled), filled);
            filled += count;
            if (count == 0)
            {
                return buffer.AsSpan(0, filled).ToArray();
            }
            if (filled > most)
            {
                throw TooLarge(path, most);
            }
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(most + 1, buffer.Length * 2L));
            }
        }
    }

    /// <summary>Makes creations, renames and removals in a directory durable.</summary>
    internal static void SyncDirectory(string directory)
    {
        // Not through Libc.Open alone: the directory itself may be reached by a link.
        var real = Path.Combine(directory, ".");
        using var handle = Libc.Open(
            real, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{directory} cannot be opened", error);
        if (Libc.Sync(handle) != 0)
        {
            throw Libc.Failure(
                $"{directory} cannot be synced", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Makes everything on a directory's file system durable. Slow: for what is done
    /// once.</summary>
    internal static void SyncFileSystem(string directory)
    {
        using var handle = Libc.Open(
            directory, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{directory} cannot be opened", error);
        if (Libc.SyncFileSystem(handle) != 0)
        {
            throw Libc.Failure(
                $"{directory} cannot be synced", Marshal.GetLastPInvokeError());
        }
    }

    private static void TakeOver(string path, SafeFileHandle file, uint newMode)
    {
        var old = Libc.Stat(path);
        var keep = old is { IsRegular: true };
        if (keep && (old!.Value.User != Libc.EffectiveUser() || old.Value.Group != 0)
            && Libc.ChangeOwner(file, old.Value.User, old.Value.Group) != 0)
        {
            throw Libc.Failure(
                $"The owner of {path} cannot be kept", Marshal.GetLastPInvokeError());
        }
        if (Libc.ChangeMode(file, keep ? old!.Value.Permissions : newMode) != 0)
        {
            throw Libc.Failure(
                $"The mode of {path} cannot be set", Marshal.GetLastPInvokeError());
        }
    }

    private static void Fill(SafeFileHandle file, ReadOnlySpan<byte> content, string path)
    {
        RandomAccess.Write(file, content, 0);
        if (Libc.Sync(file) != 0)
        {
            throw Libc.Failure($"{path} cannot be synced", Marshal.GetLastPInvokeError());
        }
    }

    private static HostException NotAFile(string path, FileFacts? facts) =>
        new(Fault.Unsupported,
            $"{path} is {facts?.Sort ?? "no file"}; Loam reads and writes plain files only.",
            "Put the file itself there.");

    private static HostException TooLarge(string path, long most) =>
        new(Fault.Unsupported, $"{path} has more than {most} bytes.", "Make it smaller.");

    /// <summary>Does something by the base library, whose faults become the host's.</summary>
    /// <param name="path">What it is done to.</param>
    internal static void Filing(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, fault);
        }
    }

    /// <summary>What a failed write of the base library means.</summary>
    internal static HostException Failure(string path, Exception e) => e switch
    {
        UnauthorizedAccessException => new(Fault.Denied, $"{path} cannot be written.",
            "Run Loam as root, or give it access to that path."),
        // The base library keeps errno in the low half of HResult.
        _ when (e.HResult & 0xffff) is Libc.ErrorNoSpace or Libc.ErrorQuota =>
            Libc.Failure($"{path} cannot be written", Libc.ErrorNoSpace),
        _ => new(Fault.Unavailable, $"{path} cannot be written: {e.Message}",
            "Check the disk and the kernel's log (dmesg)."),
    };
}
