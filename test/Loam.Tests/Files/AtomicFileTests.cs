using System.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly Scratch _scratch = new();

    [Fact]
    public void A_new_file_has_the_mode_asked_for_whatever_the_umask()
    {
        AtomicFile.Write(_scratch["new"], "text"u8, 0x1b6);

        File.ReadAllText(_scratch["new"]).ShouldBe("text");
        File.GetUnixFileMode(_scratch["new"]).ShouldBe((UnixFileMode)0x1b6);
    }

    [Fact]
    public void A_file_that_was_there_keeps_mode_and_owner()
    {
        File.WriteAllText(_scratch["old"], "old");
        File.SetUnixFileMode(_scratch["old"], UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        Run("chown", "1234:4321", _scratch["old"]);

        AtomicFile.Write(_scratch["old"], "new"u8, 0x1a4);

        File.ReadAllText(_scratch["old"]).ShouldBe("new");
        File.GetUnixFileMode(_scratch["old"])
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        Run("stat", "-c", "%u:%g", _scratch["old"]).ShouldBe("1234:4321\n");
    }

    [Fact]
    public void A_link_is_replaced_and_what_it_pointed_to_is_untouched()
    {
        File.WriteAllText(_scratch["victim"], "precious");
        File.CreateSymbolicLink(_scratch["link"], _scratch["victim"]);

        AtomicFile.Write(_scratch["link"], "mine"u8, 0x1a4);

        File.ReadAllText(_scratch["victim"]).ShouldBe("precious");
        new FileInfo(_scratch["link"]).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_left_behind_when_writing_fails()
    {
        Directory.CreateDirectory(_scratch["taken"]);

        Should.Throw<HostException>(
            () => AtomicFile.Write(_scratch["taken"], "x"u8, 0x1a4));

        Directory.GetFileSystemEntries(_scratch.Root).ShouldBe([_scratch["taken"]]);
    }

    [Fact]
    public void A_full_disk_is_said_and_the_old_file_stays()
    {
        Directory.CreateDirectory(_scratch["small"]);
        Run("mount", "-t", "tmpfs", "-o", "size=64k", "loam-test", _scratch["small"]);
        try
        {
            var path = Path.Combine(_scratch["small"], "file");
            AtomicFile.Write(path, "old"u8, 0x1a4);

            var e = Should.Throw<HostException>(
                () => AtomicFile.Write(path, new byte[256 * 1024], 0x1a4));

            e.Fault.ShouldBe(Fault.Exhausted);
            e.Remedy.ShouldNotBeEmpty();
            File.ReadAllText(path).ShouldBe("old");
            Directory.GetFiles(_scratch["small"]).ShouldBe([path]);
        }
        finally
        {
            Run("umount", _scratch["small"]);
        }
    }

    [Fact]
    public void An_absent_file_reads_as_null() =>
        AtomicFile.Read(_scratch["nothing"], 10).ShouldBeNull();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    public void Files_up_to_the_bound_are_read(int size)
    {
        File.WriteAllBytes(_scratch["file"], new byte[size]);

        AtomicFile.Read(_scratch["file"], 10)!.Length.ShouldBe(size);
    }

    [Fact]
    public void What_is_not_a_plain_small_file_is_refused_without_waiting()
    {
        File.WriteAllBytes(_scratch["large"], new byte[11]);
        Directory.CreateDirectory(_scratch["directory"]);
        File.CreateSymbolicLink(_scratch["link"], _scratch["large"]);
        Run("mkfifo", _scratch["pipe"]);

        Refused("large").ShouldContain("more than 10 bytes");
        Refused("directory").ShouldContain("is a directory");
        Refused("link").ShouldContain("is a symbolic link");
        Refused("pipe").ShouldContain("is a pipe");
        Should.Throw<HostException>(() => AtomicFile.Read("/dev/zero", 10))
            .Message.ShouldContain("is a device");
    }

    public void Dispose() => _scratch.Dispose();

    private string Refused(string name)
    {
        var e = Should.Throw<HostException>(() => AtomicFile.Read(_scratch[name], 10));
        e.Fault.ShouldBe(Fault.Unsupported);
        e.Remedy.ShouldNotBeEmpty();
        return e.Message;
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output;
    }
}
