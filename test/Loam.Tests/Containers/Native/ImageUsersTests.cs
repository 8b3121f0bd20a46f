using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Containers.Native;

public sealed class ImageUsersTests : IDisposable
{
    private readonly string _folder =
        Directory.CreateTempSubdirectory("loam-users-").FullName;

    public ImageUsersTests()
    {
        Write("low/etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/sh\n");
        Write("low/etc/group", "root:x:0:\nweb:x:34:\nlogs:x:40:web,db\nmore:x:41:web\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", 0, 0, "")]
    [InlineData("web", 33, 34, "40 41")]
    [InlineData("33", 33, 34, "40 41")]
    [InlineData("web:logs", 33, 40, "")]
    [InlineData("1000", 1000, 0, "")]
    [InlineData("1000:1001", 1000, 1001, "")]
    [InlineData(":logs", 0, 40, "")]
    public void Who_it_is(string wanted, uint user, uint group, string further)
    {
        var found = Find(wanted);
        (found.Uid, found.Gid).ShouldBe((user, group));
        string.Join(' ', found.AdditionalGids).ShouldBe(further);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("web:nobody")]
    [InlineData("-1")]
    public void Who_is_not_there_is_not_found(string wanted) =>
        Should.Throw<HostException>(() => Find(wanted)).Fault.ShouldBe(Fault.NotFound);

    [Fact]
    public void An_upper_layer_counts()
    {
        Write("high/etc/passwd", "web:x:99:99::/:/bin/sh\n");
        Find("web").Uid.ShouldBe(99u);
    }

    [Fact]
    public void Links_lead_within_the_root_only()
    {
        Write("low/nix/users", "web:x:77:77::/:/bin/sh\n");
        File.Delete(At("low/etc/passwd"));
        File.CreateSymbolicLink(At("low/etc/passwd"), "/nix/users");
        Find("web").Uid.ShouldBe(77u);

        // Out of the root there is nothing, neither by a file nor by a folder.
        File.Delete(At("low/etc/passwd"));
        Write("secret", "web:x:66:66::/:/bin/sh\n");
        File.CreateSymbolicLink(At("low/etc/passwd"), At("secret"));
        Should.Throw<HostException>(() => Find("web"));
        File.Delete(At("low/etc/passwd"));
        File.CreateSymbolicLink(At("low/etc/passwd"), "../../../../../../" + At("secret"));
        Should.Throw<HostException>(() => Find("web"));
        Directory.Delete(At("low/etc"), recursive: true);
        Write("outside/passwd", "web:x:55:55::/:/bin/sh\n");
        Directory.CreateSymbolicLink(At("low/etc"), At("outside"));
        Should.Throw<HostException>(() => Find("web"));
    }

    [Fact]
    public void A_circle_of_links_is_nothing()
    {
        File.Delete(At("low/etc/passwd"));
        File.CreateSymbolicLink(At("low/etc/passwd"), "/etc/other");
        File.CreateSymbolicLink(At("low/etc/other"), "/etc/passwd");
        Should.Throw<HostException>(() => Find("web"));
    }

    private OciUser Find(string wanted) =>
        ImageUsers.Find(wanted, new([At("high"), At("low")]), "c");

    private string At(string path) => Path.Combine(_folder, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }
}
