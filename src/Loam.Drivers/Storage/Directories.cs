using System.Diagnostics;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Storage;

/// <summary>Directories of this host.</summary>
public sealed class Directories : IDirectories
{
    public (int Mode, bool IsEmpty)? Look(string path)
    {
        try
        {
            var info = new DirectoryInfo(path);
            if (info.Exists)
            {
                return ((int)info.UnixFileMode, !info.EnumerateFileSystemInfos().Any());
            }
            // A single file may be mounted as well.
            return File.Exists(path) ? ((int)File.GetUnixFileMode(path), false) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, fault);
        }
    }

    public void Make(string path, int mode, string? owner)
    {
        try
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, fault);
        }
        if (owner is not null)
        {
            SetOwner(path, owner);
        }
    }

    public void RemoveIfEmpty(string path)
    {
        try
        {
            if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
            {
                Directory.Delete(path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, fault);
        }
    }

    private static void SetOwner(string path, string owner)
    {
        using var chown = Process.Start(new ProcessStartInfo("chown")
        {
            ArgumentList = { "--", owner, path },
            RedirectStandardError = true,
        });
        var said = chown!.StandardError.ReadToEnd();
        chown.WaitForExit();
        if (chown.ExitCode != 0)
        {
            throw new HostException(Fault.NotFound, $"{path} cannot be given to {owner}: "
                + said.Trim() + ".", "Name a user that exists on this machine, or a number.");
        }
    }

    private static HostException Failed(string path, Exception fault) => new(
        fault is UnauthorizedAccessException ? Fault.Denied
            : fault.Message.Contains("space", StringComparison.OrdinalIgnoreCase)
                ? Fault.Exhausted : Fault.Conflict,
        $"The directory {path} cannot be made or read: {fault.Message}",
        "Check the path, the rights on it and the free space.");
}
