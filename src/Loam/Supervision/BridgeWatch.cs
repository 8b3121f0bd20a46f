using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>Container engines make bridges of their own accord; the firewall, which treats what
/// goes over them apart, is told.</summary>
internal sealed class BridgeWatch(Func<IReadOnlyCollection<string>> bridges,
    Func<CancellationToken, Task> follow, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancel)
    {
        string? known = null;
        while (true)
        {
            var now = string.Join(' ', bridges());
            if (now != known && await FollowAsync(cancel))
            {
                known = now;
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }

    private async Task<bool> FollowAsync(CancellationToken cancel)
    {
        try
        {
            await follow(cancel);
            return true;
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "firewall.behind") { Error = fault.Message });
            return false;
        }
    }
}
