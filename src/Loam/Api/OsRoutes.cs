using System.Threading.Channels;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>The routes about the operating system.</summary>
internal sealed class OsRoutes(Surface surface, CancellationToken stopping)
{
    private const int LinesInFlight = 256;

    private ISlots Slots => surface.Slots ?? throw new HostException(Fault.Unsupported,
        "This machine was not started from a disk with slots, so there is nothing to update.",
        "`loam os install DISK`, on a machine that was started from the ISO, makes such a disk.");

    public IReadOnlyList<Route> Table =>
    [
        new("GET", "/v1/os", Rights.View, StatusAsync)
        {
            Says = "The slots of the operating system; none where it is another's.",
            Gives = ApiJson.Default.OsStatus,
        },
        new("POST", "/v1/os-plan", Rights.Administer, PlanAsync)
        {
            Says = "What an update of the operating system, or the way back, would do.",
            Takes = ApiJson.Default.OsOrder, Gives = ApiJson.Default.OsPlan,
        },
        new("POST", "/v1/os-apply", Rights.Administer, ApplyAsync)
        {
            Says = "Does what such a plan said, and starts the machine again.",
            Takes = ApiJson.Default.OsOrder, Gives = ApiJson.Default.OsLine, IsStream = true,
        },
    ];

    private Task StatusAsync(Call call, CancellationToken cancel) => Routes.Answer(
        call, surface.Slots?.Status ?? new([]), ApiJson.Default.OsStatus, cancel);

    private async Task PlanAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.OsOrder, cancel).ConfigureAwait(false);
        var plan = await Slots.PlanAsync(order, cancel).ConfigureAwait(false);
        await Routes.Answer(call, plan, ApiJson.Default.OsPlan, cancel).ConfigureAwait(false);
    }

    /// <summary>The work belongs to the machine: it goes on when the client leaves.</summary>
    private async Task ApplyAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.OsOrder, cancel).ConfigureAwait(false);
        Routes.Need(order.Digest!, "digest");
        var slots = Slots;
        var lines = Channel.CreateBounded<OsLine>(new BoundedChannelOptions(LinesInFlight)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        _ = RunAsync(slots, order, call.Peer.Name, lines.Writer);
        await Routes.Stream(call, lines.Reader.ReadAllAsync(cancel), ApiJson.Default.OsLine,
            cancel).ConfigureAwait(false);
    }

    private async Task RunAsync(
        ISlots slots, OsOrder order, string who, ChannelWriter<OsLine> lines)
    {
        try
        {
            await slots.ApplyAsync(order, who, line => lines.TryWrite(line), stopping)
                .ConfigureAwait(false);
        }
        catch (HostException e)
        {
            lines.TryWrite(new("") { Error = new(e.Message, e.Remedy) });
        }
        catch (OperationCanceledException)
        {
            lines.TryWrite(new("") { Error = new("The daemon is stopping.",
                "Start it again, then ask for it again. The slot in use was not touched.") });
        }
        catch (Exception e)
        {
            surface.Failed("an update of the operating system", e);
            lines.TryWrite(new("") { Error = Routes.OwnFault });
        }
        finally
        {
            lines.TryComplete();
        }
    }
}
