using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Users;

/// <summary>The keys in a user's home. Root works here in a place where the user can put a link in
/// any moment, so every step goes from an open directory to one name in it and follows nothing;
/// and what is read is shown to belong to the user, not to be another name of a file of root's.
/// </summary>
internal static class HomeFolder
{
    private const string Ssh = ".ssh", Keys = "authorized_keys";
    private const int MostBytes = 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000, OwnerFolder = 0b111_000_000;

    /// <summary>What sshd refuses: others could write.</summary>
    private const uint OthersWrite = 0b000_010_010;

    /// <exception cref="HostException">Unsupported: something else stands there.</exception>
    public static string? ReadKeys(string home, uint user)
    {
        using var folder = OpenHome(home, user);
        using var ssh = folder is null ? null : OpenSsh(folder, home, user);
        return ssh is null ? null : Read(ssh, home, user);
    }

    public static void WriteKeys(string home, uint user, uint group, string? text)
    {
        using var folder = OpenHome(home, user);
        if (folder is null)
        {
            if (text is null)
            {
                return;
            }
            throw new HostException(Fault.NotFound, $"The home {home} is not there.",
                "Make it, or give the user another one.");
        }
        using var ssh = OpenSsh(folder, home, user)
            ?? (text is null ? null : MakeSsh(folder, home, user, group));
        if (ssh is null)
        {
            return;
        }
        if (text is null)
        {
            Remove(folder, ssh, home);
            return;
        }
        Write(ssh, home, user, group, text);
    }

    /// <summary>Takes files away that are as they come with a new home, and the home when nothing
    /// else is in it.</summary>
    public static void RemoveFresh(string home, string skeleton, uint user)
    {
        using (var folder = OpenHome(home, user))
        {
            if (folder is null)
            {
                return;
            }
            // Still root's: it was not made ready, and nobody else has been in it.
            var isBegun = user != 0 && Libc.Stat(folder).User == 0;
            var copied = Directory.Exists(skeleton) ? Directory.GetFiles(skeleton) : [];
            foreach (var file in copied)
            {
                var name = Path.GetFileName(file);
                using var copy = Libc.OpenAt(
                    folder, name, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0, out _);
                if (copy is not null && Libc.Stat(copy) is { IsRegular: true, Links: 1 } facts
                    && facts.Size <= MostBytes && (isBegun
                    || All(copy, facts).AsSpan().SequenceEqual(File.ReadAllBytes(file))))
                {
                    _ = Libc.UnlinkAt(folder, name, 0);
                }
            }
        }
        try
        {
            Directory.Delete(home, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something of the user's is in it: it stays.
        }
    }

    private static SafeFileHandle? OpenHome(string home, uint user)
    {
        // The name of a home is root's; that a home is a link is root's wish.
        var folder = Libc.Open(Path.Combine(home, "."),
            Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error);
        if (folder is null)
        {
            return error is Libc.ErrorNoEntry or Libc.ErrorNotDirectory ? null
                : throw Libc.Failure($"The home {home} cannot be opened", error);
        }
        return Owned(folder, home, user);
    }

    private static SafeFileHandle? OpenSsh(SafeFileHandle folder, string home, uint user)
    {
        var path = $"{home}/{Ssh}";
        var ssh = Libc.OpenAt(
            folder, Ssh, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error);
        if (ssh is null)
        {
            return error switch
            {
                Libc.ErrorNoEntry => null,
                Libc.ErrorLoop or Libc.ErrorNotDirectory => throw Odd(
                    path, Libc.StatAt(folder, Ssh)?.Sort ?? "no directory", "a directory"),
                _ => throw Libc.Failure($"{path} cannot be opened", error),
            };
        }
        return Owned(ssh, path, user);
    }

    private static SafeFileHandle MakeSsh(
        SafeFileHandle folder, string home, uint user, uint group)
    {
        var path = $"{home}/{Ssh}";
        if (Libc.MakeDirectoryAt(folder, Ssh, OwnerFolder) != 0)
        {
            throw Libc.Failure($"{path} cannot be made", Marshal.GetLastPInvokeError());
        }
        var ssh = OpenSsh(folder, home, user) ?? throw new HostException(
            Fault.Unavailable, $"{path} vanished.", "Try again.");
        if (Libc.ChangeOwner(ssh, user, group) != 0 || Libc.ChangeMode(ssh, OwnerFolder) != 0)
        {
            ssh.Dispose();
            throw Libc.Failure($"{path} cannot be given away", Marshal.GetLastPInvokeError());
        }
        return ssh;
    }

    private static string? Read(SafeFileHandle ssh, string home, uint user)
    {
        var path = $"{home}/{Ssh}/{Keys}";
        using var file = Libc.OpenAt(
            ssh, Keys, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0, out var error);
        if (file is null)
        {
            return error switch
            {
                Libc.ErrorNoEntry => null,
                Libc.ErrorLoop or Libc.ErrorNoDevice => throw Odd(
                    path, Libc.StatAt(ssh, Keys)?.Sort ?? "no file", "a file"),
                _ => throw Libc.Failure($"{path} cannot be read", error),
            };
        }
        var facts = Libc.Stat(file);
        if (!facts.IsRegular || facts.Size > MostBytes)
        {
            throw Odd(path, facts.IsRegular ? "larger than 1 MiB" : facts.Sort, "a small file");
        }
        var bytes = All(file, facts);
        // Its only name, still: else it might be another name of a file of root's.
        if (Libc.StatAt(ssh, Keys) is not { Links: 1 } named || named.Inode != facts.Inode
            || (facts.User != user && facts.User != 0))
        {
            throw Odd(path, "a file with another name or owner", $"a file of user {user}'s own");
        }
        return Encoding.UTF8.GetString(bytes);
    }

    private static byte[] All(SafeFileHandle file, FileFacts facts)
    {
        var bytes = new byte[facts.Size];
        var filled = 0;
        while (filled < bytes.Length
            && RandomAccess.Read(file, bytes.AsSpan(filled), filled) is > 0 and var count)
        {
            filled += count;
        }
        return bytes[..filled];
    }

    private static void Write(
        SafeFileHandle ssh, string home, uint user, uint group, string text)
    {
        var path = $"{home}/{Ssh}/{Keys}";
        var mode = Libc.StatAt(ssh, Keys) is { IsRegular: true } old
            ? old.Permissions & ~OthersWrite : OwnerOnly;
        var name = $".loam-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
        using var file = Libc.OpenAt(ssh, name,
            Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive, OwnerOnly, out var error)
            ?? throw Libc.Failure($"{path} cannot be written", error);
        try
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
            if (Libc.ChangeOwner(file, user, group) != 0 || Libc.ChangeMode(file, mode) != 0
                || Libc.Sync(file) != 0 || Libc.RenameAt(ssh, name, ssh, Keys) != 0)
            {
                throw Libc.Failure(
                    $"{path} cannot be written", Marshal.GetLastPInvokeError());
            }
        }
        catch (Exception e)
        {
            _ = Libc.UnlinkAt(ssh, name, 0);
            if (e is IOException)
            {
                throw AtomicFile.Failure(path, e);
            }
            throw;
        }
        if (Libc.Stat(ssh) is var facts && (facts.Permissions & OthersWrite) != 0)
        {
            _ = Libc.ChangeMode(ssh, facts.Permissions & ~OthersWrite);
        }
        _ = Libc.Sync(ssh);
    }

    private static void Remove(SafeFileHandle folder, SafeFileHandle ssh, string home)
    {
        if (Libc.UnlinkAt(ssh, Keys, 0) != 0
            && Marshal.GetLastPInvokeError() is var error and not Libc.ErrorNoEntry)
        {
            throw Libc.Failure($"{home}/{Ssh}/{Keys} cannot be removed", error);
        }
        _ = Libc.Sync(ssh);
        // Only when nothing is in it.
        _ = Libc.UnlinkAt(folder, Ssh, Libc.RemoveDirectory);
    }

    private static SafeFileHandle Owned(SafeFileHandle folder, string path, uint user)
    {
        var owner = Libc.Stat(folder).User;
        if (owner == user || owner == 0)
        {
            return folder;
        }
        folder.Dispose();
        throw Odd(path, $"user {owner}'s", $"user {user}'s own");
    }

    private static HostException Odd(string path, string what, string wanted) => new(
        Fault.Unsupported, $"{path} is {what}, and Loam writes keys only into {wanted}.",
        "Put it right by hand, or move it aside.");
}
