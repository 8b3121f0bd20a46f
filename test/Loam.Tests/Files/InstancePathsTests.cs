using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Tests.Files;

public sealed class InstancePathsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    [Fact]
    public void A_clone_keeps_everything_below_its_home_but_sockets()
    {
        var paths = InstancePaths.Below("/srv/clone/.loam/");

        paths.StateDir.ShouldBe("/srv/clone/.loam/state");
        paths.DataDir.ShouldBe("/srv/clone/.loam/data");
        // printf %s /srv/clone/.loam | sha256sum | head -c12
        paths.RunDir.ShouldBe("/run/loam-2bb04c968730");
        paths.Socket.ShouldBe(paths.RunDir + "/loam.sock");
        InstancePaths.Below("/srv/clone/.loam").ShouldBe(paths);
    }

    [Fact]
    public void Without_a_home_the_paths_are_those_of_a_machine()
    {
        var paths = InstancePaths.From(null);

        paths.StateDir.ShouldBe("/etc/loam.d");
        paths.JournalFile.ShouldBe("/var/lib/loam/journal");
        paths.Socket.ShouldBe("/run/loam/loam.sock");
    }

    [Fact]
    public void A_deep_home_still_gives_a_socket_path_the_kernel_takes()
    {
        var paths = InstancePaths.Below("/" + string.Join('/', Enumerable.Repeat("deep", 60)));

        paths.Socket.Length.ShouldBeLessThan(108);
    }

    [Fact]
    public void Prepare_makes_the_data_private_and_the_state_readable()
    {
        var paths = _scratch.Paths;

        paths.Prepare();
        paths.Prepare();

        Mode(paths.DataDir).ShouldBe("700");
        Mode(paths.VolumeRoot).ShouldBe("700");
        Mode(paths.StateDir).ShouldBe("755");
        Mode(paths.RunDir).ShouldBe("755");
    }

    [Fact]
    public void Prepare_closes_a_data_directory_that_others_could_enter()
    {
        Directory.CreateDirectory(_scratch.Paths.DataDir);
        File.SetUnixFileMode(_scratch.Paths.DataDir, (UnixFileMode)0x1ff);

        _scratch.Paths.Prepare();

        Mode(_scratch.Paths.DataDir).ShouldBe("700");
    }

    [Fact]
    public void A_data_directory_reached_by_a_link_is_refused()
    {
        Directory.CreateDirectory(_scratch["elsewhere"]);
        Directory.CreateSymbolicLink(_scratch.Paths.DataDir, _scratch["elsewhere"]);

        Should.Throw<HostException>(_scratch.Paths.Prepare).Fault.ShouldBe(Fault.Conflict);
    }

    [Fact]
    public void A_file_in_the_place_of_a_directory_is_named()
    {
        File.WriteAllText(_scratch.Paths.StateDir, "");

        var e = Should.Throw<HostException>(_scratch.Paths.Prepare);

        e.Message.ShouldBe($"{_scratch.Paths.StateDir} is a file; Loam needs a directory there.");
    }

    [Fact]
    public void The_identity_is_made_once_and_kept()
    {
        _scratch.Paths.Prepare();

        _scratch.Paths.ReadInstanceId().ShouldBeNull();
        var first = _scratch.Paths.EnsureInstanceId();

        first.Length.ShouldBe(36);
        _scratch.Paths.EnsureInstanceId().ShouldBe(first);
        _scratch.Paths.ReadInstanceId().ShouldBe(first);
    }

    [Fact]
    public void A_damaged_identity_is_not_replaced_by_a_new_one()
    {
        _scratch.Paths.Prepare();
        File.WriteAllText(_scratch.Paths.InstanceFile, "not a uuid\n");

        Should.Throw<HostException>(() => _scratch.Paths.EnsureInstanceId())
            .Fault.ShouldBe(Fault.Conflict);
    }

    [Fact]
    public void A_second_daemon_is_told_who_holds_the_data()
    {
        _scratch.Paths.Prepare();
        using (InstanceLock.Take(_scratch.Paths))
        {
            var e = Should.Throw<HostException>(() => InstanceLock.Take(_scratch.Paths));

            e.Fault.ShouldBe(Fault.Conflict);
            e.Message.ShouldContain($"process {Environment.ProcessId} (");
        }
        InstanceLock.Take(_scratch.Paths).Dispose();
    }

    public void Dispose() => _scratch.Dispose();

    private static string Mode(string path) =>
        Convert.ToString((int)File.GetUnixFileMode(path), 8);

    [Fact]
    public void What_is_reached_by_a_link_is_the_same()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["disk/data/volumes/a"]);
        Directory.CreateSymbolicLink(scratch["data"], "disk/./data");
        Directory.CreateSymbolicLink(scratch["round"], scratch["round"]);
        var paths = scratch.Paths;
        paths.IsOwn(scratch["disk/data/age.key"]).ShouldBeTrue();
        paths.IsOwn(scratch["disk"]).ShouldBeTrue();
        paths.IsOwn(scratch["disk/data/volumes/a"]).ShouldBeFalse();
        paths.VolumePlace.ShouldBe(scratch["disk/data/volumes"]);
        RealPath.Of(scratch["data/../nowhere/b"]).ShouldBe(scratch["disk/nowhere/b"]);
        RealPath.Of(scratch["round/x"]).ShouldBe(scratch["round/x"]);
    }
}
