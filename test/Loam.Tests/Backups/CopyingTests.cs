using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Backups;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Simulation.Host;
using Loam.Tests.Files;

namespace Loam.Tests.Backups;

/// <summary>What a database keeps, copied by the real restic while the machine changes.</summary>
[NeedsRestic]
public sealed class CopyingTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly PlanningContext s_context = new(
        "11111111-2222-3333-4444-555555555555", "/nowhere");

    private readonly Scratch _scratch = new();
    private readonly SimulatedEngine _engine = new(TimeProvider.System);

    public CopyingTests()
    {
        Directory.CreateDirectory(_scratch["volumes/db"]);
        File.WriteAllText(_scratch["password"], "one");
    }

    public void Dispose() => _scratch.Dispose();

    private string Version => _scratch["volumes/db/PG_VERSION"];

    [NeedingFact]
    public async Task A_database_whose_data_are_being_exchanged_is_copied_when_they_are_there()
    {
        // As in the middle of an upgrade: nothing runs, and half of the files are there.
        File.WriteAllText(Version, "torn");
        var copy = await CopyAsync(async work =>
        {
            await File.WriteAllTextAsync(Version, "17");
            await work();
        });
        copy.App.ShouldBeNull();
        await Repository.RestoreAsync(copy, _scratch["back"], None);
        File.ReadAllText(_scratch["back/db/PG_VERSION"]).ShouldBe("17");
    }

    [NeedingFact]
    public async Task Nothing_is_copied_when_the_change_does_not_end()
    {
        File.WriteAllText(Version, "torn");
        await CopyAsync(_ => throw new HostException(Fault.Conflict, "Too many wait."))
            .ShouldThrowAsync<HostException>();
        (await Repository.ListAsync(None, all: true)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_dump_that_a_change_cuts_off_is_made_anew_after_it()
    {
        File.WriteAllText(Version, "16");
        Run("a");
        var turns = 0;
        var copy = await CopyAsync(async work =>
        {
            await work();
            if (++turns == 1)
            {
                // The change begins as soon as it may: the old version is gone.
                _engine.Kill("a", 0);
            }
        });
        turns.ShouldBe(2);
        copy.App.ShouldBeNull();
    }

    private async Task<BackupCopy> CopyAsync(Func<Func<Task>, Task> inTurn)
    {
        await Repository.OpenAsync(null, None);
        var state = State();
        var host = new BackupHost
        {
            Engine = _engine,
            Containers = new NetworkDriver(_engine, s_context.Instance),
            Context = s_context with { VolumeRoot = _scratch["volumes"] },
            Paths = InstancePaths.Below(_scratch["home"]),
            Desired = () => state,
            InTurn = (_, work, _) => inTurn(work),
        };
        return await new Copying(host).RunAsync(
            Repository, state.Backups.Of("db"), (_, _, _) => { }, None);
    }

    private void Run(string name) => _engine.AddForeign(name, running: true,
        ImmutableSortedDictionary<string, string>.Empty
            .Add(EngineLabels.Instance, s_context.Instance).Add(EngineLabels.Service, "postgres"));

    private BackupRepository Repository => new(new(_scratch["repository"], "/there",
        _scratch["password"], _scratch["cache"], ImmutableSortedDictionary<string, string>.Empty,
        []), "me");

    private static DesiredState State()
    {
        var reading = StateReader.Read(StateSet.Empty
            .With("services.yaml", """
                apiVersion: loam/v1
                kind: ServiceManifest
                spec:
                  services:
                    - name: postgres
                      image: postgres:16-alpine
                      volumes: [{source: db, target: /var/lib/postgresql/data}]
                """)
            .With("storage.yaml", """
                apiVersion: loam/v1
                kind: StorageConfig
                spec:
                  volumes: [{name: db, backup: {enabled: true}}]
                """));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }
}
