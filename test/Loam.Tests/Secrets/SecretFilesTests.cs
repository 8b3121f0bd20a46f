using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Secrets;
using Loam.Tests.Files;

namespace Loam.Tests.Secrets;

public sealed class SecretFilesTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly SecretFiles _files;

    public SecretFilesTests()
    {
        _scratch.Paths.Prepare();
        _files = new(_scratch.Paths.SecretsMount);
    }

    private string Mount => _scratch.Paths.SecretsMount;

    [Fact]
    public void The_mount_is_a_private_tmpfs_and_mounting_twice_is_once()
    {
        _files.Mount();
        _files.Mount();

        var mounts = File.ReadLines("/proc/self/mountinfo")
            .Where(l => l.Contains($" {Mount} ", StringComparison.Ordinal)).ToList();
        mounts.Count.ShouldBe(1);
        mounts[0].ShouldContain(" - tmpfs ");
        mounts[0].ShouldContain("nosuid,nodev,noexec");
        File.GetUnixFileMode(Mount).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_secret_is_a_file_its_container_can_read()
    {
        _files.Mount();

        var path = _files.Write("loam-1a2b-db-0123456789", "db_password", "s3cret");

        path.ShouldBe($"{Mount}/loam-1a2b-db-0123456789/db_password");
        File.ReadAllText(path).ShouldBe("s3cret");
        Convert.ToString((int)File.GetUnixFileMode(path), 8).ShouldBe("444");
    }

    [Fact]
    public void Writing_the_same_again_keeps_the_file_that_may_be_mounted()
    {
        _files.Mount();
        var path = _files.Write("web", "token", "one");
        var first = Libc.Stat(path)!.Value.Inode;

        _files.Write("web", "token", "one");

        Libc.Stat(path)!.Value.Inode.ShouldBe(first);
        _files.Write("web", "token", "two");
        File.ReadAllText(path).ShouldBe("two");
    }

    [Fact]
    public void The_vault_mounts_places_and_discards()
    {
        var key = SecretKey.LoadOrCreate(_scratch["age.key"], TimeProvider.System);
        var vault = new SecretVault(key, _files);

        vault.Place("web", [], _ => "never").ShouldBeEmpty();
        Directory.Exists(Mount).ShouldBeFalse();
        var mounts = vault.Place("web", [new("token", "/run/secrets/token")], n => $"value of {n}");

        mounts.ShouldBe([new($"{Mount}/web/token", "/run/secrets/token", true)]);
        File.ReadAllText(mounts[0].HostPath).ShouldBe("value of token");
        vault.Discard("web");
        vault.Discard("web");
        File.Exists(mounts[0].HostPath).ShouldBeFalse();
    }

    [Fact]
    public void Removing_takes_one_containers_files_and_may_be_repeated()
    {
        _files.Mount();
        _files.Write("web", "token", "one");
        _files.Write("db", "password", "two");

        _files.Remove("web");
        _files.Remove("web");

        _files.Containers().ShouldBe(["db"]);
    }

    [Fact]
    public void Unmounting_takes_everything_and_may_be_repeated()
    {
        _files.Mount();
        _files.Write("web", "token", "one");

        _files.Unmount();
        _files.Unmount();

        Directory.Exists(Mount).ShouldBeFalse();
        _files.Containers().ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_written_to_a_disk()
    {
        Directory.CreateDirectory(Mount);

        Should.Throw<HostException>(() => _files.Write("web", "token", "one"))
            .Fault.ShouldBe(Fault.Conflict);
        Directory.GetFileSystemEntries(Mount).ShouldBeEmpty();
    }

    [Fact]
    public void A_directory_with_something_in_it_is_not_mounted_over()
    {
        Directory.CreateDirectory(Path.Combine(Mount, "something"));

        Should.Throw<HostException>(_files.Mount).Fault.ShouldBe(Fault.Conflict);
    }

    [Theory]
    [InlineData("../data")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    public void A_name_that_leaves_the_mount_is_our_own_fault(string name)
    {
        _files.Mount();

        Should.Throw<InvariantException>(() => _files.Write(name, "token", "x"));
        Should.Throw<InvariantException>(() => _files.Write("web", name, "x"));
        Should.Throw<InvariantException>(() => _files.Remove(name));
    }

    public void Dispose()
    {
        _files.Unmount();
        _scratch.Dispose();
    }
}
