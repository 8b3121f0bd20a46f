using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Simulation.Host;

namespace Loam.Tests.Containers;

public sealed class ProberTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Prober _prober =
        new(new SimulatedEngine(TimeProvider.System), TimeProvider.System);

    public ProberTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null, true, "GET /x y answered 200")]
    [InlineData("HTTP/1.0 302 Found\r\n\r\n", null, true, "GET /x y answered 302")]
    [InlineData("HTTP/1.1 503 Nope\r\n\r\n", null, false, "GET /x y answered 503")]
    [InlineData("HTTP/1.1 404 No\r\n\r\n", 404, true, "GET /x y answered 404")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 204, false, "GET /x y answered 200 instead of 204")]
    [InlineData("SSH-2.0-OpenSSH\r\n", null, false, "port PORT does not speak HTTP")]
    [InlineData("HTTP/1.1 200", null, false, "port PORT does not speak HTTP")]
    public async Task The_status_line_decides(
        string answer, int? expect, bool healthy, string detail)
    {
        var request = AnswerAsync(answer);
        var result = await _prober.ProbeAsync(
            Running("127.0.0.1"), Http(Port) with { Expect = expect }, None);
        result.ShouldBe(new(healthy, detail.Replace("PORT", $"{Port}")));
        (await request).ShouldStartWith("GET /x%20y HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for_longer_than_told()
    {
        var result = await _prober.ProbeAsync(
            Running("127.0.0.1"),
            Http(Port) with { Timeout = TimeSpan.FromMilliseconds(100) }, None);
        result.ShouldBe(new(false, $"port {Port} did not answer within 0.1 s"));
    }

    [Fact]
    public async Task A_server_that_never_ends_its_line_is_bounded()
    {
        var request = AnswerAsync(new string('x', 100_000));
        var result = await _prober.ProbeAsync(Running("127.0.0.1"), Http(Port), None);
        result.ShouldBe(new(false, $"port {Port} does not speak HTTP"));
        await request;
    }

    [Fact]
    public async Task Nobody_there_is_a_refusal()
    {
        var port = Port;
        _server.Stop();
        (await _prober.ProbeAsync(Running("127.0.0.1"), Http(port), None))
            .ShouldBe(new(false, $"port {port} refuses the connection"));
    }

    [Fact]
    public async Task What_does_not_run_is_not_asked()
    {
        (await _prober.ProbeAsync(
                Running(null) with { State = ContainerState.Exited, ExitCode = 3 },
                Http(Port), None))
            .ShouldBe(new(false, "the container is not running: it ended with code 3"));
        (await _prober.ProbeAsync(Running(null), Http(Port), None))
            .ShouldBe(new(false, "the container has no address"));
    }

    [Fact]
    public async Task Without_a_probe_running_for_a_while_is_health()
    {
        var settle = Http(Port) with { Kind = ProbeKind.Settle };
        var now = DateTimeOffset.UtcNow;
        (await _prober.ProbeAsync(Running(null) with { StartedAt = now }, settle, None))
            .Healthy.ShouldBeFalse();
        (await _prober.ProbeAsync(
                Running(null) with { StartedAt = now - TimeSpan.FromHours(1) }, settle, None))
            .Healthy.ShouldBeTrue();
    }

    private async Task<string> AnswerAsync(string answer)
    {
        using var client = await _server.AcceptSocketAsync();
        var buffer = new byte[4096];
        var read = await client.ReceiveAsync(buffer);
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(answer));
        }
        catch (SocketException)
        {
            // The prober has read enough and left.
        }
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    private static Probe Http(int port) => new(
        ProbeKind.Http, port, "/x y", null, [], TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(20), 3, TimeSpan.Zero, Synthesised: false);

    private static ObservedContainer Running(string? address) => new(
        new string('a', 64), "loam-1-web-ab", "web", "ab", 0, 1, false, ContainerState.Running,
        null, 0, DateTimeOffset.UtcNow, address,
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, new(null, null, null),
        RestartPolicy.Always, "sha256:1", []);
}
