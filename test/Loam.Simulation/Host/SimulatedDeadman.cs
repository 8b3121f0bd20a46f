using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Network;
using Loam.Simulation.Running;

namespace Loam.Simulation.Host;

/// <summary>The process that outlives the machine's: it acts when its time has come, whether the
/// machine lives or not.</summary>
internal sealed class SimulatedDeadman(World world) : IDeadman
{
    private readonly List<(PutBack Back, TimeSpan At)> _orders = [];
    private bool _fired;
    private bool _acts;

    public bool IsArmed => _orders.Count > 0;

    /// <summary>It has put everything back, and nobody has asked it since.</summary>
    public bool HasFired => _fired;

    public async Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel)
    {
        await world.Faults.BeforeCallAsync("deadman arm");
        _orders.Add((back, world.Time.Elapsed + after + Limits.DeadmanGrace));
        world.Faults.Check("deadman armed");
    }

    public bool Disarm()
    {
        world.Faults.Check("deadman disarm");
        Look();
        _orders.Clear();
        var fired = _fired;
        _fired = false;
        return !fired;
    }

    /// <summary>Acts if its time has come.</summary>
    public void Look()
    {
        if (_acts)
        {
            return;
        }
        _acts = true;
        foreach (var order in _orders.Where(o => world.Time.Elapsed >= o.At).Reverse().ToList())
        {
            if (order.Back.Rules is { } rules)
            {
                world.Nftables.Run(rules);
            }
            if (order.Back.Interface is { } change)
            {
                // Not the machine's doing: nothing of it fails or is watched.
                new InterfaceSetup(world.Tree.Unwatched, world.Links.Unwatched,
                    new SimulatedPrograms { Does = world.Programs.Does })
                    .ApplyAsync(change, default).GetAwaiter().GetResult();
            }
            _orders.Remove(order);
            _fired = true;
        }
        _acts = false;
    }
}
