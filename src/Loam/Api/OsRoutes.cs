using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>The routes about the operating system.</summary>
internal sealed class OsRoutes(Surface surface, CancellationToken stopping)
{
    private static readonly LongWork<OsLine> s_update = new("an update of the operating system",
        ApiJson.Default.OsLine, fault => new("") { Error = fault },
        "Start it again, then ask for it again. The slot in use was not touched.");

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

    private async Task ApplyAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.OsOrder, cancel).ConfigureAwait(false);
        Routes.Need(order.Digest!, "digest");
        var slots = Slots;
        await s_update.RunAsync(call, surface, tell => slots.ApplyAsync(
            order, call.Peer.Name, tell, stopping), cancel).ConfigureAwait(false);
    }
}
