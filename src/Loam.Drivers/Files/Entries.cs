using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Files;

/// <summary>What is in an open directory: listed, moved and removed without following a link, so
/// that whoever writes there meanwhile leads nothing astray.</summary>
internal static class Entries
{
    public static SafeFileHandle Open(string directory) =>
        Libc.Open(directory, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
        ?? throw new IOException($"{directory} cannot be opened (error {error})");

    /// <returns>Null: there is no directory of that name.</returns>
    public static SafeFileHandle? Open(SafeFileHandle parent, string name) =>
        Libc.OpenAt(parent, name, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out _);

    /// <summary>Makes it, for root alone, and opens it; one that is there is fine.</summary>
    public static SafeFileHandle Make(SafeFileHandle parent, string name)
    {
        Libc.MakeDirectoryAt(parent, name, 0b111_000_000);
        return Open(parent, name) ?? throw new IOException($"{name} cannot be made there");
    }

    public static IReadOnlyList<string> Names(SafeFileHandle directory) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/self/fd/{directory.DangerousGetHandle()}",
            "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            .Select(e => Path.GetFileName(e))];

    /// <exception cref="IOException">It cannot be moved: something is mounted there, say.
    /// </exception>
    public static void Move(SafeFileHandle from, string name, SafeFileHandle to, string newName)
    {
        if (Libc.RenameAt(from, name, to, newName) != 0)
        {
            throw new IOException(
                $"{name} cannot be moved (error {Marshal.GetLastPInvokeError()})");
        }
    }

    /// <summary>Removes a directory or file with all that is in it; absent is fine.</summary>
    public static void Remove(SafeFileHandle parent, string name)
    {
        if (Libc.StatAt(parent, name) is not { } facts)
        {
            return;
        }
        if (facts.IsDirectory && Open(parent, name) is { } inner)
        {
            using (inner)
            {
                foreach (var one in Names(inner))
                {
                    Remove(inner, one);
                }
            }
        }
        if (Libc.UnlinkAt(parent, name, facts.IsDirectory ? Libc.RemoveDirectory : 0) != 0
            && Marshal.GetLastPInvokeError() is not Libc.ErrorNoEntry and var error)
        {
            throw new IOException($"{name} cannot be removed (error {error})");
        }
    }

    /// <summary>Gives a directory the owner and the rights of another.</summary>
    public static void MakeLike(SafeFileHandle directory, SafeFileHandle other)
    {
        var like = Libc.Stat(other);
        if (Libc.ChangeOwner(directory, like.User, like.Group) != 0
            || Libc.ChangeMode(directory, like.Permissions) != 0)
        {
            throw new IOException("it cannot be given the rights of the directory before it");
        }
    }

    public static void Sync(SafeFileHandle directory)
    {
        if (Libc.Sync(directory) != 0)
        {
            throw new IOException(
                $"it cannot be written to the disk (error {Marshal.GetLastPInvokeError()})");
        }
    }
}
