using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Containers.Native;

public sealed class OciSpecsTests
{
    private static readonly string s_id = new('a', 64);
    private static readonly OciUser s_root = new(0, 0, []);
    private static readonly OciHost s_host = new(IsUnified: false, SealsTrees: true, Score: 0);

    private static readonly OciImageConfig s_image = new(new()
    {
        Env = ["PATH=/own", "A=image", "EMPTY"],
        Entrypoint = ["/entry"],
        Cmd = ["serve"],
        WorkingDir = "/srv",
    }, null);

    [Fact]
    public void What_the_image_says_holds_until_the_container_says_otherwise()
    {
        var spec = Make(s => s);
        spec.Process.Args.ShouldBe(["/entry", "serve"]);
        spec.Process.Env.ShouldBe(["PATH=/own", "A=mine", "EMPTY=", "B=2"], ignoreOrder: true);
        spec.Process.Cwd.ShouldBe("/srv");
        Make(s => s with { Command = ["other"], WorkDir = "/w" }).Process
            .ShouldSatisfyAllConditions(
                p => p.Args.ShouldBe(["/entry", "other"]), p => p.Cwd.ShouldBe("/w"));
        Make(s => s with { Entrypoint = ["/mine"] }).Process.Args.ShouldBe(["/mine"]);
        Should.Throw<HostException>(() => Make(s => s, new(null, null))).Fault
            .ShouldBe(Fault.Unsupported);
    }

    [Fact]
    public void Nobody_but_root_has_capabilities_and_nobody_can_gain_any()
    {
        var root = Make(s => s).Process;
        root.NoNewPrivileges.ShouldBeTrue();
        root.Capabilities!.Effective.ShouldBe(root.Capabilities.Bounding);
        root.Capabilities.Bounding.ShouldBe(
        [
            "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_NET_BIND_SERVICE",
            "CAP_SETGID", "CAP_SETUID",
        ]);
        var other = Make(s => s, user: new(1000, 1000, [])).Process.Capabilities!;
        other.Effective.ShouldBeEmpty();
        other.Permitted.ShouldBeEmpty();
        other.Bounding.Length.ShouldBe(7);
    }

    [Fact]
    public void Calls_are_opened_by_the_capability_that_they_are_for()
    {
        Allowed(Make(s => s)).ShouldNotContain("mount");
        Allowed(Make(s => s)).ShouldContain("openat2");
        Allowed(Make(s => s)).ShouldNotContain("add_key");
        Make(s => s).Linux.Seccomp!.Syscalls.ShouldContain(
            c => c.Names.Contains("clone3") && c.ErrnoRet == 38);
        Allowed(Make(s => s with { CapAdd = ["SYS_ADMIN"] })).ShouldContain("mount");
        Make(s => s with { Privileged = true }).Linux.Seccomp.ShouldBeNull();
    }

    [Fact]
    public void Limits_are_written_and_lifted()
    {
        var made = Make(s => s with { Limits = new(500, 1 << 20, 7) }).Linux.Resources!;
        made.Cpu.ShouldBe(new(50_000, 100_000));
        made.Memory.ShouldBe(new(1 << 20, 1 << 20));
        made.Pids.ShouldBe(new(7));
        var none = Make(s => s with { Limits = new(null, null, null) }).Linux.Resources!;
        none.Cpu.ShouldBeNull();
        none.Memory.ShouldBeNull();
        none.Pids.ShouldBe(new(Limits.ContainerPids));
        OciSpecs.Resources(new(null, null, null), lift: true).Memory!.Limit
            .ShouldBe(ContainerRequest.AllMemory);
    }

    [Fact]
    public void A_mount_of_the_containers_own_takes_the_place_of_ours()
    {
        var container = Container(s => s with { ReadOnly = true }) with
        {
            Mounts = [new("/srv", "/data/b", true), new("/srv/tmp", "/tmp/", false),
                new("/srv/a", "/data", false), new("/etc/passwd", "/data/names", true)],
        };
        var mounts = OciSpecs.Of(container, s_id, s_image, s_root, "/folder", s_host).Mounts;
        mounts.Where(m => m.Destination.TrimEnd('/') == "/tmp").ShouldHaveSingleItem().Source
            .ShouldBe("/srv/tmp");
        mounts.ShouldContain(m => m.Destination == "/run" && m.Type == "tmpfs");
        mounts.ShouldContain(m => m.Source == "/folder/hosts" && m.Destination == "/etc/hosts");
        mounts.Where(m => m.Source.StartsWith("/srv")).Select(m => m.Destination)
            .ShouldBe(["/data", "/data/b", "/tmp/"]);
        mounts.Single(m => m.Destination == "/data/names").Options
            .ShouldBe(["rbind", "rprivate", "ro"], "nothing can be mounted below a file");
        mounts.Single(m => m.Destination == "/data/b").Options
            .ShouldBe(["rbind", "rprivate", "ro", "rro"]);
        OciSpecs.Of(container, s_id, s_image, s_root, "/folder", s_host with
        {
            SealsTrees = false,
        }).Mounts.Single(m => m.Destination == "/data/b").Options
            .ShouldBe(["rbind", "rprivate", "ro"]);
    }

    [Fact]
    public void A_container_has_what_the_host_can_give()
    {
        var spec = Make(s => s, host: new(true, true, 300));
        spec.Linux.Namespaces.ShouldContain(new OciNamespace("cgroup"));
        spec.Process.OomScoreAdj.ShouldBe(300);
        Make(s => s).Linux.Namespaces.ShouldNotContain(n => n.Type == "cgroup");
        Make(s => s).Process.OomScoreAdj.ShouldBe(0, "the daemon's protection is its own");
    }

    [Theory]
    [InlineData("crun version 1.8.1\ncommit: f8a\nspec: 1.0.0", "1.8.1")]
    [InlineData("crun version 1.21\n", "1.21")]
    [InlineData("crun version 0.17-dirty\n", "0.17")]
    [InlineData("something else", "0.0")]
    public void Cruns_version_is_read(string said, string version) =>
        OciHost.CrunOf(said).ShouldBe(Version.Parse(version));

    [Fact]
    public void It_is_the_same_when_it_was_stored()
    {
        var spec = OciSpecs.In(Make(s => s with { Devices = ["/dev/null:/dev/none:r"] }), "/ns");
        var again = OciSpecs.Read(OciSpecs.Write(spec));
        OciSpecs.Write(again).ShouldBe(OciSpecs.Write(spec));
        again.Linux.Namespaces.Single(n => n.Type == "network").Path.ShouldBe("/ns");
        again.Linux.Devices!.ShouldHaveSingleItem().Path.ShouldBe("/dev/none");
        again.Linux.Resources!.Devices!.ShouldContain(
            new OciDeviceRule(true, "r", "c", 1, 3));
    }

    private static IEnumerable<string> Allowed(OciSpec spec) => spec.Linux.Seccomp!.Syscalls
        .Where(c => c.Action == "SCMP_ACT_ALLOW").SelectMany(c => c.Names);

    private static OciSpec Make(Func<ContainerSpec, ContainerSpec> change,
        OciImageConfig? image = null, OciUser? user = null, OciHost? host = null) =>
        OciSpecs.Of(Container(change), s_id, image ?? s_image, user ?? s_root, "/folder",
            host ?? s_host);

    private static EngineContainer Container(Func<ContainerSpec, ContainerSpec> change) => new(
        change(new()
        {
            Name = "c", Service = "web", Revision = "r", Index = 0, ImageReference = "i",
            ImageDigest = "d", ImageIsLocalId = true, Limits = new(null, null, null),
        }),
        ImmutableSortedDictionary<string, string>.Empty.Add("A", "mine").Add("B", "2"), [],
        ImmutableSortedDictionary<string, string>.Empty);
}
