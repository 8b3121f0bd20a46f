using Loam.Drivers.Backups;
using Loam.Tests.Files;

namespace Loam.Tests.Backups;

/// <summary>Directories that are exchanged, with a crash after each move.</summary>
public sealed class PuttingBackTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string Path => _scratch["volume"];
    private string Content => File.ReadAllText(System.IO.Path.Combine(Path, "what"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_was_there_comes_back_until_it_is_let_go()
    {
        var swap = new DirectorySwap(Path);
        Make(Path, "old");
        swap.Put(Make(swap.Staging, "new"));
        Content.ShouldBe("new");
        // As at the next start.
        new DirectorySwap(Path).Back().ShouldBeTrue();
        Content.ShouldBe("old");
        new DirectorySwap(Path).Back().ShouldBeFalse("there is nothing to put back");

        swap.Put(Make(swap.Staging, "newer"));
        swap.Keep();
        new DirectorySwap(Path).Back().ShouldBeFalse();
        Content.ShouldBe("newer");
        Directory.EnumerateFileSystemEntries(_scratch.Root).ShouldBe([Path]);
    }

    [Fact]
    public void A_crash_between_the_two_moves_loses_nothing()
    {
        var swap = new DirectorySwap(Path);
        Make(Path, "old");
        Directory.Move(Path, _scratch[".volume.loam-before"]);
        swap.Back().ShouldBeTrue();
        Content.ShouldBe("old");
    }

    [Fact]
    public void A_directory_that_was_gone_is_made()
    {
        var swap = new DirectorySwap(Path);
        swap.Put(Make(swap.Staging, "new"));
        swap.Keep();
        Content.ShouldBe("new");
    }

    [Fact]
    public void What_cannot_be_put_in_place_changes_nothing()
    {
        var swap = new DirectorySwap(Path);
        Make(Path, "old");
        Should.Throw<Core.Reconciling.HostException>(() => swap.Put(_scratch["nowhere"]));
        Content.ShouldBe("old");
    }

    [Theory]
    [InlineData("ABCD EFGH jkmn pqrs tuvw xyz2", "abcd-efgh-jkmn-pqrs-tuvw-xyz2")]
    [InlineData("abcdefghjkmnpqrstuvwxyz2\n", "abcd-efgh-jkmn-pqrs-tuvw-xyz2")]
    [InlineData(" my own Password ", "my own Password")]
    public void A_password_is_read_from_paper(string typed, string meant) =>
        BackupKey.Typed(typed).ShouldBe(meant);

    [Fact]
    public void A_password_is_made_once()
    {
        var made = BackupKey.LoadOrCreate(_scratch["key"]);
        made.Length.ShouldBe(29);
        BackupKey.LoadOrCreate(_scratch["key"]).ShouldBe(made);
        File.GetUnixFileMode(_scratch["key"])
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string Make(string directory, string content)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(System.IO.Path.Combine(directory, "what"), content);
        return directory;
    }
}
