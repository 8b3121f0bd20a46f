using Loam.Core.Observing;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Simulation.Host;

/// <summary>DHCP clients of one process, and the server they ask. The clients end with the process.
/// </summary>
public sealed class SimulatedDhcp : IDhcp
{
    private readonly Dictionary<string, LeaseNews> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asking = new(StringComparer.Ordinal);

    /// <summary>What the server lends to an interface; null: none answers.</summary>
    public Func<string, Lease?> Server { get; set; } = _ => null;

    /// <summary>Hook at each call.</summary>
    public Action<string> Check { get; set; } = _ => { };

    public IReadOnlySet<string> Asking => _asking;

    public void Begin(string name, string? former)
    {
        Check($"dhcp begin {name}");
        if (_asking.Add(name))
        {
            Tell(name);
        }
    }

    /// <summary>The server says what it says now: renewed, another, or none.</summary>
    public void Tell(string name)
    {
        if (Server(name) is { } lease)
        {
            _told[name] = new(lease);
        }
        else if (_told.ContainsKey(name))
        {
            _told[name] = new(null);
        }
    }

    public void End(string name)
    {
        Check($"dhcp end {name}");
        _asking.Remove(name);
        _told.Remove(name);
    }

    public LeaseNews? Told(string name) => _told.GetValueOrDefault(name);
}
