using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>Puts other contents in place of a directory's, and what was there aside, until it is
/// said that it may go.</summary>
public interface ISwap
{
    /// <summary>Where the new contents are prepared.</summary>
    string Staging { get; }

    /// <summary>Puts a prepared directory's contents in place.</summary>
    /// <exception cref="HostException">They cannot be moved; everything is as before.</exception>
    void Put(string fresh);

    /// <summary>What was there is there again. Does nothing where nothing is aside.</summary>
    /// <returns>True: something was put back.</returns>
    bool Back();

    /// <summary>What was there before may go.</summary>
    void Keep();

    /// <summary>Removes what is prepared and what may go.</summary>
    void CleanUp();
}

/// <summary>Which way a directory's contents are exchanged.</summary>
public static class Swaps
{
    /// <param name="path">The directory; it may be absent.</param>
    public static ISwap At(string path)
    {
        var plain = Path.TrimEndingDirectorySeparator(path);
        return IsMount(plain) ? new ContentsSwap(plain) : new DirectorySwap(plain);
    }

    /// <summary>The directory is a file system of its own, which cannot be moved.</summary>
    public static bool IsMount(string path) => Libc.Stat(path) is { IsDirectory: true } own
        && Libc.Stat(Path.GetDirectoryName(path)!) is { } parent && own.Device != parent.Device;
}
