using Loam.Core.Observing;
using Loam.Drivers.Containers;

namespace Loam.Tests.Containers;

/// <summary>What an engine says of a container.</summary>
public sealed class ContainerReadingTests
{
    [Theory]
    [InlineData("exited", ContainerState.Exited, 7)]
    [InlineData("restarting", ContainerState.Restarting, 7)]
    [InlineData("running", ContainerState.Running, null)]
    [InlineData("created", ContainerState.Created, null)]
    public void What_has_ended_has_a_code_also_while_it_is_started_again(
        string status, ContainerState state, int? code)
    {
        var read = ContainerReading.Of(new("id", "/web", null, 3, new(status, 7, null, 0), null,
            null, null));
        (read.State, read.ExitCode).ShouldBe((state, code));
    }
}
