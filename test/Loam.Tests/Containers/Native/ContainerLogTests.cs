using System.Diagnostics;
using System.Text;
using Loam.Core;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native.Logs;

namespace Loam.Tests.Containers.Native;

public sealed class ContainerLogTests : IDisposable
{
    private const int Few = 64 * 1024;

    private readonly string _folder =
        Directory.CreateTempSubdirectory("loam-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Lines_come_back_with_their_time_and_stream()
    {
        var before = DateTimeOffset.UtcNow;
        using (var writer = Writer())
        {
            writer.Add(false, "one\nt"u8);
            writer.Add(true, "oh\r\n"u8);
            writer.Add(false, "wo\n\nend"u8);
            writer.End(false);
            writer.End(true);
        }
        var lines = await ReadAsync(100);
        lines.Select(l => (l.IsError, l.Text)).ShouldBe(
            [(false, "one"), (true, "oh"), (false, "two"), (false, ""), (false, "end")]);
        lines.ShouldAllBe(l => l.At >= before && l.At <= DateTimeOffset.UtcNow);
        (await ReadAsync(2)).Select(l => l.Text).ShouldBe(["", "end"]);
        (await ReadAsync(0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_of_any_length_is_one_line_and_cut_off()
    {
        using (var writer = Writer())
        {
            writer.Add(false, Encoding.ASCII.GetBytes(new string('a', 40_000) + "\nshort\n"));
            writer.Add(false, Encoding.ASCII.GetBytes(new string('b', 200_000) + "\n"));
        }
        var lines = await ReadAsync(100);
        lines[0].Text.ShouldBe(new string('a', 40_000));
        lines[1].Text.ShouldBe("short");
        lines[2].Text.ShouldBe(new string('b', Limits.LogLineBytes) + "…");
        (await ReadAsync(3)).Count.ShouldBe(3);
        (await ReadAsync(1)).ShouldHaveSingleItem().Text.ShouldStartWith("bbb");
    }

    [Fact]
    public async Task Files_stay_within_their_bound_and_the_newest_lines_are_kept()
    {
        const int count = 20_000;
        using (var writer = Writer())
        {
            for (var i = 0; i < count; i++)
            {
                writer.Add(i % 2 == 1, Encoding.ASCII.GetBytes($"line {i}\n"));
            }
        }
        var files = Directory.GetFiles(_folder).Select(f => new FileInfo(f)).ToList();
        files.Count.ShouldBe(Limits.ContainerLogFiles);
        files.ShouldAllBe(f => f.Length <= Few);

        var lines = await ReadAsync(count);
        lines.Count.ShouldBeInRange(2 * Few / 50, count - 1);
        lines.Select(l => l.Text).ShouldBe(Enumerable
            .Range(count - lines.Count, lines.Count).Select(i => $"line {i}"));
        (await ReadAsync(lines.Count - 10)).Select(l => l.Text)
            .ShouldBe(lines.Skip(10).Select(l => l.Text));
    }

    [Fact]
    public async Task A_follower_gets_every_line_over_the_turn_of_files()
    {
        const int count = 4000;
        var done = false;
        using var writer = Writer();
        writer.Add(false, "line 0\n"u8);
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i < count; i++)
            {
                writer.Add(false, Encoding.ASCII.GetBytes($"line {i}\n"));
                if (i % 400 == 0)
                {
                    await Task.Delay(150);
                }
            }
            done = true;
        });
        var seen = new List<string>();
        var (asked, begun) = (0, Stopwatch.GetTimestamp());
        await foreach (var line in new ContainerLog(_folder).ReadAsync(count, () =>
        {
            asked++;
            return Task.FromResult(!done);
        }, default))
        {
            seen.Add(line.Text);
        }
        await writing;
        seen.ShouldBe(Enumerable.Range(0, count).Select(i => $"line {i}"));
        (asked - 1).ShouldBeLessThanOrEqualTo(
            (int)Stopwatch.GetElapsedTime(begun).TotalSeconds, "once a second");
    }

    [Fact]
    public async Task What_is_written_while_the_end_is_asked_for_is_read()
    {
        using var writer = Writer();
        var seen = new List<string>();
        await foreach (var line in new ContainerLog(_folder).ReadAsync(10, () =>
        {
            writer.Add(false, "last words\n"u8);
            return Task.FromResult(false);
        }, default))
        {
            seen.Add(line.Text);
        }
        seen.ShouldBe(["last words"]);
    }

    [Fact]
    public async Task Half_a_line_is_waited_for_and_keeps_nobody()
    {
        await File.WriteAllTextAsync(ContainerLog.PathOf(_folder, 0), "2026-01-3");
        var asked = 0;
        await foreach (var _ in new ContainerLog(_folder).ReadAsync(10, () =>
        {
            asked++;
            return Task.FromResult(false);
        }, default))
        {
            throw new InvalidOperationException("there is no line");
        }
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_written_is_no_lines() => (await ReadAsync(10)).ShouldBeEmpty();

    [Fact]
    public async Task Half_a_line_from_a_power_cut_is_left_out()
    {
        using (var writer = Writer())
        {
            writer.Add(false, "one\n"u8);
        }
        await File.AppendAllTextAsync(ContainerLog.PathOf(_folder, 0), "2026-01\n2026-01-3");
        (await ReadAsync(10)).ShouldHaveSingleItem().Text.ShouldBe("one");
    }

    private LogWriter Writer() =>
        new(_folder, Few, Limits.ContainerLogFiles, TimeProvider.System);

    private async Task<List<LogLine>> ReadAsync(int tail)
    {
        var lines = new List<LogLine>();
        await foreach (var line in new ContainerLog(_folder).ReadAsync(tail, null, default))
        {
            lines.Add(line);
        }
        return lines;
    }
}
