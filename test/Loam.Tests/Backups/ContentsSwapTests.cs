using Loam.Core.Reconciling;
using Loam.Drivers.Backups;
using Loam.Tests.Files;

namespace Loam.Tests.Backups;

/// <summary>What is in a directory is exchanged, with a crash in each moment.</summary>
public sealed class ContentsSwapTests : IDisposable
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute;

    private readonly Scratch _scratch = new();
    private readonly ContentsSwap _swap;

    public ContentsSwapTests()
    {
        Make("volume", "old", "a", "both", ".hidden");
        _swap = new(Volume);
    }

    private string Volume => _scratch["volume"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_was_there_comes_back_until_it_is_let_go()
    {
        _swap.Put(Prepare());
        Says().ShouldBe("b=new both=new");
        File.GetUnixFileMode(Volume).ShouldBe(OnlyOwner);
        _swap.Back().ShouldBeTrue();
        ShouldBeAsBefore();
        _swap.Back().ShouldBeFalse("there is nothing to put back");

        _swap.Put(Prepare());
        _swap.Keep();
        _swap.Back().ShouldBeFalse();
        Says().ShouldBe("b=new both=new");
        Directory.EnumerateFileSystemEntries(Volume).Count().ShouldBe(2);
    }

    [Fact]
    public void A_crash_while_the_old_goes_out_loses_nothing()
    {
        Make("volume/.loam-leaving", "old");
        Move("a", ".loam-leaving/a");
        Prepare();
        _swap.Back().ShouldBeTrue();
        ShouldBeAsBefore();
    }

    [Fact]
    public void A_crash_while_the_new_comes_in_or_the_old_comes_back_loses_nothing()
    {
        var fresh = Prepare();
        Make("volume/.loam-before", "old");
        foreach (var name in (string[])["a", "both", ".hidden"])
        {
            Move(name, $".loam-before/{name}");
        }
        File.Move(Path.Combine(fresh, "both"), Path.Combine(Volume, "both"));
        _swap.Back().ShouldBeTrue();
        ShouldBeAsBefore();

        // The new is out again, and half of the old in its place.
        Make("volume/.loam-leaving", "old");
        Move("both", ".loam-leaving/both");
        Make("volume/.loam-restore", "new", "both");
        _swap.Back().ShouldBeTrue();
        ShouldBeAsBefore();
    }

    [Fact]
    public void What_may_go_stays_gone_after_a_crash()
    {
        Make("volume/.loam-old", "older", "a");
        Directory.CreateSymbolicLink(Path.Combine(Volume, ".loam-old/out"), _scratch["elsewhere"]);
        Make("elsewhere", "kept", "a");
        _swap.Back().ShouldBeFalse();
        ShouldBeAsBefore();
        File.ReadAllText(_scratch["elsewhere/a"]).ShouldBe("kept");
    }

    [Fact]
    public void What_is_not_there_changes_nothing()
    {
        Should.Throw<HostException>(() => _swap.Put(_scratch["nowhere"]));
        ShouldBeAsBefore();
    }

    private void ShouldBeAsBefore()
    {
        Says().ShouldBe(".hidden=old a=old both=old");
        Directory.EnumerateFileSystemEntries(Volume).Count().ShouldBe(3);
        File.GetUnixFileMode(Volume).ShouldNotBe(OnlyOwner);
    }

    private string Says() => string.Join(' ', Directory.EnumerateFiles(Volume)
        .Order(StringComparer.Ordinal)
        .Select(f => $"{Path.GetFileName(f)}={File.ReadAllText(f)}"));

    private string Prepare()
    {
        Make("volume/.loam-restore/volume", "new", "b", "both");
        var fresh = Path.Combine(_swap.Staging, "volume");
        File.SetUnixFileMode(fresh, OnlyOwner);
        return fresh;
    }

    private void Move(string from, string to) =>
        File.Move(Path.Combine(Volume, from), Path.Combine(Volume, to));

    private void Make(string directory, string content, params string[] files)
    {
        Directory.CreateDirectory(_scratch[directory]);
        foreach (var file in files)
        {
            File.WriteAllText(_scratch[$"{directory}/{file}"], content);
        }
    }
}
