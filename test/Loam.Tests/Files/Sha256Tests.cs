using System.Security.Cryptography;
using Loam.Drivers.Files;
using Shouldly;

namespace Loam.Tests.Files;

public sealed class Sha256Tests
{
    /// <summary>Every length around the ends of the first blocks.</summary>
    [Fact]
    public void It_is_the_librarys()
    {
        for (var length = 0; length < 300; length++)
        {
            var text = new byte[length];
            new Random(length).NextBytes(text);
            Sha256.Of(text).ShouldBe(SHA256.HashData(text), $"{length} bytes");
        }
    }
}
