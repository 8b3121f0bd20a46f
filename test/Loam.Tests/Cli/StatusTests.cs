using Loam.Cli;
using Loam.Cli.Views;
using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

public sealed class StatusTests
{
    private static readonly MachineStatus Busy = new("den", "0.1.0", "Docker 20.10", 3,
        "set up a web server", FakeMachine.Noon, "add redis", "After a crash: all is well.",
        [
            new("nginx", "nginx:1.27-alpine", ServiceHealth.Healthy, "HTTP 200", 1, 1,
                [new(80, 8080, "tcp", "0.0.0.0")], FakeMachine.Noon, 0, null, 12_345_678,
                67_108_864, 0.31),
            new("redis", "redis:7-alpine", ServiceHealth.Unhealthy, "connection refused", 0, 1,
                [new(6379, null, "tcp", "0.0.0.0")], null, 3, "start service redis", null, null,
                null),
        ],
        ["services.yaml"],
        [new(Codes.UnknownField, Severity.Error, new("services.yaml", 14, 9, 14, 15),
            "Service web has no field 'imagee'.", "Write image.")],
        ["start service redis"]);

    [Fact]
    public void A_status_says_what_wants_attention() => Golden.Check("status", StatusView.Of(
        Busy, FakeMachine.Noon.AddHours(3), new(80, false, true, true)));

    [Fact]
    public void In_the_shell_it_is_one_line() =>
        StatusView.Summary(Busy).Text.ShouldBe(
            "den · generation 3 · 2 services, 1 healthy · 5 alerts: `status` says more");

    [Fact]
    public void What_waits_for_a_decision_is_in_the_line_too() =>
        StatusView.Summary(Busy with { Proposals = 1 }).Text.ShouldContain(
            " · 1 proposal: `proposals` says more · 5 alerts");
}
