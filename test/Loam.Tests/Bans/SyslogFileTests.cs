using Loam.Core.Logins;
using Loam.Drivers.Logins;

namespace Loam.Tests.Bans;

/// <summary>A log file of this host, while others write and rotate it.</summary>
public sealed class SyslogFileTests : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(30));

    private string Log => Path.Combine(_folder.Path, "auth.log");

    public async ValueTask DisposeAsync()
    {
        _stop.Dispose();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task Lines_are_read_over_rotation_and_restart_each_once()
    {
        Write(Log, "before anybody read");
        var lines = Follow(null);
        var one = Next(lines);
        Write(Log, "one");
        (await one).Text.ShouldBe("one");
        File.AppendAllText(Log, Line("two")[..20]);
        await Task.Delay(700);
        File.AppendAllText(Log, Line("two")[20..]);
        (await Next(lines)).Text.ShouldBe("two");

        // The last lines of the old file are not lost.
        Write(Log, "three");
        File.Move(Log, Log + ".1");
        Write(Log, "four");
        (await Next(lines)).Text.ShouldBe("three");
        var four = await Next(lines);
        four.Text.ShouldBe("four");
        await lines.DisposeAsync();

        Write(Log, "five");
        File.Move(Log, Log + ".1", overwrite: true);
        Write(Log, "six");
        lines = Follow(four.Position);
        (await Next(lines)).Text.ShouldBe("five");
        (await Next(lines)).Text.ShouldBe("six");

        // copytruncate
        var seven = Next(lines);
        File.WriteAllText(Log, "");
        await Task.Delay(1500);
        Write(Log, "seven");
        (await seven).Text.ShouldBe("seven");
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task Both_forms_of_time_and_only_the_programs_that_matter_are_read()
    {
        Write(Log, "begin");
        var lines = Follow(null);
        var next = Next(lines);
        File.AppendAllText(Log,
            "2030-01-01T12:00:00.5+02:00 box sshd[7]: new\n"
            + "2030-01-01T12:00:00.5+02:00 box cron[7]: not\n"
            + "garbage\n\0\xff\n"
            + "Jan  1 12:00:00 box sudo: old\n");
        var first = await next;
        (first.Program, first.Process, first.Text).ShouldBe(("sshd", 7, "new"));
        first.At.ShouldBe(new(2030, 1, 1, 10, 0, 0, 500, TimeSpan.Zero));
        var second = await Next(lines);
        (second.Program, second.Process, second.Text).ShouldBe(("sudo", 0, "old"));
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task What_stands_within_a_giant_line_is_no_line()
    {
        Write(Log, "begin");
        var lines = Follow(null);
        var next = Next(lines);
        // It is read in pieces, and at the end of one something begins that looks like a line.
        File.AppendAllText(Log, new string('x', 256 * 1024) + Line("forged"));
        Write(Log, "new");
        (await next).Text.ShouldBe("new");
        File.AppendAllText(Log, Line(new string('x', 20_000)));
        Write(Log, "last");
        (await Next(lines)).Text.ShouldBe("last");
        await lines.DisposeAsync();
    }

    private IAsyncEnumerator<HostLogLine> Follow(string? position) =>
        new SyslogFile(Log, TimeProvider.System).FollowAsync(position, _stop.Token)
            .GetAsyncEnumerator(_stop.Token);

    private static async Task<HostLogLine> Next(IAsyncEnumerator<HostLogLine> lines)
    {
        (await lines.MoveNextAsync()).ShouldBeTrue();
        return lines.Current;
    }

    private static string Line(string text) => $"2030-01-01T12:00:00+00:00 box sshd[7]: {text}\n";

    private static void Write(string path, string text) => File.AppendAllText(path, Line(text));
}
