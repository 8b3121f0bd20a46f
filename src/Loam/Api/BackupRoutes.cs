namespace Loam.Api;

/// <summary>The routes about copies.</summary>
internal sealed class BackupRoutes(Surface surface, CancellationToken stopping)
{
    private static readonly LongWork<BackupLine> s_work = new("a backup",
        ApiJson.Default.BackupLine, fault => new("") { Error = fault },
        "Start it again, then ask for it again.");

    public IReadOnlyList<Route> Table =>
    [
        new("GET", "/v1/backups", Rights.View, ListAsync)
        {
            Says = "The copies.", Gives = ApiJson.Default.BackupsAnswer,
        },
        new("POST", "/v1/backup", Rights.Operate, BackUpAsync)
        {
            Says = "Copies now; without names, everything.", Takes = ApiJson.Default.BackupOrder,
            Gives = ApiJson.Default.BackupLine, IsStream = true,
        },
        new("POST", "/v1/drill", Rights.Operate, (call, cancel) => Run(
            call, tell => surface.Backups.DrillAsync(call.Peer.Name, tell, stopping), cancel))
        {
            Says = "Restores the newest copies aside and compares them.",
            Gives = ApiJson.Default.BackupLine, IsStream = true,
        },
        new("POST", "/v1/backup-key", Rights.Administer, KeyAsync)
        {
            Says = "The password of the copies.", Gives = ApiJson.Default.BackupKeyAnswer,
        },
        new("POST", "/v1/restore-plan", Rights.Administer, PlanAsync)
        {
            Says = "What putting back a copy would do.", Takes = ApiJson.Default.RestoreOrder,
            Gives = ApiJson.Default.RestorePlan,
        },
        new("POST", "/v1/restore", Rights.Administer, RestoreAsync)
        {
            Says = "Puts back a copy.", Takes = ApiJson.Default.RestoreOrder,
            Gives = ApiJson.Default.BackupLine, IsStream = true,
        },
    ];

    private async Task ListAsync(Call call, CancellationToken cancel) => await Routes.Answer(
        call, await surface.Backups.ListAsync(cancel).ConfigureAwait(false),
        ApiJson.Default.BackupsAnswer, cancel).ConfigureAwait(false);

    private async Task BackUpAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.BackupOrder, cancel)
            .ConfigureAwait(false);
        var names = order.Names.IsDefault ? [] : order.Names;
        names.ToList().ForEach(n => Routes.Need(n, "name"));
        surface.Backups.Check(names);
        await Run(call, tell => surface.Backups.BackUpAsync(
            names, call.Peer.Name, tell, stopping), cancel).ConfigureAwait(false);
    }

    private async Task KeyAsync(Call call, CancellationToken cancel) => await Routes.Answer(
        call, await surface.Backups.KeyAsync(call.Peer.Name, cancel).ConfigureAwait(false),
        ApiJson.Default.BackupKeyAnswer, cancel).ConfigureAwait(false);

    private async Task PlanAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.RestoreOrder, cancel)
            .ConfigureAwait(false);
        Routes.Need(order.Name, "name");
        var plan = await surface.Backups.PlanAsync(order, cancel).ConfigureAwait(false);
        await Routes.Answer(call, plan, ApiJson.Default.RestorePlan, cancel)
            .ConfigureAwait(false);
    }

    private async Task RestoreAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.RestoreOrder, cancel)
            .ConfigureAwait(false);
        Routes.Need(order.Name, "name");
        await Run(call, tell => surface.Backups.RestoreAsync(order, call.Peer.Name, tell, stopping),
            cancel).ConfigureAwait(false);
    }

    private Task Run(
        Call call, Func<Action<BackupLine>, Task> work, CancellationToken cancel) =>
        s_work.RunAsync(call, surface, work, cancel);
}
