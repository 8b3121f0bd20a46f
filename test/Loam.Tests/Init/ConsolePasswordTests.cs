using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Tests.Files;

namespace Loam.Tests.Init;

public sealed class ConsolePasswordTests
{
    [Fact]
    public void Only_what_was_set_opens()
    {
        using var scratch = new Scratch();
        var file = scratch["console-password"];
        var password = new ConsolePassword(file);
        password.IsSet.ShouldBeFalse();
        password.Matches("").ShouldBeFalse();
        password.Set("hush");
        password.IsSet.ShouldBeTrue();
        password.Matches("hush").ShouldBeTrue();
        password.Matches("Hush").ShouldBeFalse();
        password.Matches("").ShouldBeFalse();
        File.ReadAllText(file).ShouldNotContain("hush");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        password.Set("");
        password.IsSet.ShouldBeFalse();
    }

    [Fact]
    public void One_that_is_damaged_opens_to_nobody_and_is_said()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["console-password"], "{");
        var password = new ConsolePassword(scratch["console-password"]);
        password.IsSet.ShouldBeTrue();
        Should.Throw<HostException>(() => password.Matches("x")).Message.ShouldContain("damaged");
    }
}
