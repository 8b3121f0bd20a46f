using System.Diagnostics;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Cli;

internal sealed partial class DaemonClient
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How the machine is; a daemon that starts is waited for.</summary>
    public async Task<MachineStatus> StatusAsync(CancellationToken cancel)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var status = await StatusNowAsync(cancel).ConfigureAwait(false);
            if (status.Starting is not { } what)
            {
                return status;
            }
            if (Stopwatch.GetElapsedTime(began) > Limits.DaemonStart)
            {
                throw new CommandFailure(ExitCode.Unreachable,
                    $"The daemon is still starting: {what}.", "Its log says more.");
            }
            await Task.Delay(s_pause, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>A daemon that starts is waited for.</summary>
    /// <param name="waits">It reads where it is called, and is cancelled by closing.</param>
    private async Task<Reply> SendAsync(string method, string path, byte[] body,
        CancellationToken cancel, bool waits = false)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var (status, reply) = await AskAsync(method, path, body, waits, cancel)
                .ConfigureAwait(false);
            using (status == 200 ? null : reply)
            {
                if (status == 200)
                {
                    return reply;
                }
                if (status != 503 || !reply.Reader.SaysAgain
                    || Stopwatch.GetElapsedTime(began) > Limits.DaemonStart)
                {
                    throw await RefusalAsync(status, reply, cancel).ConfigureAwait(false);
                }
            }
            await Task.Delay(s_pause, cancel).ConfigureAwait(false);
        }
    }
}
