using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>The firewall keeps up with the machine: container engines make bridges of their own
/// accord, and other programs change other tables.</summary>
internal sealed class FirewallWatch(
    Func<CancellationToken, Task> follow, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancel)
    {
        string? said = null;
        while (true)
        {
            var fault = await FollowAsync(cancel);
            if (fault is not null && fault != said)
            {
                events.Add(new(0, time.GetUtcNow(), "firewall.behind") { Error = fault });
            }
            said = fault;
            await Task.Delay(s_pause, time, cancel);
        }
    }

    private async Task<string?> FollowAsync(CancellationToken cancel)
    {
        try
        {
            await follow(cancel);
            return null;
        }
        catch (HostException fault)
        {
            return fault.Message;
        }
    }
}
