using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Drivers.Backups;

namespace Loam.Tests.Backups;

public sealed class ResticErrorsTests
{
    private static readonly ResticPlace s_place = new(
        "/mnt/usb", "/mnt/usb", "", "", ImmutableSortedDictionary<string, string>.Empty, []);

    /// <summary>Names of packs and blobs are hexadecimal: they hold every three digits.</summary>
    [Theory]
    [InlineData("403")]
    [InlineData("401")]
    public void A_damaged_pack_is_damaged_whatever_it_is_called(string digits)
    {
        var said = $"error loading blob f2{digits}b9: LoadBlob(data/8c{digits}02) invalid data "
            + "returned\nFatal: There were 1 errors";
        ResticErrors.Of("The restore", s_place, said).Fault.ShouldBe(Fault.Conflict);
    }

    [Fact]
    public void What_a_fault_led_to_is_not_told_in_its_place()
    {
        const string said = """
            ignoring error for /site/page: ciphertext verification failed
            ignoring error for /site/page: UtimesNano: no such file or directory
            Fatal: There were 2 errors
            """;
        ResticErrors.Of("The restore", s_place, said).Message
            .ShouldContain("ciphertext verification failed");
    }

    [Theory]
    [InlineData("Fatal: unable to open config file: unexpected HTTP response (403): 403 Forbidden")]
    [InlineData("Fatal: create repository at s3:x failed: client.BucketExists: Access Denied.")]
    [InlineData("subprocess ssh: deploy@nas: Permission denied (publickey).")]
    [InlineData("Fatal: unable to open repo: open /mnt/usb/config: permission denied")]
    public void A_refusal_is_told_as_one(string said) =>
        ResticErrors.Of("The backup", s_place, said).Fault.ShouldBe(Fault.Denied);
}
