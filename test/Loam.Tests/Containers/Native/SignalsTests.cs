using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Containers.Native;

public sealed class SignalsTests
{
    [Theory]
    [InlineData("SIGQUIT", 3)]
    [InlineData("quit", 3)]
    [InlineData("SIGTERM", 15)]
    [InlineData("9", 9)]
    [InlineData("SIGWINCH", 28)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("SIGSYS", 31)]
    [InlineData("SIGRTMIN", 34)]
    [InlineData("SIGRTMIN+30", 64)]
    [InlineData("SIGRTMIN+31", 15)]
    [InlineData("SIGRTMIN-40", 15)]
    [InlineData("SIGRTMIN+2147483647", 15)]
    [InlineData("SIGNOTHING", 15)]
    [InlineData("0", 15)]
    [InlineData("99", 15)]
    [InlineData("", 15)]
    [InlineData(null, 15)]
    public void By_name(string? text, int number) => Signals.Of(text).ShouldBe(number);
}
