using System.Diagnostics;
using Loam.Core;

namespace Loam.Cli;

internal sealed partial class DaemonClient
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

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
