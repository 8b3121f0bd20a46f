using Loam.Drivers.Containers;
using Loam.Drivers.Metrics;

namespace Loam.Tests.Metrics;

public sealed class ContainerMetricsTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly string _root = Directory.CreateTempSubdirectory("loam-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("docker/" + Id)]
    [InlineData("system.slice/docker-" + Id + ".scope")]
    [InlineData("libpod_parent/libpod-" + Id)]
    [InlineData("machine.slice/libpod-" + Id + ".scope")]
    public void Version_two_is_read_wherever_engines_put_it(string group)
    {
        WriteSecond($"groups/{group}");
        Read(2).ShouldBe(new(TimeSpan.FromSeconds(1.5), 60, 1000, 7));
    }

    [Fact]
    public void Another_place_is_found_by_a_process_of_the_container()
    {
        WriteSecond($"groups/my.slice/docker-{Id}.scope");
        Write("proc/812/cgroup", $"0::/my.slice/docker-{Id}.scope/init\n");
        Write("proc/1/cgroup", "0::/init.scope\n");
        Write("proc/uptime", "1 1\n");
        Read(2)!.Memory.ShouldBe(60);
    }

    [Fact]
    public void Version_one_is_read_from_its_hierarchies()
    {
        Write("proc/1/cgroup", "3:pids:/\n");
        Write($"groups/memory/docker/{Id}/memory.usage_in_bytes", "100\n");
        Write($"groups/memory/docker/{Id}/memory.limit_in_bytes", "9223372036854771712\n");
        Write($"groups/memory/docker/{Id}/memory.stat", "cache 50\ntotal_inactive_file 40\n");
        Write($"groups/cpuacct/docker/{Id}/cpuacct.usage", "1500000000\n");
        Read(1).ShouldBe(new(TimeSpan.FromSeconds(1.5), 60, null, null));

        Write($"groups/pids/docker/{Id}/pids.current", "7\n");
        Read(1)!.Pids.ShouldBe(7);
    }

    [Fact]
    public void What_does_not_run_or_is_half_gone_has_no_figures()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc"));
        Read(2).ShouldBeNull();
        Read(1).ShouldBeNull();
        Write($"groups/docker/{Id}/memory.current", "100\n");
        Read(2).ShouldBeNull();
    }

    private ContainerUsage? Read(int version) =>
        new ContainerMetrics(Path.Combine(_root, "groups"), Path.Combine(_root, "proc"))
            .Read(Id, new(EngineBrand.Docker, "20", "/s", version, "/d"));

    private void WriteSecond(string group)
    {
        Write($"{group}/memory.current", "100\n");
        Write($"{group}/memory.max", "1000\n");
        Write($"{group}/memory.stat", "inactive_file_x 1\ninactive_file 40\n");
        Write($"{group}/cpu.stat", "usage_usec 1500000\nuser_usec 1\n");
        Write($"{group}/pids.current", "7\n");
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
