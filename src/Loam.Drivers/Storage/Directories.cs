using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Storage;

/// <summary>Directories of this host.</summary>
public sealed class Directories : IDirectories
{
    public DirectoryFacts? Look(string path)
    {
        try
        {
            if (Libc.StatTarget(path) is not { } facts)
            {
                return null;
            }
            // A single file may be mounted as well.
            return new((int)facts.Permissions,
                facts.IsDirectory && !Directory.EnumerateFileSystemEntries(path).Any(),
                new(facts.User, facts.Group));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, fault);
        }
    }

    public DirectoryOwner? Resolve(string owner)
    {
        var parts = owner.Split(':');
        var user = Number(parts[0]) ?? AccountNames.User(parts[0]);
        var group = parts.Length < 2 ? null : Number(parts[1]) ?? AccountNames.Group(parts[1]);
        return user is null || (parts.Length > 1 && group is null) ? null
            : new DirectoryOwner(user.Value, group);
    }

    public void Make(string path, int mode, string? owner)
    {
        var numbers = owner is null ? (DirectoryOwner?)null
            : Resolve(owner) ?? throw new HostException(Fault.NotFound,
                $"There is no user or group {owner} to give {path} to.",
                "Name a user that exists on this machine, or a number.");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, fault);
        }
        SetAccess(path, mode, numbers);
    }

    public void SetAccess(string path, int? mode, DirectoryOwner? owner)
    {
        using var directory = Libc.Open(
            path, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);
        // -1 leaves a number as it is; chown(2).
        if (owner is { } numbers && Libc.ChangeOwner(
            directory, numbers.User, numbers.Group ?? uint.MaxValue) != 0)
        {
            throw Libc.Failure($"{path} cannot be given to {numbers}",
                Marshal.GetLastPInvokeError());
        }
        // After the owner, whose change takes set-id bits away.
        if (mode is { } bits && Libc.ChangeMode(directory, (uint)bits) != 0)
        {
            throw Libc.Failure(
                $"The mode of {path} cannot be set", Marshal.GetLastPInvokeError());
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

    private static uint? Number(string text) => uint.TryParse(
        text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static HostException Failed(string path, Exception fault) => new(
        fault is UnauthorizedAccessException ? Fault.Denied
            : fault.Message.Contains("space", StringComparison.OrdinalIgnoreCase)
                ? Fault.Exhausted : Fault.Conflict,
        $"The directory {path} cannot be made or read: {fault.Message}",
        "Check the path, the rights on it and the free space.");
}
