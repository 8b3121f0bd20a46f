using Loam.Core.Resources;
using Loam.Drivers.Linux;
using Loam.Drivers.Secrets;
using Loam.Drivers.Storage;
using Loam.Tests.Files;

namespace Loam.Tests.Storage;

/// <summary>What Loam keeps of a logical volume, with programs that only answer.</summary>
public sealed class LogicalVolumeTests : IDisposable
{
    private const string File = "/dev/media/letters";

    private static readonly DiskImage s_disk =
        new("letters", 64 << 20, true) { Group = "media" };

    private readonly Scratch _scratch = new();
    private readonly List<string> _calls = [];
    private string _says = "";

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_key_lies_with_the_state_and_is_never_taken_back()
    {
        var host = Host();
        await host.MakeImageAsync(File, s_disk, default);
        var key = _scratch["keys/media/letters.key"];
        var sealedKey = System.IO.File.ReadAllText(key);
        Directory.Exists(_scratch["volumes"]).ShouldBeFalse();

        await host.RemoveImageAsync(File, s_disk, default);
        await host.MakeImageAsync(File, s_disk, default);
        System.IO.File.ReadAllText(key).ShouldBe(sealedKey);
    }

    [Fact]
    public async Task One_that_somebody_else_has_open_is_detached_all_the_same()
    {
        _says = "  Logical volume media/films contains a filesystem in use.";
        var plain = s_disk with { Volume = "films", IsEncrypted = false };
        await Host().UnmountAsync("/srv/films", new("/dev/media/films", "ext4", "")
        {
            Disk = plain,
        }, true, default);
        _calls[^1].ShouldStartWith("lvm lvchange --activate n media/films");

        _says = "  Something else.";
        await Host().UnmountAsync(
            "/srv/films", new("/dev/media/films", "ext4", "") { Disk = plain }, true, default);
        _calls[^1].ShouldStartWith("lvm lvchange --activate n media/films");
    }

    private LinuxStorage Host()
    {
        var vault = SecretKey.LoadOrCreate(_scratch["age.key"], TimeProvider.System);
        var files = new SecretFiles(_scratch["secrets"]);
        return new(new(new(vault, files), files), "loam-test-", _scratch["volumes"],
            _scratch["keys"], (program, arguments, _, _, _) =>
            {
                _calls.Add($"{program} {string.Join(' ', arguments)}");
                return Task.FromResult((program, arguments[0]) switch
                {
                    ("cryptsetup", "status") => new CommandResult(4, ""),
                    ("lvm", "fullreport") => new CommandResult(0, """
                        {"report": [{
                          "vg": [{"vg_name":"media", "vg_uuid":"u", "vg_extent_size":"4194304",
                            "vg_free_count":"9", "vg_tags":"", "vg_missing_pv_count":"0"}],
                          "pv": [], "lv": [{"lv_name":"films", "lv_size":"4194304"}]
                        }]}
                        """),
                    ("lvm", "lvchange") => new CommandResult(5, _says),
                    _ => new CommandResult(0, ""),
                });
            });
    }
}
