using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>Work that takes its time, told line by line. It belongs to the machine: it goes on when
/// the client leaves.</summary>
/// <param name="Name">What it is, for the log.</param>
/// <param name="Type">Of a line.</param>
/// <param name="Failed">The line that ends work which failed.</param>
/// <param name="Stopped">What to do about work that ended with the daemon.</param>
internal sealed record LongWork<T>(
    string Name, JsonTypeInfo<T> Type, Func<Problem, T> Failed, string Stopped)
{
    private const int LinesInFlight = 1024;

    public Task RunAsync(Call call, Surface surface, Func<Action<T>, Task> work,
        CancellationToken cancel)
    {
        var lines = Channel.CreateBounded<T>(new BoundedChannelOptions(LinesInFlight)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        _ = WorkAsync(surface, work, lines.Writer);
        return Routes.Stream(call, lines.Reader.ReadAllAsync(cancel), Type, cancel);
    }

    private async Task WorkAsync(
        Surface surface, Func<Action<T>, Task> work, ChannelWriter<T> lines)
    {
        try
        {
            await work(line => lines.TryWrite(line)).ConfigureAwait(false);
        }
        catch (HostException e)
        {
            lines.TryWrite(Failed(new(e.Message, e.Remedy)));
        }
        catch (OperationCanceledException)
        {
            lines.TryWrite(Failed(new("The daemon is stopping.", Stopped)));
        }
        catch (Exception e)
        {
            surface.Failed(Name, e);
            lines.TryWrite(Failed(Routes.OwnFault));
        }
        finally
        {
            lines.TryComplete();
        }
    }
}
