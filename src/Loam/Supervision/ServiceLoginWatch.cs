using System.Collections.Concurrent;
using System.Collections.Immutable;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Supervision;

/// <summary>Reads what guarded services write, and tells of logins that failed there.</summary>
/// <param name="known">Wordings of the catalogue.</param>
internal sealed class ServiceLoginWatch(IContainerEngine engine, string instance,
    Func<DesiredState> desired, Func<ImageReference, ImmutableArray<string>> known,
    Func<LoginEvent, CancellationToken, Task> hear, TimeProvider time)
{
    /// <summary>Lines that a container wrote before it was found.</summary>
    private const int Tail = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Task> _followed = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _readTo = [];

    public async Task RunAsync(CancellationToken stop)
    {
        var since = time.GetUtcNow();
        while (true)
        {
            try
            {
                await FindAsync(since, stop);
            }
            catch (HostException)
            {
                // The engine is away, which is told elsewhere.
            }
            await Task.Delay(s_pause, time, stop);
        }
    }

    private async Task FindAsync(DateTimeOffset since, CancellationToken stop)
    {
        var rules = desired().Bans.Values.Where(r => !r.IsOfHost).ToList();
        if (rules.Count == 0)
        {
            return;
        }
        var all = await engine.ListAsync(instance, stop);
        foreach (var gone in _followed.Where(f => f.Value.IsCompleted).Select(f => f.Key).ToList())
        {
            _followed.Remove(gone);
        }
        foreach (var name in _readTo.Keys.Where(n => all.All(c => c.Name != n)).ToList())
        {
            _readTo.TryRemove(name, out _);
        }
        foreach (var rule in rules)
        {
            foreach (var container in all.Where(c => c.Service == rule.Service && !c.Rehearsal
                && c.State == Core.Observing.ContainerState.Running
                && !_followed.ContainsKey(c.Name)))
            {
                _readTo.TryAdd(container.Name, since);
                _followed[container.Name] = FollowAsync(container.Name, rule.Service, stop);
            }
        }
    }

    /// <summary>Until the container ends, or nobody is shut out for it any more.</summary>
    private async Task FollowAsync(string name, string service, CancellationToken stop)
    {
        try
        {
            ImmutableArray<string> texts = [];
            ImmutableArray<FailureWording> wordings = [];
            // Lines of one moment have one stamp: only what was read before is passed over.
            var from = _readTo[name];
            await foreach (var line in engine.LogsAsync(name, Tail, follow: true, stop))
            {
                if (desired().Bans.GetValueOrDefault(service) is not { } rule)
                {
                    return;
                }
                var now = rule.Wordings(desired(), known);
                if (!now.SequenceEqual(texts))
                {
                    (texts, wordings) = (now, [.. now.Select(FailureWording.Of)]);
                }
                if (line.At <= from)
                {
                    continue;
                }
                _readTo[name] = line.At;
                if (wordings.Select(w => w.Find(line.Text)).FirstOrDefault(a => a is not null)
                    is { } address)
                {
                    await hear(new(LoginKind.Failed, service, line.At, null, address, ""), stop);
                }
            }
        }
        catch (HostException)
        {
            // It is found again when it runs.
        }
    }
}
