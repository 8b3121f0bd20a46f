using Loam.Core.Resources;
using Loam.Drivers.Sandboxes;

namespace Loam.Tests.Jobs;

/// <summary>What no sandbox is given.</summary>
public sealed class SandboxAccessTests
{
    [Theory]
    [InlineData("read:/home", "in a home lie keys")]
    [InlineData("write:/home/anna", "in a home lie keys")]
    [InlineData("read:/home/anna/.ssh/known_hosts", "passwords and keys")]
    [InlineData("read:/srv/git/.aws", "passwords and keys")]
    [InlineData("write:/home/anna/.config", "its owner's login runs")]
    [InlineData("read:/home/anna/.config", null)]
    [InlineData("write:/home/anna/photos", null)]
    [InlineData("write:/srv/photos", null)]
    public void Homes_and_keys_are_not_given(string access, string? why)
    {
        var said = SandboxAccess.Parse(access)!.Refusal();
        if (why is null)
        {
            said.ShouldBeNull();
        }
        else
        {
            said.ShouldNotBeNull().ShouldContain(why);
        }
    }

    [Theory]
    [InlineData("/srv/people", "/srv/people/anna")]
    [InlineData("/srv/people/anna", "/srv/people/anna")]
    [InlineData("/srv/people/anna/photos", null)]
    [InlineData("/var/www", null)]
    public void Homes_are_found_wherever_they_are(string path, string? home) =>
        Homes.Within(path,
        [
            "root:x:0:0:root:/root:/bin/bash", "www-data:x:33:33::/var/www:/usr/sbin/nologin",
            "anna:x:1000:1000::/srv/people/anna:/bin/bash", "broken",
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
        ]).ShouldBe(home);
}
