using System.Net;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers;

namespace Loam.Tests.Containers;

public sealed class EngineErrorsTests
{
    [Theory]
    [InlineData(404, "No such container: x", Fault.NotFound)]
    [InlineData(409, "name in use", Fault.Conflict)]
    [InlineData(403, "nope", Fault.Denied)]
    [InlineData(403, "network x has active endpoints", Fault.Conflict)]
    [InlineData(500, "write /a: no space left on device", Fault.Exhausted)]
    [InlineData(500, "could not find an available, non-overlapping IPv4 address pool",
        Fault.Exhausted)]
    [InlineData(500, "dial tcp: lookup registry-1.docker.io: no such host", Fault.Unavailable)]
    [InlineData(500, "net/http: TLS handshake timeout", Fault.Timeout)]
    [InlineData(500, "manifest unknown", Fault.NotFound)]
    [InlineData(404, "pull access denied for x, repository does not exist", Fault.Denied)]
    [InlineData(500, "OCI runtime create failed: something odd", Fault.Unsupported)]
    [InlineData(501, "not built in", Fault.Unsupported)]
    [InlineData(503, "starting", Fault.Unavailable)]
    public void Every_refusal_has_its_fault(int status, string message, Fault fault) =>
        Of(status, $$"""{"message":"{{message}}"}""").Fault.ShouldBe(fault);

    [Theory]
    [InlineData("driver failed programming external connectivity on endpoint web (8a14): Bind "
        + "for 0.0.0.0:80 failed: port is already allocated", "80")]
    [InlineData("cannot listen on the TCP port: listen tcp4 :80: bind: address already in use",
        "80")]
    [InlineData("cannot listen on the TCP port: listen tcp4 127.0.0.1:80: bind: address already "
        + "in use", "127.0.0.1:80")]
    public void A_taken_port_is_said_in_few_words(string message, string port) =>
        Of(500, $$"""{"message":"{{message}}"}""").Message
            .ShouldBe($"Container web: port {port} is taken on this host.");

    [Theory]
    [InlineData("")]
    [InlineData("<html>gateway</html>")]
    [InlineData("{\"cause\":\"broken\"}")]
    [InlineData("{}")]
    public void What_an_engine_answers_is_a_sentence_whatever_it_is(string body)
    {
        var message = Of(500, body).Message;
        message.ShouldStartWith("Container web: ");
        message.ShouldEndWith(".");
    }

    [Fact]
    public void A_long_message_is_cut_off() =>
        Of(500, new string('x', 100_000)).Message.Length.ShouldBeLessThan(700);

    [Fact]
    public void Values_of_the_environment_are_blanked_out()
    {
        var error = Of(400, """{"message":"bad variable: PASSWORD=hunter22 in a"}""");
        EngineErrors.Without(error, ["hunter22", "a"]).Message
            .ShouldBe("Container web: bad variable: PASSWORD=••• in a.");
    }

    private static HostException Of(int status, string body) =>
        EngineErrors.Of((HttpStatusCode)status, Encoding.UTF8.GetBytes(body), "container web");
}
