using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Users;

/// <summary>Makes homes. One belongs to root until all is in it, so that nobody else has been in
/// one that is half made; that is how it is known.</summary>
internal static class NewHome
{
    private const uint OwnerFolder = 0b111_000_000, OwnerOnly = 0b110_000_000;
    private const int MostBytes = 1024 * 1024;

    /// <summary>Copies what stands in the skeleton, and gives it away. A home that is the user's
    /// is left as it is.</summary>
    /// <exception cref="HostException">Conflict: something else stands there.</exception>
    public static void Make(string home, string skeleton, uint user, uint group)
    {
        home = Path.TrimEndingDirectorySeparator(home);
        var above = Path.GetDirectoryName(home) ?? "/";
        AtomicFile.Filing(above, () => Directory.CreateDirectory(above));
        // The way to a home is root's, and may lead over a link.
        using var parent = Libc.Open(Path.Combine(above, "."),
            Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{above} cannot be opened", error);
        var name = Path.GetFileName(home);
        if (Libc.StatAt(parent, name) is { } there && there.User == user)
        {
            return;
        }
        using var folder = OpenNew(parent, name, home);
        var facts = Libc.Stat(folder);
        if (facts.User != 0 || facts.Permissions != OwnerFolder)
        {
            throw new HostException(Fault.Conflict,
                $"{home} is there already and belongs to user {facts.User}.", "Move it aside.");
        }
        if (Directory.Exists(skeleton))
        {
            AtomicFile.Filing(home, () => Copy(skeleton, folder, home, user, group));
        }
        Give(folder, home, user, group, OwnerFolder);
        _ = Libc.Sync(parent);
    }

    /// <summary>Opens a directory, which is made if there is none.</summary>
    private static SafeFileHandle OpenNew(SafeFileHandle parent, string name, string path)
    {
        if (Libc.MakeDirectoryAt(parent, name, OwnerFolder) != 0
            && Marshal.GetLastPInvokeError() is var fault and not Libc.ErrorExists)
        {
            throw Libc.Failure($"{path} cannot be made", fault);
        }
        return Libc.OpenAt(
            parent, name, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);
    }

    private static void Copy(
        string from, SafeFileHandle folder, string to, uint user, uint group)
    {
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var path = $"{to}/{entry.Name}";
            if (entry.LinkTarget is { } target)
            {
                Link(target, folder, entry.Name, path, user, group);
            }
            else if (entry is DirectoryInfo)
            {
                using var inner = OpenNew(folder, entry.Name, path);
                Copy(entry.FullName, inner, path, user, group);
                Give(inner, path, user, group, (uint)entry.UnixFileMode);
            }
            else
            {
                Fill(entry.FullName, folder, entry.Name, path, user, group,
                    (uint)entry.UnixFileMode);
            }
        }
    }

    private static void Fill(string from, SafeFileHandle folder, string name, string path,
        uint user, uint group, uint mode)
    {
        var bytes = AtomicFile.Read(from, MostBytes) ?? [];
        using var file = Libc.OpenAt(folder, name, Libc.OpenWriteOnly | Libc.OpenCreate
            | Libc.OpenNonBlocking, OwnerOnly, out var error)
            ?? throw Libc.Failure($"{path} cannot be made", error);
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, bytes, 0);
        Give(file, path, user, group, mode);
    }

    private static void Link(string target, SafeFileHandle folder, string name, string path,
        uint user, uint group)
    {
        if (Libc.LinkAt(target, folder, name) != 0
            && Marshal.GetLastPInvokeError() is var fault and not Libc.ErrorExists)
        {
            throw Libc.Failure($"{path} cannot be made", fault);
        }
        if (Libc.ChangeOwnerAt(folder, name, user, group, Libc.NoFollow) != 0)
        {
            throw Libc.Failure($"{path} cannot be given away", Marshal.GetLastPInvokeError());
        }
    }

    private static void Give(
        SafeFileHandle file, string path, uint user, uint group, uint mode)
    {
        // The mode first: what is the user's is ready.
        if (Libc.ChangeMode(file, mode) != 0 || Libc.Sync(file) != 0
            || Libc.ChangeOwner(file, user, group) != 0 || Libc.Sync(file) != 0)
        {
            throw Libc.Failure($"{path} cannot be given away", Marshal.GetLastPInvokeError());
        }
    }
}
