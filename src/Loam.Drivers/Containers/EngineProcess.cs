using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers;

/// <summary>The process of an engine that Loam started.</summary>
/// <param name="name">Begins a sentence.</param>
/// <param name="log">Path of its log.</param>
internal sealed class EngineProcess(string name, string log, TimeProvider clock)
{
    private const int LongestSocketPath = 107;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="HostException">Unsupported: no socket can have that path.</exception>
    public static void RequireShort(string socket)
    {
        if (Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
        {
            throw new HostException(
                Fault.Unsupported, $"The path {socket} is too long for a socket.",
                "Choose a shorter directory.");
        }
    }

    /// <summary>Returns as soon as it answers.</summary>
    /// <param name="ask">Throws what may pass while it does not.</param>
    /// <exception cref="HostException">Unsupported or Timeout: it does not; the message has its
    /// last words.</exception>
    public async Task AnswerAsync(
        int pid, Func<CancellationToken, Task> ask, CancellationToken cancel)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await ask(cancel).ConfigureAwait(false);
                return;
            }
            catch (HostException error) when (error.MayPass)
            {
                if (!DetachedProcess.IsAlive(pid)
                    || clock.GetElapsedTime(begun) > Limits.EngineStart)
                {
                    throw Silent(pid);
                }
            }
            await Task.Delay(s_pause, clock, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Asks it to end, and kills it when it does not listen.</summary>
    /// <exception cref="HostException">Timeout: it does not end.</exception>
    public async Task StopAsync(int pid, CancellationToken cancel)
    {
        DetachedProcess.AskToEnd(pid);
        if (!await EndedAsync(pid, cancel).ConfigureAwait(false))
        {
            DetachedProcess.End(pid);
            if (!await EndedAsync(pid, cancel).ConfigureAwait(false))
            {
                throw new HostException(
                    Fault.Timeout, $"{name} (process {pid}) does not end.", "");
            }
        }
    }

    private HostException Silent(int pid)
    {
        var ended = !DetachedProcess.IsAlive(pid);
        return new(
            ended ? Fault.Unsupported : Fault.Timeout,
            $"{name} {(ended ? "ended at once" : "does not answer")}. "
            + $"Its last words: {EngineLog.LastWords(log)}", $"Its log is {log}.");
    }

    private async Task<bool> EndedAsync(int pid, CancellationToken cancel)
    {
        var begun = clock.GetTimestamp();
        while (clock.GetElapsedTime(begun) < Limits.EngineStart)
        {
            if (!DetachedProcess.IsAlive(pid))
            {
                return true;
            }
            await Task.Delay(s_pause, clock, cancel).ConfigureAwait(false);
        }
        return false;
    }
}
