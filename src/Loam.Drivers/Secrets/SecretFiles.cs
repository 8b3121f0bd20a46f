using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Secrets;

/// <summary>Secrets as files for containers, in memory only: a tmpfs of their own that only root
/// can enter, never swapped out where the kernel knows how (6.4 and later).</summary>
/// <param name="mount"><see cref="InstancePaths.SecretsMount"/></param>
public sealed class SecretFiles(string mount)
{
    private const uint Private = 0x1c0; // 0700
    private const uint ReadByAll = 0x124; // 0444: the container's user reads it
    private const uint ReadByOwner = 0x180; // 0600

    /// <summary>Mounts the tmpfs where it is not mounted yet.</summary>
    /// <exception cref="HostException">Denied: not root; Conflict: something else is mounted or
    /// lies there.</exception>
    public void Mount()
    {
        if (FileSystemAt(mount) is { } type)
        {
            RequireMemory(type);
            return;
        }
        if (Libc.MakeDirectory(mount, Private) != 0
            && Marshal.GetLastPInvokeError() is var error and not Libc.ErrorExists)
        {
            throw Libc.Failure($"{mount} cannot be made", error);
        }
        if (Libc.Stat(mount) is not { IsDirectory: true }
            || Directory.EnumerateFileSystemEntries(mount).Any())
        {
            throw new HostException(Fault.Conflict,
                $"{mount} is not an empty directory, so secrets would hide what is in it.",
                "Move it aside.");
        }
        const nuint noSetId = 2, noDevices = 4, noExecution = 8;
        const string options = "mode=0700,size=16m,nr_inodes=16k";
        foreach (var wanted in (string[])[options + ",noswap", options])
        {
            if (Libc.Mount("loam-secrets", mount, "tmpfs", noSetId | noDevices | noExecution,
                wanted) == 0)
            {
                RequireMemory(FileSystemAt(mount) ?? "nothing");
                return;
            }
            error = Marshal.GetLastPInvokeError();
            if (error != Libc.ErrorInvalid || wanted == options)
            {
                throw Libc.Failure($"A tmpfs cannot be mounted at {mount}", error);
            }
        }
    }

    /// <summary>Writes one secret for one container; a file that already says so is left alone,
    /// because a running container has it mounted.</summary>
    /// <param name="container">The engine's name of the container.</param>
    /// <returns>The file's path on the host.</returns>
    /// <exception cref="HostException">Exhausted: the tmpfs is full; Conflict: it is not mounted.
    /// </exception>
    public string Write(string container, string name, string plaintext) =>
        Write(container, name, plaintext, ReadByAll);

    /// <summary>The same for a program of the host: readable by root alone.</summary>
    public string WriteOwn(string program, string name, string plaintext) =>
        Write(program, name, plaintext, ReadByOwner);

    private string Write(string container, string name, string plaintext, uint mode)
    {
        RequireMemory(FileSystemAt(mount) ?? "nothing");
        var directory = PathOf(container);
        if (Libc.MakeDirectory(directory, Private) != 0
            && Marshal.GetLastPInvokeError() is var error and not Libc.ErrorExists)
        {
            throw Libc.Failure($"{directory} cannot be made", error);
        }
        var path = Path.Combine(directory, Plain(name));
        var content = Encoding.UTF8.GetBytes(plaintext);
        var present = Libc.Stat(path) is null ? null
            : AtomicFile.Read(path, Limits.SecretBytes);
        try
        {
            if (present is null || !present.AsSpan().SequenceEqual(content))
            {
                AtomicFile.Write(path, content, mode);
            }
            return path;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(present);
        }
    }

    /// <summary>Removes a container's secrets; absent is success.</summary>
    public void Remove(string container)
    {
        var directory = PathOf(container);
        if (FileSystemAt(mount) is null || !Directory.Exists(directory))
        {
            return;
        }
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Unavailable,
                $"The secrets of {container} cannot be removed: {e.Message}", "Try again.");
        }
    }

    /// <summary>Containers that have secret files now.</summary>
    public IReadOnlyList<string> Containers() =>
        FileSystemAt(mount) is null ? []
            : [.. Directory.EnumerateDirectories(mount).Select(d => Path.GetFileName(d))
                .Order(StringComparer.Ordinal)];

    /// <summary>Removes the tmpfs with everything in it; not mounted is success.</summary>
    public void Unmount()
    {
        const int detach = 2;
        const int noFollow = 8;
        if (FileSystemAt(mount) is not { } type)
        {
            return;
        }
        RequireMemory(type);
        if (Libc.Unmount(mount, detach | noFollow) != 0)
        {
            throw Libc.Failure($"{mount} cannot be unmounted", Marshal.GetLastPInvokeError());
        }
        Directory.Delete(mount);
    }

    private string PathOf(string container) => Path.Combine(mount, Plain(container));

    private void RequireMemory(string type)
    {
        if (type != "tmpfs")
        {
            throw new HostException(Fault.Conflict,
                $"{mount} holds {type}, not a tmpfs; secrets are never written to a disk.",
                $"umount {mount}, then restart the daemon.");
        }
    }

    /// <summary>The type of the file system mounted exactly there; null when none is. A directory
    /// that merely lies on a tmpfs, as all of /run may, does not count.</summary>
    private static string? FileSystemAt(string path)
    {
        string? type = null;
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            // 36 35 98:0 /root /mount/point options optional… - type source options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-", 6);
            if (dash > 0 && fields[4].Replace(@"\040", " ", StringComparison.Ordinal) == path)
            {
                type = fields[dash + 1]; // the last one covers those before
            }
        }
        return type;
    }

    private static string Plain(string name)
    {
        Invariant.Require(
            name.Length is > 0 and <= 255 && name[0] != '.'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'),
            "names of containers and secrets are plain words");
        return name;
    }
}
