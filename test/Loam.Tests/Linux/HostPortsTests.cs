using System.Net;
using System.Net.Sockets;
using Loam.Drivers.Linux;

namespace Loam.Tests.Linux;

public sealed class HostPortsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loam-test-").FullName;

    public HostPortsTests()
    {
        // 127.0.0.1:8080 listens, 0.0.0.0:81 is a connection; [::]:80 listens; udp 53.
        Write("net/tcp", """
            head
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1
             1: 00000000:0051 0100007F:0050 01 00000000:00000000 00:00000000 00000000 0 0 778 1
            """);
        Write("net/tcp6", """
            head
             0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 779 1
            """);
        Write("net/udp", """
            head
             0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 780 2
            """);
        Write("812/comm", "nginx\n");
        Directory.CreateDirectory(Path.Combine(_root, "812/fd"));
        File.CreateSymbolicLink(Path.Combine(_root, "812/fd/3"), "socket:[779]");
        File.CreateSymbolicLink(Path.Combine(_root, "812/fd/4"), "/dev/null");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Listeners_are_named_with_their_process()
    {
        var ports = new HostPorts(_root);
        ports.Taken(new HashSet<int> { 80, 81, 53, 8080, 9999 }).ShouldBe(
        [
            new(53, "udp", "0.0.0.0", null),
            new(80, "tcp", "::", "nginx (process 812)"),
            new(8080, "tcp", "127.0.0.1", null),
        ]);
        ports.Taken(new HashSet<int>()).ShouldBeEmpty();
    }

    [Fact]
    public void The_next_free_port_skips_those_taken()
    {
        var ports = new HostPorts(_root);
        ports.NextFree(79, "tcp").ShouldBe(79);
        ports.NextFree(80, "tcp").ShouldBe(81);
        ports.NextFree(53, "udp").ShouldBe(54);
        ports.NextFree(65535, "tcp").ShouldBe(65535);
        ports.NextFree(65536, "tcp").ShouldBeNull();
    }

    [Fact]
    public void This_very_process_is_seen_on_this_host()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var found = HostPorts.OfThisHost.Taken(new HashSet<int> { port })
            .ShouldHaveSingleItem();
        found.Address.ShouldBe("127.0.0.1");
        found.Owner.ShouldNotBeNull().ShouldEndWith($"(process {Environment.ProcessId})");
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
