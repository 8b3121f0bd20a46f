using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Drivers.Backups;
using Loam.Tests.Files;

namespace Loam.Tests.Backups;

/// <summary>The real restic on a repository in a directory.</summary>
[NeedsRestic]
public sealed class RepositoryTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Action<long, long?> s_quiet = (_, _) => { };

    private readonly Scratch _scratch = new();

    public RepositoryTests()
    {
        Directory.CreateDirectory(_scratch["data/deep"]);
        File.WriteAllText(_scratch["data/deep/file"], "as it was");
        File.WriteAllText(_scratch["password"], "one");
        File.WriteAllText(_scratch["other"], "two");
    }

    public void Dispose() => _scratch.Dispose();

    [NeedingFact]
    public async Task What_is_copied_comes_back_and_only_own_copies_are_seen()
    {
        var mine = Repository("me");
        var identity = await mine.OpenAsync(null, None);
        (await mine.OpenAsync(identity, None)).ShouldBe(identity);
        var made = (await mine.CopyAsync(new("volume/a", null), _scratch["data"], s_quiet, None))
            .Copy;
        made.IsWhole.ShouldBeTrue();
        made.Files.ShouldBe(1);
        (await Repository("you").ListAsync(None)).ShouldBeEmpty();
        (await Repository("you").ListAsync(None, all: true)).ShouldHaveSingleItem();

        await mine.RestoreAsync(made, _scratch["back"], None);
        File.ReadAllText(_scratch["back/data/deep/file"]).ShouldBe("as it was");
        (await mine.EntriesAsync(made, None)).Select(e => e.Path)
            .ShouldBe(["/data", "/data/deep", "/data/deep/file"]);

        await mine.ForgetAsync([made], None);
        (await mine.ListAsync(None)).ShouldBeEmpty();
        await mine.CheckAsync(None);
    }

    [NeedingFact]
    public async Task A_stream_that_breaks_leaves_no_copy_and_no_lock()
    {
        var repository = Repository("me");
        await repository.OpenAsync(null, None);
        var label = new CopyLabel("volume/db", "postgres");
        await Should.ThrowAsync<HostException>(() => repository.CopyStreamAsync(label, "db.dump",
            async (stream, cancel) =>
            {
                await stream.WriteAsync("half of it"u8.ToArray(), cancel);
                throw new HostException(Fault.Unavailable, "The dump broke off.");
            }, None));
        (await repository.ListAsync(None, all: true)).ShouldBeEmpty();

        var whole = await repository.CopyStreamAsync(label, "db.dump", async (stream, cancel) =>
            await stream.WriteAsync("all of it"u8.ToArray(), cancel), None);
        var read = new MemoryStream();
        await repository.ReadAsync(
            whole.Copy, "/db.dump", (stream, cancel) => stream.CopyToAsync(read, cancel), None);
        System.Text.Encoding.UTF8.GetString(read.ToArray()).ShouldBe("all of it");
        whole.Copy.App.ShouldBe("postgres");
    }

    [NeedingFact]
    public async Task A_copy_that_was_cut_off_is_not_whole()
    {
        var repository = Repository("me");
        await repository.OpenAsync(null, None);
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => repository.CopyStreamAsync(
            new("volume/a", null), "a", async (stream, cancel) =>
            {
                await stream.WriteAsync(new byte[1000], cancel);
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancel);
            }, stop.Token));
        (await repository.ListAsync(None, all: true)).ShouldBeEmpty();
        // Its lock is gone or found to be stale: the next one begins at once.
        await repository.CopyAsync(new("volume/a", null), _scratch["data"], s_quiet, None);
        await repository.CheckAsync(None);
    }

    [NeedingFact]
    public async Task What_stands_in_the_way_is_said()
    {
        var repository = Repository("me");
        await repository.OpenAsync(null, None);
        (await Repository("me", "other").OpenAsync(null, None).ShouldThrowAsync<HostException>())
            .ShouldSatisfyAllConditions(
                f => f.Fault.ShouldBe(Fault.Denied), f => f.Message.ShouldContain("password"));
        Directory.Delete(_scratch["repository"], recursive: true);
        (await repository.OpenAsync("known", None).ShouldThrowAsync<HostException>())
            .Message.ShouldContain("is gone");
        (await new BackupRepository(Place("password") with
        {
            Repository = "rest:http://127.0.0.1:1/",
        }, "me").OpenAsync(null, None).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.Unavailable);
    }

    private BackupRepository Repository(string instance, string password = "password") =>
        new(Place(password), instance);

    private ResticPlace Place(string password) => new(_scratch["repository"], "/there",
        _scratch[password], _scratch["cache"], ImmutableSortedDictionary<string, string>.Empty, []);
}

/// <summary>Needs restic.</summary>
public sealed class NeedsResticAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("restic");
}
