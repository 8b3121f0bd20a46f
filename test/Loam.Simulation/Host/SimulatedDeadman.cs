using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Simulation.Running;

namespace Loam.Simulation.Host;

/// <summary>The process that outlives the machine's: it acts when its time has come, whether the
/// machine lives or not.</summary>
internal sealed class SimulatedDeadman(World world) : IDeadman
{
    private string? _script;
    private TimeSpan _at;
    private bool _fired;

    public bool IsArmed => _script is not null;

    public async Task ArmAsync(string script, TimeSpan after, CancellationToken cancel)
    {
        await world.Faults.BeforeCallAsync("deadman arm");
        (_script, _at, _fired) = (script, world.Time.Elapsed + after + Limits.DeadmanGrace, false);
        world.Faults.Check("deadman armed");
    }

    public bool Disarm()
    {
        world.Faults.Check("deadman disarm");
        Look();
        _script = null;
        return !_fired;
    }

    /// <summary>Acts if its time has come.</summary>
    public void Look()
    {
        if (_script is { } script && world.Time.Elapsed >= _at)
        {
            world.Nftables.Run(script);
            (_script, _fired) = (null, true);
        }
    }
}
