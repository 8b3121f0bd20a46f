using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

public sealed class StateReaderTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("home")]
    [InlineData("small")]
    public void Examples_are_read_without_errors(string name)
    {
        var reading = StateReader.Read(Examples.Read(name));
        reading.Findings.Where(f => f.IsError).ShouldBeEmpty();
        reading.State.ShouldNotBeNull();
    }

    [Fact]
    public void Nothing_at_all_is_a_state_that_manages_nothing()
    {
        var reading = StateReader.Read(StateSet.Empty);
        reading.Findings.ShouldBeEmpty();
        reading.State!.Resources.ShouldBeEmpty();
        reading.State.ManagesServices.ShouldBeFalse();
    }

    [Fact]
    public void A_service_is_typed_with_its_defaults()
    {
        var web = StateReader.Read(Examples.Read("shop")).State!.Services["web"];
        web.Image.Name.ShouldBe("docker.io/library/nginx:1.27");
        web.Ports.ShouldBe([new Port(80, 80, "tcp", "0.0.0.0"),
            new Port(443, 443, "tcp", "0.0.0.0")]);
        web.Limits.ShouldBe(new ResourceLimits(500, 128L << 20, null));
        web.Replicas.ShouldBe(1);
        web.Probe.Kind.ShouldBe(ProbeKind.Http);
        web.Probe.Path.ShouldBe("/health");
        web.Probe.Interval.ShouldBe(TimeSpan.FromSeconds(10));
        web.Probe.Timeout.ShouldBe(TimeSpan.FromSeconds(10));
        web.Probe.Synthesised.ShouldBeFalse();
        web.Volumes.ShouldBe([new VolumeUse("site", "/usr/share/nginx/html", true)]);
    }
}
