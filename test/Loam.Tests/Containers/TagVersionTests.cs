using Loam.Core.Observing;

namespace Loam.Tests.Containers;

public sealed class TagVersionTests
{
    private static readonly string[] s_tags =
    [
        "latest", "1.26", "1.27", "1.27-alpine", "1.28-alpine", "1.100-alpine", "2.0", "2.1-alpine",
        "1.27.3", "1.27.10", "1.27rc1", "1.29-beta.1", "v3.1.0", "v3.2.0", "3.9.0", "16", "17",
        "1.", "1..2", "1.99999999999999999999",
    ];

    [Theory]
    [InlineData("1.26", "1.27")]
    [InlineData("1.27", null)]
    [InlineData("1.27-alpine", "1.100-alpine")]
    [InlineData("1.27.3", "1.27.10")]
    [InlineData("v3.1.0", "v3.2.0")]
    [InlineData("16", null)]
    [InlineData("latest", null)]
    [InlineData("", null)]
    [InlineData("1.29-beta.1", null)]
    public void A_newer_version_is_of_the_same_major_and_form(string tag, string? newer) =>
        TagVersions.Newer(tag, s_tags).ShouldBe(newer);
}
