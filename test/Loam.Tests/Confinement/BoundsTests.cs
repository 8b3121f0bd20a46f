using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Tests.Files;

namespace Loam.Tests.Confinement;

/// <summary>What a confined program may use in all, and keep.</summary>
public sealed class BoundsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>A folder that looks like the kernel's second version.</summary>
    [Fact]
    public void Of_the_second_version_the_controllers_are_passed_on_first()
    {
        var root = Second("cpu memory pids", "cpu");
        Directory.CreateDirectory(Path.Combine(root, "loam", "mind-1"));
        File.WriteAllText(Path.Combine(root, "loam", "cgroup.subtree_control"), "memory pids\n");
        File.WriteAllText(Path.Combine(root, "loam", "mind-1", "memory.swap.max"), "max");
        ControlGroup.Hindrance(root).ShouldBeNull();
        var group = ControlGroup.Make("mind-1", 512 << 20, 256, root).ShouldNotBeNull();
        File.ReadAllText(Path.Combine(root, "cgroup.subtree_control")).ShouldBe("+memory +pids");
        var folder = group.Folders.ShouldHaveSingleItem();
        folder.ShouldBe(Path.Combine(root, "loam", "mind-1"));
        (Read(folder, "memory.max"), Read(folder, "pids.max"), Read(folder, "memory.swap.max"))
            .ShouldBe(("536870912", "256", "0"));
        File.Exists(Path.Combine(folder, "memory.oom.group")).ShouldBeFalse();
        ControlGroup.Enter(group.Folders);
        Read(folder, "cgroup.procs").ShouldBe("0");
    }

    [Fact]
    public void Where_there_can_be_none_it_is_said_why()
    {
        ControlGroup.Hindrance(Second("cpu pids", "")).ShouldBe("the controller memory is off");
        var inside = Second("memory pids", "");
        File.WriteAllText(Path.Combine(inside, "cgroup.type"), "domain");
        ControlGroup.Hindrance(inside)!.ShouldContain("container");
        ControlGroup.Hindrance(_scratch["nothing"])!.ShouldContain("no control group");
        ControlGroup.Make("mind-1", 1, 1, _scratch["nothing"]).ShouldBeNull();
    }

    [Fact]
    public void Of_the_first_version_each_controller_has_a_folder()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(_scratch[$"v1/{controller}"]);
            File.WriteAllText(_scratch[$"v1/{controller}/cgroup.procs"], "");
        }
        ControlGroup.Hindrance(_scratch["v1"]).ShouldBeNull();
        var group = ControlGroup.Make("web-1", 1 << 20, 7, _scratch["v1"]).ShouldNotBeNull();
        (Read(group.Folders[0], "memory.limit_in_bytes"), Read(group.Folders[1], "pids.max"))
            .ShouldBe(("1048576", "7"));
    }

    [Fact]
    public void What_a_program_keeps_is_bounded_and_what_is_known_stays()
    {
        var home = _scratch["home"];
        Directory.CreateDirectory(Path.Combine(home, "deep", "er"));
        void Write(string name, int bytes) =>
            File.WriteAllBytes(Path.Combine(home, name), new byte[bytes]);
        Write("sessions.db", 1000);
        Write("deep/er/much", 5000);
        // What is outside is neither counted nor taken away.
        File.WriteAllBytes(_scratch["outside"], new byte[9000]);
        File.CreateSymbolicLink(Path.Combine(home, "link"), _scratch["outside"]);
        Directory.CreateSymbolicLink(Path.Combine(home, "links"), _scratch.Root);
        OwnSpace.Fault(home, 6000, 10).ShouldBeNull();
        OwnSpace.Prune(home, 6000, 10, n => n == "sessions.db");
        File.Exists(Path.Combine(home, "deep", "er", "much")).ShouldBeTrue();

        OwnSpace.Fault(home, 5999, 10).ShouldBe($"{home} holds more than 0 MiB.");
        OwnSpace.Fault(home, 6000, 2)!.ShouldContain("more than 2 files");
        // So deep that what lies there could be hidden.
        Directory.CreateDirectory(Path.Combine(home, "a", "b", "c", "d", "e"));
        OwnSpace.Fault(home, 6000, 100)!.ShouldContain("folders in one another");
        OwnSpace.Prune(home, 5999, 10, n => n == "sessions.db");
        Directory.GetFileSystemEntries(home).Select(Path.GetFileName).ShouldBe(["sessions.db"]);
        new FileInfo(_scratch["outside"]).Length.ShouldBe(9000);
        Should.Throw<HostException>(() => OwnSpace.Prune(home, 999, 10, n => n == "sessions.db"))
            .Fault.ShouldBe(Fault.Exhausted);
    }

    /// <summary>Whoever writes there may put a file in a folder's place while it is counted.
    /// </summary>
    [Fact]
    public void What_is_no_folder_any_more_has_nothing_in_it()
    {
        File.WriteAllText(_scratch["home"], "much");
        OwnSpace.Fault(_scratch["home"], 1, 1).ShouldBeNull();
        OwnSpace.Fault(_scratch["gone"], 1, 1).ShouldBeNull();
    }

    [Fact]
    public async Task Where_it_is_too_much_or_nobody_can_look_it_ends()
    {
        using var full = new CancellationTokenSource();
        (await ConfinedProcess.UntilFullAsync(() => "It is too much.", TimeSpan.Zero, full))
            .ShouldBe("It is too much.");
        using var unseen = new CancellationTokenSource();
        await Should.ThrowAsync<IOException>(() => ConfinedProcess.UntilFullAsync(
            () => throw new IOException("It cannot be read."), TimeSpan.Zero, unseen));
        (full.IsCancellationRequested, unseen.IsCancellationRequested).ShouldBe((true, true));
    }

    private string Second(string controllers, string passed)
    {
        var root = _scratch[Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(root, "cgroup.controllers"), controllers + "\n");
        File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), passed + "\n");
        File.WriteAllText(Path.Combine(root, "cgroup.procs"), "1\n");
        return root;
    }

    private static string Read(string folder, string file) =>
        File.ReadAllText(Path.Combine(folder, file));
}

/// <summary>A control group of this machine.</summary>
[NeedsUnshare]
public sealed class SharedMemoryTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>Memory that is shared with others is no program's own, and counts here all the
    /// same: a shared segment of 256 MiB where 64 may be.</summary>
    [NeedingFact]
    public async Task Shared_memory_is_bounded()
    {
        const string take = """
            my $id = shmget(0, 256 << 20, 0600 | 01000) // die "none: $!\n"; $| = 1;
            for my $at (0 .. 255) { shmwrite($id, 'x' x (1 << 20), $at << 20, 1 << 20)
              or last; print "$at\n"; }
            """;
        var user = ConfinedUser.Mind.Of(Guid.NewGuid().ToString());
        var (doors, home) = (_scratch["doors"], _scratch["home"]);
        ConfinedFolders.Prepare(doors, home, user);
        if (ControlGroup.Make($"test-{user}", 64 << 20, 64) is not { } group)
        {
            ControlGroup.Hindrance().ShouldNotBeNull();
            return;
        }
        try
        {
            var taken = await Processes.RunAsync(Path.Combine(AppContext.BaseDirectory, "loam"),
            [
                ConfinedProcess.Verb, "--user", $"{user}", "--doors", doors, "--own", home,
                "--memory", $"{512 << 20}", .. group.Folders.SelectMany(f => (string[])
                    ["--group", f]), "--", "/usr/bin/perl", "-e", take,
            ]);
            var last = taken.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            int.Parse(last).ShouldBeInRange(1, 64, taken.Output);
        }
        finally
        {
            group.Remove();
        }
    }
}
