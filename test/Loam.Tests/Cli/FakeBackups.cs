using Loam.Api;
using Loam.Core.Backups;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

/// <summary>Copies without a repository: what a test puts here is what there is.</summary>
internal sealed class FakeBackups : IBackups
{
    public BackupsAnswer Answer { get; set; } = new("/backups", [], []);
    public List<BackupLine> Lines { get; } = [];
    public RestorePlan? Plan { get; set; }
    public List<string> Asked { get; } = [];

    public Task<BackupsAnswer> ListAsync(CancellationToken cancel) => Task.FromResult(Answer);

    public void Check(IReadOnlyList<string> names)
    {
        if (names.Contains("nothing"))
        {
            throw new HostException(Fault.NotFound, "There is no volume or service nothing.");
        }
    }

    public Task BackUpAsync(IReadOnlyList<string> names, string who, Action<BackupLine> tell,
        CancellationToken stop) => Say($"backup {string.Join(' ', names)}", tell);

    public Task DrillAsync(string who, Action<BackupLine> tell, CancellationToken stop) =>
        Say("drill", tell);

    public Task<RestorePlan> PlanAsync(RestoreOrder order, CancellationToken cancel) =>
        Task.FromResult(Plan ?? throw new HostException(
            Fault.NotFound, $"There is no copy of {order.Name}."));

    public Task RestoreAsync(RestoreOrder order, string who, Action<BackupLine> tell,
        CancellationToken stop) => Say($"restore {order.Name} {order.At} {order.To}", tell);

    public Task<BackupKeyAnswer> KeyAsync(string who, CancellationToken cancel) =>
        Task.FromResult(new BackupKeyAnswer(Answer.Where, "abcd-efgh"));

    private Task Say(string what, Action<BackupLine> tell)
    {
        Asked.Add(what.Trim());
        Lines.ForEach(tell);
        return Task.CompletedTask;
    }
}
