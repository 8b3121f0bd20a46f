using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Simulation.Running;

namespace Loam.Tests.Storage;

/// <summary><c>loam adopt /PATH</c>, on a whole simulated machine.</summary>
public sealed class MountAdoptionTests
{
    private const string Place = "/srv/media";

    private readonly World _world = new(1);

    public MountAdoptionTests() => Live(async () =>
    {
        await _world.Machine.StartAsync(default);
        await _world.Storage.MountAsync(Place, new("/dev/sdb1", "ext4", ""), default);
    });

    private Machine Machine => _world.Machine;

    [Fact]
    public void What_is_mounted_is_declared_and_stays_as_it_is()
    {
        _world.Fstab = "# by hand\nUUID=0a1b\t/srv/media\text4\tdefaults,noatime,nofail\t0 2\n";
        var (plan, result) = Adopt(Place + "/");
        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("take over the mount at /srv/media");
        step.Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.AdoptMount);
        step.Notes.ShouldContain("ext4 UUID=0a1b (noatime)");
        step.Notes.ShouldContain(n => n.StartsWith("is mounted there already: nothing is touched"));
        result.Status.ShouldBe(ApplyStatus.Applied, result.Error);
        Machine.Desired.Mounts[Place].ShouldBe(
            new Mount(Place, "UUID=0a1b", "ext4", "noatime", null));
        Live(async () => (await Machine.DriftAsync(default)).ShouldBeEmpty());
    }

    [Fact]
    public void Without_a_word_of_anybody_it_is_as_the_kernel_has_it()
    {
        Adopt(Place).Result.Status.ShouldBe(ApplyStatus.Applied);
        Machine.Desired.Mounts[Place].ShouldBe(new Mount(Place, "/dev/sdb1", "ext4", "", null));
        // It is Loam's: asked again, there is nothing to do.
        Adopt(Place).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void One_that_is_declared_already_is_taken_over_too()
    {
        Live(async () =>
        {
            await _world.Storage.UnmountAsync(Place, new("/dev/sdb1", "ext4", ""), true, default);
            await DoAsync(new(ChangeKind.Files, "declare it")
            {
                Texts = ImmutableSortedDictionary<string, string>.Empty.Add("storage.yaml",
                    "apiVersion: loam/v1\nkind: StorageConfig\nspec:\n  mounts:\n"
                    + "    - {source: /dev/sdb1, target: /srv/media, type: ext4}\n"),
            });
            await _world.Storage.UnmountAsync(Place, new("/dev/sdb1", "ext4", ""), true, default);
            await _world.Storage.MountAsync(Place, new("/dev/sdc1", "ext4", ""), default);
        });
        Adopt(Place).Result.Status.ShouldBe(ApplyStatus.Applied);
        Live(async () => (await Machine.DriftAsync(default)).ShouldBeEmpty());
    }

    [Theory]
    [InlineData("/srv/other", null, "Nothing is mounted at /srv/other.")]
    [InlineData(Place, "//nas/x /srv/media cifs username=a,password=b 0 0", "has a password")]
    public void What_cannot_be_taken_over_is_said(string path, string? fstab, string said)
    {
        _world.Fstab = fstab;
        string? fault = null;
        Live(async () =>
        {
            try
            {
                await Machine.PlanAsync(Wish(path), default);
            }
            catch (HostException error)
            {
                fault = error.Message;
            }
        });
        fault.ShouldNotBeNull().ShouldContain(said);
    }

    private static ChangeRequest Wish(string path) =>
        new(ChangeKind.Adopt, $"adopt {path}") { Names = [path] };

    private (Plan Plan, ApplyResult Result) Adopt(string path)
    {
        (Plan, ApplyResult)? done = null;
        Live(async () => done = await DoAsync(Wish(path)));
        return done!.Value;
    }

    private async Task<(Plan, ApplyResult)> DoAsync(ChangeRequest request)
    {
        var change = await Machine.PlanAsync(request, default);
        change.CanApply.ShouldBeTrue(string.Join('\n', change.Findings));
        var now = _world.Time.GetUtcNow();
        var result = await Machine.ApplyAsync(change, new("anna", Approval.Typed, now,
            now.AddHours(1), change.Plan!.Digest, change.Plan.Restricted), _ => { }, default);
        return (change.Plan, result);
    }

    private void Live(Func<Task> work) =>
        _world.Time.Run(work, () => false, TimeSpan.FromHours(4)).ShouldBeTrue();
}
