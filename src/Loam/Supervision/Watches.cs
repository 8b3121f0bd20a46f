using System.Collections.Immutable;
using System.Globalization;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <param name="Name">What it looks after, in a word or two.</param>
internal sealed record Watched(string Name, Func<CancellationToken, Task> RunAsync);

/// <summary>Keeps the daemon's watches going. One that ends is told of and begun again, ever later
/// while it keeps ending; the others go on. Only a broken invariant ends all of them, and the
/// daemon with them: recovery is the way on from there.</summary>
internal sealed class Watches(EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <summary>One that ran as long is well again.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (DateTimeOffset At, string Why)> _failed =
        new(StringComparer.Ordinal);

    /// <summary>Those that ended not long ago, as sentences.</summary>
    public ImmutableArray<string> Alerts()
    {
        lock (_gate)
        {
            return [.. _failed.Where(f => time.GetUtcNow() < f.Value.At + s_longest + s_calm)
                .Select(f => string.Create(CultureInfo.InvariantCulture,
                    $"The watch of {f.Key} ended by a fault at {Local(f.Value.At):HH:mm:ss} and is "
                    + $"begun again: {f.Value.Why.TrimEnd('.')}. If this stays, restart the "
                    + $"daemon and report it."))];
        }
    }

    /// <summary>Runs all of them until they are stopped.</summary>
    /// <exception cref="InvariantException">In one of them something did not hold.</exception>
    public async Task RunAsync(IEnumerable<Watched> watches, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(watches.Select(w => KeepAsync(w, end)));
    }

    private async Task KeepAsync(Watched watch, CancellationTokenSource end)
    {
        var pause = new BackOff(s_pause, s_longest, s_calm);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var began = time.GetTimestamp();
                Failed(watch, await EndAsync(watch, end));
                await Task.Delay(
                    pause.After(time.GetElapsedTime(began)), time, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <returns>Why it ended by itself.</returns>
    private static async Task<string> EndAsync(Watched watch, CancellationTokenSource end)
    {
        try
        {
            await watch.RunAsync(end.Token);
            end.Token.ThrowIfCancellationRequested();
            return "it came to its end";
        }
        catch (InvariantException)
        {
            await end.CancelAsync();
            throw;
        }
        catch (Exception fault) when (!end.IsCancellationRequested)
        {
            return $"{fault.Message} ({fault.GetType().Name})";
        }
    }

    private void Failed(Watched watch, string why)
    {
        lock (_gate)
        {
            _failed[watch.Name] = (time.GetUtcNow(), why);
        }
        events.Add(new(0, time.GetUtcNow(), "watch.failed")
        {
            Name = watch.Name,
            Message = $"The watch of {watch.Name} ended by a fault and is begun again.",
            Error = why,
        });
    }

    private DateTimeOffset Local(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, time.LocalTimeZone);
}
