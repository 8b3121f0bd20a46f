using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Secrets;
using Loam.Drivers.Storage;

namespace Loam.Tests.Conformance;

/// <summary>Files, loop devices and mounts of this machine, below a folder of the test's own. Loop
/// devices free themselves when what is on them is unmounted.</summary>
[NeedsLoop]
public sealed class RealStorageConformance : StorageConformance, IAsyncLifetime
{
    private TestFolder? _folder;
    private LinuxStorage? _host;

    private protected override string Root => _folder!.Path + "/volumes";
    private protected override IStorageHost Host => _host!;
    private protected override IDirectories Directories { get; } = new Directories();

    public async Task InitializeAsync()
    {
        if (new NeedsLoopAttribute().Missing() is not null)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        _folder = TestFolder.Make(TestFolder.Storage);
        Directory.CreateDirectory(Root);
        var key = SecretKey.LoadOrCreate(Path.Combine(_folder.Path, "age.key"), TimeProvider.System);
        var files = new SecretFiles(Path.Combine(_folder.Path, "secrets"));
        _host = new(new(new(key, files), files), $"loam-test-{_folder.Digits}-", Root,
            Path.Combine(_folder.Path, "keys"));
    }

    public async Task DisposeAsync()
    {
        if (_folder is not null)
        {
            await _folder.DisposeAsync();
        }
    }

    private protected override void Write(string directory, string name) =>
        File.WriteAllText(Path.Combine(directory, name), "dear");

    private protected override IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Select(f => Path.GetFileName(f)!);

    private protected override void PutMount(string target)
    {
        Directory.CreateDirectory(target);
        Run("mount", "-t", "tmpfs", "theirs", target);
    }

    private protected override string Everything() => string.Join('\n',
        Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Order()
            .Where(f => !f.EndsWith("/.images", StringComparison.Ordinal))
            .Concat(File.ReadLines("/proc/self/mounts").Where(l => l.Contains(Root))));

    [NeedingFact]
    public async Task What_is_reached_by_a_link_is_seen_where_it_is()
    {
        Directory.CreateDirectory(Root + "/disk");
        Directory.CreateSymbolicLink(Root + "/way", Root + "/disk");
        var linked = Volume() with { Path = Root + "/way/data" };
        await DoAsync(ActionKind.MakeImage, linked, 1);
        await DoAsync(ActionKind.Attach, linked);
        await DoAsync(ActionKind.Attach, linked);
        File.ReadLines("/proc/self/mounts").Count(l => l.Contains(Root + "/disk/data "))
            .ShouldBe(1);
        await DoAsync(ActionKind.Detach, linked);
        File.ReadLines("/proc/self/mounts").ShouldNotContain(l => l.Contains(Root));
    }

    [NeedingFact]
    public async Task A_restore_that_a_power_cut_ended_goes_back_when_it_is_attached()
    {
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        Write(Target, "new");
        Directory.CreateDirectory(Target + "/.loam-before");
        Write(Target + "/.loam-before", "old");
        await DoAsync(ActionKind.Detach, Volume());

        await DoAsync(ActionKind.Attach, Volume());
        Files(Target).ShouldBe(["old"]);
        await DoAsync(ActionKind.Detach, Volume());
    }

    [NeedingFact]
    public async Task An_image_is_sparse_and_its_loop_device_is_freed()
    {
        await DoAsync(ActionKind.MakeImage, Volume(1L << 30), 1);
        await DoAsync(ActionKind.Attach, Volume(1L << 30));
        var image = Volume().Mount!.Source;
        long.Parse(Run("stat", "-c", "%b", image).Trim()).ShouldBeLessThan(200_000);
        Run("losetup", "-j", image).ShouldContain("/dev/loop");
        Run("stat", "-c", "%a", image).Trim().ShouldBe("600");

        await DoAsync(ActionKind.Detach, Volume(1L << 30));
        Run("losetup", "-j", image).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task What_is_in_use_is_not_detached_and_the_error_says_how_to_find_out_by_whom()
    {
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        using (File.Create(Path.Combine(Target, Marked)))
        {
            var fault = await Should.ThrowAsync<HostException>(
                () => DoAsync(ActionKind.Detach, Volume()));
            fault.Fault.ShouldBe(Fault.Conflict);
            fault.Message.ShouldContain("is in use");
            fault.Remedy.ShouldContain("fuser");
        }
        await DoAsync(ActionKind.Detach, Volume());
    }

    [NeedingFact]
    public async Task A_directory_is_bound_read_only()
    {
        var source = Directory.CreateDirectory($"{Root}/source with a space").FullName;
        Write(source, Marked);
        var bind = Memory("") with { Mount = new(source, "bind", "ro") };

        await DoAsync(ActionKind.Attach, bind);
        Files(Target).ShouldBe([Marked]);
        Should.Throw<IOException>(() => Write(Target, "another"));
        (await SeeAsync(bind)).At(Target)!.IsOwn.ShouldBeTrue();
        await DoAsync(ActionKind.Detach, bind);
        Files(source).ShouldBe([Marked]);
    }

    [NeedingFact]
    public async Task A_type_that_the_kernel_does_not_know_is_told_before_anything_is_touched()
    {
        var strange = Memory("") with { Mount = new("/dev/none", "strangefs", "") };
        (await SeeAsync(strange)).Lacks["strangefs"].What.ShouldContain("strangefs");
        (await Should.ThrowAsync<HostException>(() => DoAsync(ActionKind.Attach, strange)))
            .Message.ShouldContain("mount");
        await DoAsync(ActionKind.Detach, strange);
        Directory.Exists(Target).ShouldBeFalse();
    }

    private static string Run(string program, params string[] arguments)
    {
        var (exit, output) = Processes.RunAsync(program, arguments).GetAwaiter().GetResult();
        exit.ShouldBe(0, output);
        return output;
    }
}

/// <summary>Needs root, loop devices and the programs that make file systems.</summary>
public sealed class NeedsLoopAttribute : NeedAttribute
{
    public override string? Missing() =>
        MissingProgram("mkfs.ext4", "resize2fs", "losetup", "mount", "umount")
        ?? (File.Exists("/dev/loop-control") ? null : "needs loop devices");
}
