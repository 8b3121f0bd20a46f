using Loam.Core.Reconciling;

namespace Loam.Drivers.Network;

/// <summary>The machine's name as the kernel has it. The simulation has its own beneath the same
/// driver.</summary>
public interface IHostName
{
    string Get();

    /// <exception cref="HostException">Denied: not as root.</exception>
    void Set(string name);
}
