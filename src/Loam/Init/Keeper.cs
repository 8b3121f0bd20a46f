using System.Collections.Concurrent;
using System.ComponentModel;
using Loam.Core;
using Loam.Drivers.Booting;

namespace Loam.Init;

/// <summary>A process that is to run as long as the machine does.</summary>
/// <param name="Patient">Gets time to end when the machine does; others are of no account then.
/// </param>
/// <param name="First">Begins before all others, which wait for it a little.</param>
internal sealed record KeptProcess(
    string Name, ChildProgram Child, bool Patient = false, bool First = false);

/// <summary>Keeps a table of processes running, whatever becomes of each.</summary>
/// <param name="first">Done when those that begin before the others are so far.</param>
internal sealed class Keeper(Children children, IReadOnlyList<KeptProcess> table,
    TimeProvider time, Action<string> say, Func<CancellationToken, Task> first)
{
    private readonly ConcurrentDictionary<string, (int Pid, Task<int> Ended)> _running =
        new(StringComparer.Ordinal);

    /// <summary>Until it is stopped; then all have been asked to end, and those that wanted time
    /// have had it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var begun = first(stop);
        await Task.WhenAll(table.Select(
            p => KeepAsync(p, p.First ? Task.CompletedTask : begun, stop)));
        foreach (var (pid, _) in _running.Values)
        {
            children.AskToEnd(pid);
        }
        var patient = table.Where(p => p.Patient && _running.ContainsKey(p.Name))
            .Select(p => _running[p.Name].Ended);
        await Task.WhenAny(Task.WhenAll(patient), Task.Delay(Limits.EndOfProcesses, time,
            CancellationToken.None));
    }

    private async Task KeepAsync(KeptProcess process, Task begun, CancellationToken stop)
    {
        var pause = new BackOff(
            Limits.RestartPause, Limits.LongestRestartPause, Limits.LivedLong);
        try
        {
            await begun;
            while (true)
            {
                var began = time.GetTimestamp();
                var how = await RunAsync(process, stop);
                var after = pause.After(time.GetElapsedTime(began));
                say($"{process.Name} {how}: it is started again in {after.TotalSeconds:0.##} s");
                await Task.Delay(after, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The machine ends.
        }
    }

    private async Task<string> RunAsync(KeptProcess process, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            if (!process.Child.OnTerminal)
            {
                Trim(process.Child.Output);
            }
            var started = children.Start(process.Child);
            _running[process.Name] = started;
            var code = await started.Ended.WaitAsync(stop);
            _running.TryRemove(process.Name, out _);
            return $"ended ({code})";
        }
        catch (Exception e) when (e is Win32Exception or IOException
            or UnauthorizedAccessException)
        {
            return $"cannot be started ({e.Message})";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Ours; one row is no reason to give up the others, nor itself.
            return $"is not kept as it should be ({e.GetType().Name}: {e.Message})";
        }
    }

    private static void Trim(string log)
    {
        if (new FileInfo(log) is { Exists: true, Length: > Limits.OwnLogBytes })
        {
            File.Delete(log);
        }
    }
}
