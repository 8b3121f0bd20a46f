using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Files;

/// <summary>Files of the machine's own configuration. The simulation has its own beneath the same
/// drivers.</summary>
public interface IHostTree
{
    /// <summary>What stands under a name; a link is not followed.</summary>
    /// <exception cref="HostException">Unsupported: it is neither a file nor a link.</exception>
    HostFile Look(string path);

    /// <summary>Puts a file or a link there, in one step, or takes away what is there. Directories
    /// above it are made.</summary>
    /// <param name="mode">Permission bits of a file that was not there before.</param>
    /// <exception cref="HostException">Denied; Exhausted: disk full.</exception>
    void Put(string path, HostFile file, uint mode);

    /// <summary>Names of the files and links in a directory and those below it, in order; none
    /// where there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Something stands under that name, links followed.</summary>
    bool Exists(string path);
}
